/** What single operations report. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { countingWith, OperationCounter } from "../../runtime/energy/counter.js";
import { recordBits } from "../../runtime/energy/record.js";
import { countsOf, type Kind, type Skipping } from "../../runtime/energy/work.js";
import * as sg from "../../runtime/index.js";

beforeAll(async () => {
  await sg.useBackend("cpu");
});

/** Counts of everything that `run` does, as [MACs, ADDs, bit-ops, reads, writes]. */
function counted(
  run: (counter: OperationCounter) => unknown,
  skipping: Skipping = "nothing",
): number[] {
  const counter = new OperationCounter();
  countingWith(counter, () => run(counter));
  const sums = [0, 0, 0, 0, 0];
  for (const { works } of counter.result) {
    for (const work of works) {
      const { macs, adds, bitOps, reads, writes } = countsOf(work, skipping);
      [macs, adds, bitOps, reads, writes].forEach((value, k) => (sums[k]! += value));
    }
  }
  return sums;
}

// Two rows of three numbers, two of the six not 0.
const x = (): tf.Tensor => tf.tensor2d([0, 1, 0, 0, 0, 1], [2, 3]);
const weight = (): tf.Tensor => tf.ones([3, 4]);

describe("a dense product", () => {
  const product =
    (kind: Kind) =>
    (counter: OperationCounter): void => {
      const input = x();
      counter.mark(input, { kind, steps: 1 });
      sg.matMul(input, weight());
    };
  it.each<[Kind, Skipping, number[]]>([
    // R K M = 2 * 3 * 4 terms; reads: 6 numbers and a weight per term; writes 2 * 4.
    ["real", "nothing", [24, 0, 0, 30, 8]],
    ["real", "events", [24, 0, 0, 30, 8]],
    ["real", "zeros", [8, 0, 0, 10, 8]],
    ["graded", "nothing", [24, 0, 0, 30, 8]],
    ["graded", "events", [8, 0, 0, 10, 8]],
    ["spike", "nothing", [0, 24, 0, 30, 8]],
    ["spike", "events", [0, 8, 0, 10, 8]],
    ["trit", "events", [0, 8, 0, 10, 8]],
    // A sign is never 0 by type; its words hold 32.
    ["sign", "events", [0, 24, 0, 6 / 32 + 24, 8]],
  ])("of a %s, skipping %s", (kind, skipping, wanted) => {
    expect(counted(product(kind), skipping)).toEqual(wanted);
  });
  it("of two signs is one-bit operations on packed words", () => {
    const run = (counter: OperationCounter): void => {
      const [a, b] = [sg.sign(x()), tf.ones([3, 4])];
      counter.mark(b, { kind: "sign", steps: 1 });
      sg.matMul(a, b);
    };
    // Taking the signs is one comparison for each of the six numbers.
    expect(counted(run)).toEqual([0, 6, 24, 30 / 32, 8]);
  });
  it("does not report without a counter", () => {
    const counter = new OperationCounter();
    sg.matMul(x(), weight());
    expect(counter.result).toEqual([]);
  });
});

describe("message passing", () => {
  // 0 -> 1, 0 -> 2, 1 -> 2
  const graph = (): sg.Graph => sg.createGraph({ edgeIndex: [0, 0, 1, 1, 2, 2], nodeCount: 3 });
  const values = (): tf.Tensor => tf.tensor2d([1, 0, 0, 0, 1, 1], [3, 2]);
  const marked = (counter: OperationCounter, kind: Kind): tf.Tensor => {
    const input = values();
    counter.mark(input, { kind, steps: 1 });
    return input;
  };
  it("an unweighted sum adds and reads along every edge, or along those of events", () => {
    const run = (counter: OperationCounter): unknown =>
      sg.propagate(graph(), marked(counter, "graded"), "sum");
    expect(counted(run)).toEqual([0, 6, 0, 6, 6]);
    // Node 0 sends one number along two edges, node 1 none, node 2 has no outgoing edge.
    expect(counted(run, "events")).toEqual([0, 2, 0, 2, 6]);
  });
  it("weights make MACs of real values, not of spikes, and are read once", () => {
    const run =
      (kind: Kind) =>
      (counter: OperationCounter): unknown =>
        sg.propagate(graph(), marked(counter, kind), "sum", tf.tensor1d([1, 2, 3]));
    expect(counted(run("real"))).toEqual([6, 0, 0, 9, 6]);
    expect(counted(run("spike"))).toEqual([0, 6, 0, 9, 6]);
    expect(counted(run("spike"), "events")).toEqual([0, 2, 0, 5, 6]);
  });
  it("reducers add per element; std multiplies too", () => {
    const edges = (): tf.Tensor => tf.ones([3, 2]);
    expect(counted(() => sg.aggregate(graph(), edges(), ["mean"]))).toEqual([0, 6, 0, 6, 6]);
    expect(counted(() => sg.aggregate(graph(), edges(), ["max", "std"]))).toEqual([
      6, 12, 0, 6, 12,
    ]);
    expect(counted(() => sg.pool(graph(), values(), ["mean"]))).toEqual([0, 6, 0, 6, 2]);
  });
  it("what is gathered, stacked and held keeps its kind", () => {
    const run = (counter: OperationCounter): void => {
      const g = graph();
      const spikes = marked(counter, "spike");
      const side = sg.concat(sg.source(g, spikes), sg.target(g, spikes));
      sg.matMul(sg.hold(side, 2), tf.ones([4, 5]));
    };
    // 3 edges * 2 steps * 4 * 5 additions, no MAC.
    expect(counted(run)).toEqual([0, 120, 0, 6 * 4 + 120, 30]);
  });
});

describe("element-wise work", () => {
  it("adds or multiplies once per element, and reads a second tensor", () => {
    expect(counted(() => sg.add(x(), x()))).toEqual([0, 6, 0, 6, 0]);
    expect(counted(() => sg.mul(x(), 2))).toEqual([6, 0, 0, 0, 0]);
    expect(counted(() => sg.relu(x()))).toEqual([0, 6, 0, 0, 0]);
    expect(counted(() => sg.tanh(x()))).toEqual([6, 0, 0, 0, 0]);
    expect(counted(() => sg.rowVariance(x()))).toEqual([6, 18, 0, 12, 4]);
  });
});

describe("packed bits", () => {
  it("report their own counts", () => {
    expect(counted(() => recordBits({ bitOps: 64, adds: 2, reads: 4, writes: 1 }))).toEqual([
      0, 2, 64, 4, 1,
    ]);
  });
});
