/** Training steps and the sparse product beside PyTorch and PyTorch Geometric. */
import { fileURLToPath } from "node:url";
import { Side, inTurn, threadLimit } from "../common/side.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Two threads on both sides with TensorFlow, which has them; one with WebAssembly. */
export const training = {
  name: "training",
  needsData: true,
  works: [
    {
      work: "linear + LIF, per step",
      about:
        "linear + LIF, 512 neurons, T = 500, batch 16, forward and backward; peer: a loop of PyTorch operations",
      times: 1,
      target: { tensorflow: 10, wasm: 4 },
    },
    {
      work: "linear + LIF, fused",
      about: "the same; peer: a hand-written autograd function",
      times: 1,
      target: { tensorflow: 1.3, wasm: 0.6 },
    },
    {
      work: "linear + LIF on spikes, per step",
      about:
        "linear + LIF as above, the input a spike train of 5 %; peer: a loop of PyTorch operations",
      times: 1,
      target: { tensorflow: 10, wasm: 4 },
    },
    {
      work: "linear + LIF on spikes, fused",
      about: "the same spike train; peer: a hand-written autograd function",
      times: 1,
      target: { tensorflow: 1.3, wasm: 0.6 },
    },
    {
      work: "GCN",
      about: "GCN training epoch, Cora, hidden 64, dropout; peer: PyG",
      times: 10,
      target: { tensorflow: 1.5, wasm: 0.8 },
    },
    {
      work: "SAGE + LIF",
      about: "SAGE + LIF training step, Amazon Photo, T = 8; peer: PyG and a loop over the steps",
      times: 2,
      target: { tensorflow: 3, wasm: 1.5 },
    },
    {
      work: "GAT",
      about: "GAT training epoch, Cora, 8 heads; peer: PyG",
      times: 5,
      target: { tensorflow: 1.2, wasm: 0.7 },
    },
    {
      work: "sparse product",
      about: "sparse-dense product, N 10,000, E 100,000, F 128; peer: torch CSR",
      times: 10,
      threads: 1,
      target: { tensorflow: 0.7, wasm: 0.7 },
    },
    {
      work: "HVS-GNN",
      about:
        "training step of HVS-GNN's Vanilla, Terfenol-D, 16 grain graphs, batching included; peer: PyG and its loader",
      times: 10,
      target: { tensorflow: 1.5, wasm: 0.8 },
    },
  ],

  /** A process of each side per work, so that the peak memory is the work's. */
  open(backend, { python, data, rounds }) {
    return {
      async measure({ work, times, threads = backend === "tensorflow" ? 2 : 1 }) {
        const limit = threadLimit(threads);
        const ours = await Side.open(process.execPath, [here("ours.mjs"), backend, data], limit);
        const words = [here("peer.py"), String(threads), data];
        const peer = python && (await Side.open(python, words, limit));
        const measured = await inTurn(ours, peer, work, times, rounds);
        ours.end();
        peer?.end();
        return { threads, ...measured, versions: { ...ours.greeting, ...peer?.greeting } };
      },
      close() {},
    };
  },
};
