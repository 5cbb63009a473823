"""A Burgers residual by nested autograd, value and gradient: 10,000 points, 2-20x8-1 tanh, float32.

physics-torch.py THREADS REPEATS prints the milliseconds of each repeat.
"""

import math
import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)
widths = [2] + [20] * 8 + [1]
layers = []
for inputs, outputs in zip(widths, widths[1:]):
    layers += [torch.nn.Linear(inputs, outputs), torch.nn.Tanh()]
network = torch.nn.Sequential(*layers[:-1])
x = (torch.rand(10_000, 1) * 2 - 1).requires_grad_(True)
t = torch.rand(10_000, 1).requires_grad_(True)


def step():
    network.zero_grad(set_to_none=True)
    u = network(torch.cat([x, t], 1))
    one = torch.ones_like(u)
    u_x, u_t = torch.autograd.grad(u, (x, t), one, create_graph=True)
    (u_xx,) = torch.autograd.grad(u_x, x, one, create_graph=True)
    residual = u_t + u * u_x - 0.01 / math.pi * u_xx
    (residual**2).mean().backward()


for _ in range(3):
    step()
times = []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    step()
    times.append(1e3 * (time.perf_counter() - start))
print(*[f"{one:.3f}" for one in times])
