"""The peer's side of the group `training`: the same networks in PyTorch and PyTorch Geometric.

Usage: python peer.py <threads> <data folder>
"""
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
import torch_geometric
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader
from torch_geometric.nn import GATConv, GCNConv, SAGEConv, global_mean_pool

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "common"))
from protocol import serve  # noqa: E402

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)


def graph(name):
    data = np.load(os.path.join(sys.argv[2], name))
    x = torch.tensor(data["x"], dtype=torch.float32)
    edges = torch.tensor(data["edge_index"].astype(np.int64))
    return data, x, edges, torch.tensor(data["y"].astype(np.int64))


class AtanSpike(torch.autograd.Function):
    """Heaviside forward, arctangent derivative of alpha 2 backward, as snnTorch has it."""

    @staticmethod
    def forward(ctx, margin):
        ctx.save_for_backward(margin)
        return (margin >= 0).to(margin.dtype)

    @staticmethod
    def backward(ctx, gradient):
        (margin,) = ctx.saved_tensors
        return gradient / (1 + (torch.pi * margin) ** 2)


def lif_steps(drive, beta=0.9, threshold=1.0):
    """One PyTorch operation after the other at every step: what snnTorch's Leaky does. drive: [T, ...]"""
    v = torch.zeros_like(drive[0])
    out = []
    for t in range(drive.shape[0]):
        v = beta * v + drive[t]
        spike = AtanSpike.apply(v - threshold)
        v = v - spike * threshold
        out.append(spike)
    return torch.stack(out)


class FusedLIF(torch.autograd.Function):
    """The same neuron as one autograd function with a loop of in-place operations, forward and backward."""

    @staticmethod
    def forward(ctx, drive, beta=0.9, threshold=1.0):
        potential = torch.empty_like(drive)
        spikes = torch.empty_like(drive)
        v = torch.zeros_like(drive[0])
        for t in range(drive.shape[0]):
            v.mul_(beta).add_(drive[t])
            potential[t] = v
            torch.ge(v, threshold, out=spikes[t])
            v.sub_(spikes[t], alpha=threshold)
        ctx.save_for_backward(potential)
        ctx.beta, ctx.threshold = beta, threshold
        return spikes

    @staticmethod
    def backward(ctx, gradient):
        (potential,) = ctx.saved_tensors
        slope = potential.sub(ctx.threshold).mul_(torch.pi).square_().add_(1).reciprocal_()
        out = torch.empty_like(gradient)
        carried = torch.zeros_like(gradient[0])
        for t in range(gradient.shape[0] - 1, -1, -1):
            # d v = carried + (d spike - threshold carried) * slope
            d = torch.sub(gradient[t], carried, alpha=ctx.threshold).mul_(slope[t]).add_(carried)
            out[t] = d
            carried = d.mul_(ctx.beta)
        return out, None, None


def spike_train():
    """5 % of spikes, the same ones as in ours.mjs."""
    state, spikes = 1, bytearray(500 * 16 * 512)
    for k in range(len(spikes)):
        state = state * 16807 % 2147483647
        spikes[k] = state < 0.05 * 2147483647
    return torch.frombuffer(spikes, dtype=torch.uint8).float().reshape(500, 16, 512)


def linear_lif(neuron, x):
    layer = torch.nn.Linear(512, 512)
    cotangent = torch.randn(500, 16, 512)

    def step():
        layer.zero_grad()
        spikes = neuron(layer(x))
        spikes.backward(cotangent)

    return step


def training(model, optimizer, forward, rows, target):
    def step():
        model.train()
        optimizer.zero_grad()
        loss = F.cross_entropy(forward()[rows], target[rows])
        loss.backward()
        optimizer.step()

    return step


def cora(kind):
    data, x, edges, y = graph("cora.npz")
    x = x / x.sum(1, keepdim=True).clamp(min=1)
    rows = torch.tensor(data["train_mask"].astype(bool))
    if kind == "gcn":
        first, second = GCNConv(1433, 64, cached=True), GCNConv(64, 7, cached=True)
        drop, rate = 0.5, 0.01
    else:
        first, second = GATConv(1433, 8, heads=8), GATConv(64, 7)
        drop, rate = 0.6, 0.005
    model = torch.nn.ModuleList([first, second])
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, weight_decay=5e-4)

    def forward():
        h = F.relu(first(F.dropout(x, drop), edges))
        return second(F.dropout(h, drop), edges)

    return training(model, optimizer, forward, rows, y)


