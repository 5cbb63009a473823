/** The engine by itself: which path a product takes, what it counts, and that a call allocates nothing. */
import { describe, expect, test } from "vitest";
import { ndarray } from "../../runtime/data/ndarray.js";
import { tableOf } from "../../runtime/data/table.js";
import { Engine } from "../../runtime/inference/engine.js";
import { listEvents } from "../../runtime/inference/events.js";
import { readInputs } from "../../runtime/inference/inputs.js";
import { typescriptKernels } from "../../runtime/inference/kernels.js";
import { Layout } from "../../runtime/inference/memory.js";
import { initialWeights } from "../../runtime/inference/weights.js";
import { Rng } from "../../runtime/tensor/random/rng.js";
import { planIn, plansOf } from "./compare.js";

const source = "model Net(x: spike[N, 40]) -> real[N, 12] { return x |> Dense<12> }\n";

/** A model on rows of 40 units of which this share is 1, and the engine's report after one call. */
async function runAt(density: number, rows = 30) {
  const module = await plansOf(source);
  const plan = planIn(module, "Net");
  const engine = new Engine(module, plan, initialWeights(plan, 3));
  const rng = Rng.of(5, "spikes");
  const x = Float32Array.from({ length: rows * 40 }, () => (rng.uniform() < density ? 1 : 0));
  const inputs = readInputs(plan, tableOf("in", new Map([["x", ndarray([rows, 40], x)]])), {});
  const output = Float32Array.from(engine.run(inputs).data);
  const product = engine.report().find(({ op }) => op === "matMul")!;
  return { engine, plan, inputs, x, output, product };
}

describe("a product on spikes", () => {
  test("costs one row of additions per spike, and no multiplication", async () => {
    const { x, product } = await runAt(0.05);
    const spikes = x.filter((value) => value !== 0).length;
    expect(product).toMatchObject({ eventCalls: 1, denseCalls: 0, events: spikes });
    expect(product).toMatchObject({ adds: 12 * spikes, macs: 0 });
  });
  test("takes the dense path above the crossing, with the same bits", async () => {
    const { engine, plan, inputs, output, product } = await runAt(0.9);
    expect(product).toMatchObject({ eventCalls: 0, denseCalls: 1, macs: 30 * 40 * 12, adds: 0 });
    const module = await plansOf(source);
    const kernels = { ...typescriptKernels, crossing: 1 };
    const events = new Engine(module, plan, initialWeights(plan, 3), { kernels });
    expect(Float32Array.from(events.run(inputs).data)).toEqual(output);
    expect(events.report().find(({ op }) => op === "matMul")).toMatchObject({ eventCalls: 1 });
    expect(engine.bytes).toBeLessThan(events.bytes);
  });
  test("works without rows and without spikes", async () => {
    const { output } = await runAt(0);
    expect([...output]).toEqual(Array<number>(30 * 12).fill(0));
    expect([...(await runAt(0.5, 0)).output]).toEqual([]);
  });
});

test("a second call of the same sizes uses the same memory, another size gets its own", async () => {
  const { engine, inputs, plan } = await runAt(0.1);
  const before = engine.run(inputs).data;
  expect(engine.run(inputs).data).toBe(before);
  const more = new Map([["x", ndarray([50, 40], new Float32Array(2000))]]);
  const { shape, data } = engine.run(readInputs(plan, tableOf("in", more), {}));
  expect(shape).toEqual([50, 12]);
  expect(data).not.toBe(before);
});

test("wrong weights and plans of another version are refused", async () => {
  const module = await plansOf(source);
  const plan = planIn(module, "Net");
  const weights = initialWeights(plan, 1);
  const other = new Map([...weights].map(([path, array]) => [`${path}s`, array]));
  expect(() => new Engine(module, plan, other)).toThrow(/R403/);
  const newer = { ...plan, format: "sgnn-plan-99" } as unknown as typeof plan;
  expect(() => new Engine(module, newer, weights)).toThrow(/R350.*another version/);
});

test("event lists: rising columns row by row, -1 when there are too many", () => {
  const x = Float32Array.of(0, 2, 0, -1, 0, 0, 0, 0, 1, 1, 1, 1);
  const list = (most: number) => {
    const events = { pointers: new Int32Array(4), columns: new Int32Array(most) };
    return { count: listEvents(x, 3, 4, events), ...events };
  };
  const { count, pointers, columns } = list(6);
  expect(count).toBe(6);
  expect([...pointers]).toEqual([0, 2, 2, 6]);
  expect([...columns]).toEqual([1, 3, 0, 1, 2, 3]);
  expect(list(5).count).toBe(-1);
});

test("places are reused after they are given back, and merged", () => {
  const layout = new Layout();
  const [a, b, c] = [layout.take(10), layout.take(4), layout.take(20)];
  expect([a.offset, b.offset, c.offset, layout.length]).toEqual([0, 12, 16, 36]);
  layout.give(a);
  layout.give(b);
  expect(layout.take(16)).toEqual({ offset: 0, length: 16 });
  layout.give(c);
  expect(layout.take(24)).toEqual({ offset: 16, length: 24 });
  expect(layout.length).toBe(40);
});
