"""The peer's side of the group `training`: the same networks in PyTorch and PyTorch Geometric.

Usage: python peer.py <threads> <data folder>
"""
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
import torch_geometric
from torch_geometric.nn import GATConv, GCNConv, SAGEConv

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


def linear_lif(neuron):
    layer = torch.nn.Linear(512, 512)
    x = torch.randn(500, 16, 512)
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


serve(
    {"torch": torch.__version__, "torch_geometric": torch_geometric.__version__},
    {
        "linear + LIF, per step": lambda: linear_lif(lif_steps),
        "linear + LIF, fused": lambda: linear_lif(FusedLIF.apply),
        "GCN": lambda: cora("gcn"),
        "GAT": lambda: cora("gat"),
        "SAGE + LIF": photo,
        "sparse product": sparse_product,
    },
)