def photo():
    _, x, edges, y = graph("amazon_photo.npz")
    chosen = torch.cat([torch.nonzero(y == c)[:20, 0] for c in range(8)])
    first, second = SAGEConv(745, 64), SAGEConv(64, 8)
    model = torch.nn.ModuleList([first, second])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

    def forward():
        drive = first(x, edges)
        v = torch.zeros_like(drive)
        total = 0
        for _ in range(8):
            v = 0.9 * v + drive
            spike = AtanSpike.apply(v - 1)
            v = v - spike
            total = total + second(spike, edges)
        return total / 8

    return training(model, optimizer, forward, chosen, y)


def sparse_product():
    random = np.random.default_rng(0)
    rows, columns = random.integers(0, 10_000, (2, 100_000))
    values = torch.ones(100_000)
    matrix = torch.sparse_coo_tensor(np.stack([rows, columns]), values, (10_000, 10_000)).coalesce()
    matrix = matrix.to_sparse_csr()
    x = torch.randn(10_000, 128)

    def step():
        matrix @ x

    return step


class Vanilla(torch.nn.Module):
    """The network of Vanilla in examples/hvs-gnn/hvs-gnn.sgnn."""

    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(8, 32)
        self.second, self.third = SAGEConv(32, 64), SAGEConv(64, 64)
        self.head = torch.nn.ModuleList([torch.nn.Linear(65, 64), torch.nn.Linear(64, 16), torch.nn.Linear(16, 1)])

    def forward(self, data):
        h = F.relu(self.first(data.x))
        h = F.relu(self.second(h, data.edge_index))
        h = F.relu(self.third(h, data.edge_index))
        h = torch.cat([global_mean_pool(h, data.batch, data.num_graphs), data.field], 1)
        h = F.relu(self.head[0](h))
        return self.head[2](F.relu(self.head[1](h)))


def cubic_symmetric(x):
    """The node features of examples/hvs-gnn: six invariants of each orientation, size and neighbours, standardised."""
    (s1, s, s2), (c1, c, c2) = np.sin(x[:, :3].T), np.cos(x[:, :3].T)
    rotation = np.array(
        [
            [c1 * c2 - s1 * s2 * c, s1 * c2 + c1 * s2 * c, s2 * s],
            [-c1 * s2 - s1 * c2 * c, -s1 * s2 + c1 * c2 * c, c2 * s],
            [s1 * s, -c1 * s, c],
        ]
    )
    squares = rotation**2
    features = np.concatenate([(squares**2).sum(0), squares.prod(0), x[:, 3:].T]).T
    return torch.tensor((features - features.mean(0)) / features.std(0), dtype=torch.float32)


def grains():
    data = np.load(os.path.join(sys.argv[2], "terfenol_magnetostriction.npz"))
    x, edges = cubic_symmetric(data["x"]), torch.tensor(data["edge_index"].astype(np.int64))
    nodes, ends = data["node_ptr"], data["edge_ptr"]
    column = lambda name: torch.tensor((data[name] - data[name].mean()) / data[name].std(), dtype=torch.float32)
    field, target = column("point_field"), column("point_magnetostriction")
    points = [
        Data(
            x=x[nodes[g] : nodes[g + 1]],
            edge_index=edges[:, ends[g] : ends[g + 1]],
            field=field[k].view(1, 1),
            y=target[k].view(1, 1),
        )
        for k, g in enumerate(data["point_graph"])
        if k % 5 > 1  # three fifths train
    ]
    loader = DataLoader(points, batch_size=16, shuffle=True, drop_last=True)
    model = Vanilla()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-5)
    batches = iter(loader)

    def step():
        nonlocal batches
        batch = next(batches, None)
        if batch is None:
            batches = iter(loader)
            batch = next(batches)
        model.train()
        optimizer.zero_grad()
        F.mse_loss(model(batch), batch.y).backward()
        optimizer.step()

    return step


serve(
    {"torch": torch.__version__, "torch_geometric": torch_geometric.__version__},
    {
        "linear + LIF, per step": lambda: linear_lif(lif_steps, torch.randn(500, 16, 512)),
        "linear + LIF, fused": lambda: linear_lif(FusedLIF.apply, torch.randn(500, 16, 512)),
        "linear + LIF on spikes, per step": lambda: linear_lif(lif_steps, spike_train()),
        "linear + LIF on spikes, fused": lambda: linear_lif(FusedLIF.apply, spike_train()),
        "GCN": lambda: cora("gcn"),
        "GAT": lambda: cora("gat"),
        "SAGE + LIF": photo,
        "sparse product": sparse_product,
        "HVS-GNN": grains,
    },
)
