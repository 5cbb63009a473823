"""PyTorch's side: DGCNN as published, with naive edge features, and the nearest rows of rows of signs. One thread."""
import json
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(0)
POINTS, K, WIDTH = int(sys.argv[1]), 20, 64
ROUNDS = int(sys.argv[2])


def median_ms(work):
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return sorted(times)[len(times) // 2]


def edge_features(x, k):
    """[B, C, N] -> [B, 2 C, N, k], the neighbours by a product and topk (the authors' code)."""
    inner = -2 * torch.matmul(x.transpose(2, 1), x)
    squares = torch.sum(x**2, dim=1, keepdim=True)
    near = (-squares - inner - squares.transpose(2, 1)).topk(k=k, dim=-1)[1]
    batch, channels, count = x.shape
    rows = x.transpose(2, 1).contiguous()
    features = rows.view(batch * count, -1)[near.view(-1)].view(batch, count, k, channels)
    own = rows.view(batch, count, 1, channels).repeat(1, 1, k, 1)
    return torch.cat((features - own, own), dim=3).permute(0, 3, 1, 2).contiguous()


class DGCNN(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [(6, WIDTH), (2 * WIDTH, WIDTH), (2 * WIDTH, 2 * WIDTH), (4 * WIDTH, 4 * WIDTH)]
        act = lambda: nn.LeakyReLU(0.2)
        self.edges = nn.ModuleList(
            nn.Sequential(nn.Conv2d(a, b, 1, bias=False), nn.BatchNorm2d(b), act()) for a, b in sizes
        )
        self.embedding = nn.Sequential(
            nn.Conv1d(8 * WIDTH, 16 * WIDTH, 1, bias=False), nn.BatchNorm1d(16 * WIDTH), act()
        )
        self.head = nn.Sequential(
            nn.Linear(32 * WIDTH, 8 * WIDTH, bias=False), nn.BatchNorm1d(8 * WIDTH), act(),
            nn.Linear(8 * WIDTH, 4 * WIDTH, bias=False), nn.BatchNorm1d(4 * WIDTH), act(),
            nn.Linear(4 * WIDTH, 10),
        )

    def forward(self, x):
        layers = []
        for edge in self.edges:
            x = edge(edge_features(x, K)).max(dim=-1)[0]
            layers.append(x)
        x = self.embedding(torch.cat(layers, dim=1))
        return self.head(torch.cat((x.max(dim=2)[0], x.mean(dim=2)), dim=1))


result = {"torch": torch.__version__}
with torch.no_grad():
    net = DGCNN().eval()
    cloud = torch.rand(1, 3, POINTS)
    result["dgcnn"] = median_ms(lambda: net(cloud))
    signs = torch.sign(torch.randn(1024, 128))
    result["nearest"] = median_ms(lambda: torch.cdist(signs, signs).topk(K, largest=False))
try:
    import faiss
    import numpy

    faiss.omp_set_num_threads(1)
    codes = numpy.packbits((signs.numpy() > 0).astype("uint8"), axis=1)
    index = faiss.IndexBinaryFlat(128)
    index.add(codes)
    result["faiss"] = median_ms(lambda: index.search(codes, K))
    result["faiss version"] = faiss.__version__
except ImportError:
    pass
print(json.dumps(result))
