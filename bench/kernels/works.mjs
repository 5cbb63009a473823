/**
 * Each kernel beside PyTorch's best equivalent and beside what the machine can do, on one thread.
 *
 * A work states the least it must move (every input read once, every output written once; 4 bytes an element) and
 * compute (multiplications and additions). What the machine can do is measured by machine.mjs; the time it needs at
 * least is the larger of bytes / bandwidth and operations / rate (the roofline, Williams et al. 2009), and the share
 * is that time / our time. Data that stays in the caches makes a share above 1 possible; gathers from many places
 * make small shares. exp and tanh count as one operation.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Side, inTurn, threadLimit } from "../common/side.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const s = JSON.parse(readFileSync(here("sizes.json"), "utf8"));
const [N, E] = [s.nodes, s.edges];
const nodeValues = N * s.width;
const perEdge = E * s.edgeWidth;
const dense = s.rows * s.features;
const square = s.features ** 2;
const spmm = `N ${N}, E ${E}, F ${s.width}`;
const segments = `E ${E} to N ${N}, F ${s.edgeWidth}`;
const product = `${s.rows} x ${s.features}, ${s.features} x ${s.features}`;
const flat = `${s.elements} elements`;

/** [name, sizes, words of 4 bytes moved, operations] */
const list = [
  ["sparse product", spmm, 2 * nodeValues + E, E * s.width],
  ["sparse product, transposed", spmm, 2 * nodeValues + E, E * s.width],
  ["sparse product, weighted", spmm, 2 * nodeValues + 2 * E, 2 * E * s.width],
  ["sampled product", spmm, 2 * nodeValues + 2 * E, 2 * E * s.width],
  [
    "attention scores",
    `E ${E}, ${s.heads} heads, F ${s.edgeWidth}`,
    2 * N * s.edgeWidth + E * (2 + s.heads),
    4 * perEdge,
  ],
  ["gather rows", segments, N * s.edgeWidth + perEdge + E, 0],
  ["scatter-add rows", segments, perEdge + N * s.edgeWidth + E, perEdge],
  ["segment sum", segments, perEdge + N * s.edgeWidth + N, perEdge],
  ["segment mean", segments, perEdge + N * s.edgeWidth + N, perEdge],
  ["segment max", segments, perEdge + N * s.edgeWidth + N, perEdge],
  ["segment softmax", `E ${E} to N ${N}, ${s.heads} heads`, 2 * E * s.heads + N, 4 * E * s.heads],
  ["dense product A B", product, 2 * dense + square, 2 * dense * s.features],
  ["dense product A B^T", product, 2 * dense + square, 2 * dense * s.features],
  ["dense product A^T B", product, 2 * dense + square, 2 * dense * s.features],
  ["relu", flat, 2 * s.elements, s.elements],
  ["tanh", flat, 2 * s.elements, s.elements],
  ["tanh, derivative", flat, 3 * s.elements, 4 * s.elements],
  ["dropout", flat, 2 * s.elements, 2 * s.elements],
  ["Adam", `${s.parameters} parameters`, 7 * s.parameters, 14 * s.parameters],
  [
    "product of signs",
    `${s.bits} x ${s.bits}, ${s.bits} x ${s.bits}; peer: floats`,
    (2 * s.bits ** 2) / 32 + s.bits ** 2,
    (2 * s.bits ** 3) / 32,
  ],
];

export const kernels = {
  name: "kernels",
  works: list.map(([work, about, words, operations]) => ({
    work,
    about: `${work}, ${about}`,
    bytes: 4 * words,
    operations,
  })),

  async open(backend, { python, rounds }) {
    const limit = threadLimit(1);
    const ours = await Side.open(process.execPath, [here("ours.mjs"), backend], limit);
    const peer = python && (await Side.open(python, [here("peer.py")], limit));
    const machine = measureMachine();
    return {
      async measure({ work, bytes, operations }) {
        // About 50 ms a round, at least once.
        await ours.ask(work, 1);
        const { ms } = await ours.ask(work, 1);
        const times = Math.max(1, Math.min(200, Math.round(50 / ms)));
        const measured = await inTurn(ours, peer, work, times, rounds);
        const least = Math.max(bytes / machine.bytesPerMs, operations / machine.operationsPerMs);
        const leastWithout = Math.max(
          bytes / machine.bytesPerMs,
          operations / machine.wasmOperationsPerMs,
        );
        return {
          threads: 1,
          ...measured,
          // The private memory of a whole series of works tells nothing of one.
          ourPeak: undefined,
          peerPeak: undefined,
          bytes,
          operations,
          machine,
          roofline: least / measured.ours,
          wasmRoofline: leastWithout / measured.ours,
          peerRoofline: measured.peer && least / measured.peer,
          versions: { ...ours.greeting, ...peer?.greeting },
        };
      },
      close() {
        ours.end();
        peer?.end();
      },
    };
  },
};

/** Bandwidth and rates of one thread, measured in a process of their own. */
function measureMachine() {
  const env = { ...process.env, ...threadLimit(1) };
  const done = spawnSync(process.execPath, [here("machine.mjs")], { encoding: "utf8", env });
  if (done.status !== 0) throw new Error(done.stderr.trim().split("\n").at(-1));
  return JSON.parse(done.stdout);
}
