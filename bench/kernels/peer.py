"""The peer's side of the group `kernels`: the same in PyTorch, on one thread.

Where PyTorch has several ways to do the same, all are tried and the fastest is measured. Usage: python peer.py
"""
import json
import os
import sys

import torch
import torch.nn.functional as F
import torch_geometric
from torch_geometric.utils import softmax

here = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(here, "..", "common"))
from protocol import serve  # noqa: E402

torch.set_num_threads(1)
torch.manual_seed(0)
torch.set_grad_enabled(False)
with open(os.path.join(here, "sizes.json")) as file:
    s = json.load(file)

N, E = s["nodes"], s["edges"]
targets, _ = torch.sort(torch.randint(N, (E,)))
sources = torch.randint(N, (E,))
pointers = torch.zeros(N + 1, dtype=torch.int64)
pointers[1:] = torch.bincount(targets, minlength=N).cumsum(0)


def csr(rows, columns, values=None):
    values = torch.ones(E) if values is None else values
    return torch.sparse_coo_tensor(torch.stack([rows, columns]), values, (N, N)).coalesce().to_sparse_csr()


def sparse(matrix):
    x = torch.randn(N, s["width"])
    return lambda: matrix @ x


def sampled():
    left, right = torch.randn(N, s["width"]), torch.randn(N, s["width"])
    mask, other = csr(targets, sources), right.t().contiguous()
    return {
        "sampled_addmm": lambda: torch.sparse.sampled_addmm(mask, left, other, beta=0),
        "two gathers": lambda: (left[targets] * right[sources]).sum(-1),
    }


def gather():
    x = torch.randn(N, s["edgeWidth"])
    return {"index_select": lambda: x.index_select(0, sources), "x[index]": lambda: x[sources]}


def scatter():
    x = torch.randn(E, s["edgeWidth"])
    wide = sources[:, None].expand_as(x)
    return {
        "index_add": lambda: torch.zeros(N, s["edgeWidth"]).index_add_(0, sources, x),
        "scatter_add": lambda: torch.zeros(N, s["edgeWidth"]).scatter_add_(0, wide, x),
    }


def segment(reduce, scattered):
    x = torch.randn(E, s["edgeWidth"])
    wide = targets[:, None].expand_as(x)
    ways = {
        "segment_reduce": lambda: torch.segment_reduce(x, reduce, offsets=pointers, axis=0, unsafe=True),
        "scatter_reduce": lambda: torch.zeros(N, s["edgeWidth"]).scatter_reduce_(
            0, wide, x, scattered, include_self=False
        ),
    }
    if reduce == "sum":
        ways["index_add"] = lambda: torch.zeros(N, s["edgeWidth"]).index_add_(0, targets, x)
    return ways


def attention():
    heads, width = s["heads"], s["edgeWidth"] // s["heads"]
    t, other = torch.randn(N, heads, width), torch.randn(N, heads, width)
    w = torch.randn(heads, width)
    # What PyTorch Geometric's GATv2Conv does.
    return lambda: (F.leaky_relu(t[targets] + other[sources], 0.2) * w).sum(-1)


def segment_softmax():
    x = torch.randn(E, s["heads"])
    return {"index": lambda: softmax(x, targets, num_nodes=N), "pointers": lambda: softmax(x, ptr=pointers)}


def dense(left, right, transpose_left=False, transpose_right=False):
    a, b = torch.randn(*left), torch.randn(*right)
    a, b = a.t() if transpose_left else a, b.t() if transpose_right else b
    return lambda: a @ b


def elementwise(f):
    x = torch.randn(s["elements"] // 1024, 1024)
    return lambda: f(x)


def tanh_derivative():
    x = torch.randn(s["elements"] // 1024, 1024, requires_grad=True)
    cotangent = torch.randn_like(x)

    def step():
        with torch.enable_grad():
            torch.autograd.grad(torch.tanh(x), x, cotangent)

    return step


def adam():
    def make(**options):
        w = torch.nn.Parameter(torch.randn(s["parameters"]))
        w.grad = torch.randn(s["parameters"])
        return torch.optim.Adam([w], **options).step

    return {"fused": make(fused=True), "foreach": make(foreach=True), "plain": make(foreach=False)}


def signs():
    x, w = (torch.sign(torch.randn(s["bits"], s["bits"])) for _ in range(2))
    return lambda: x @ w


A, B = (s["rows"], s["features"]), (s["features"], s["features"])
serve(
    {"torch": torch.__version__, "torch_geometric": torch_geometric.__version__},
    {
        "sparse product": lambda: sparse(csr(targets, sources)),
        "sparse product, transposed": lambda: sparse(csr(sources, targets)),
        "sparse product, weighted": lambda: sparse(csr(targets, sources, torch.randn(E))),
        "sampled product": sampled,
        "attention scores": attention,
        "gather rows": gather,
        "scatter-add rows": scatter,
        "segment sum": lambda: segment("sum", "sum"),
        "segment mean": lambda: segment("mean", "mean"),
        "segment max": lambda: segment("max", "amax"),
        "segment softmax": segment_softmax,
        "dense product A B": lambda: dense(A, B),
        "dense product A B^T": lambda: dense(A, B, transpose_right=True),
        "dense product A^T B": lambda: dense(A, A, transpose_left=True),
        "relu": lambda: elementwise(torch.relu),
        "tanh": lambda: elementwise(torch.tanh),
        "tanh, derivative": tanh_derivative,
        "dropout": lambda: elementwise(lambda x: F.dropout(x, 0.5)),
        "Adam": adam,
        "product of signs": signs,
    },
)
