/**
 * `over time x { .. }` against the same computation step by step in plain TypeScript: which rows a step
 * reads, which state it starts from, what a block captures from outside, what it returns.
 */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { compileSource } from "../../compiler/compile.js";
import * as sg from "../../runtime/index.js";

type Inputs = Record<string, unknown>;
type ModelClass = new (scope: sg.Scope) => sg.Model<Inputs>;

const steps = 4;
const nodes = 3;
const source = `
model Bare(x: real[T, N, 2]) -> spike[T, N, 2] {
  return over time x { x |> LIF }
}
model Derived(x: real[T, N, 2]) -> spike[T, N, 2] {
  let h = 2 * x
  return over time h { h |> LIF }
}
model Twice(x: real[T, N, 2]) -> real[T, N, 2] {
  let a = over time x { x |> LIF }
  let b = over time x { 2 * x |> LIF }
  return a + b + x
}
model Chained(x: real[T, N, 2]) -> spike[T, N, 2] {
  let a = over time x { x |> LIF }
  return over time a { 0.7 * a |> LIF }
}
model Captured(x: real[T, N, 2], y: real[N, 2]) -> spike[T, N, 2] {
  let bias = 0.5 * y
  return over time x { x + bias |> LIF }
}
layer Whole(x: real[T, N, in]) -> real[T, N, in] {
  return over time x { x |> LIF }
}
layer Step(x: real[N, in]) -> real[N, in] {
  return 0.8 * x |> LIF
}
model Layered(x: real[T, N, 2]) -> real[T, N, 2] {
  let a = x |> Whole
  return over time a { a |> Step }
}
model Pooled(x: real[T, N, 2], g: graph) -> real[T, G, 2] {
  return over time x { pool sum x over g }
}
model Gathered(x: real[T, N, 2], g: graph) -> real[N, 2] {
  return rate(over time x { gather sum over j -> i { x[j] } |> LIF })
}
`;

let models: Record<string, ModelClass> = {};

beforeAll(async () => {
  await tf.setBackend("cpu");
  const { text, diagnostics } = await compileSource({
    file: "sequence.sgnn",
    source,
    host: { read: () => undefined },
    hash: "0".repeat(64),
    version: "0.0.0",
  });
  expect(diagnostics.filter((one) => one.severity === "error")).toEqual([]);
  const { outputText } = ts.transpileModule(text ?? "", {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  models = {};
  new Function("exports", "require", outputText)(models, () => sg);
});

/** x[t][n][c], no two numbers alike. */
const x = Array.from({ length: steps }, (_, t) =>
  Array.from({ length: nodes }, (_, n) => [0, 1].map((c) => 0.35 * t - 0.2 * n + 0.45 * c + 0.3)),
);
const y = [
  [0.9, -0.4],
  [0.2, 0.6],
  [-0.3, 1.1],
];
/** 0 -> 1, 1 -> 2, 2 -> 1; nodes 0 and 1 are one graph, node 2 another for the pool. */
const edges = [
  [0, 1, 2],
  [1, 2, 1],
];

type Sequence = number[][][];

const each = (sequence: Sequence, value: (v: number, t: number, n: number, c: number) => number) =>
  sequence.map((step, t) => step.map((row, n) => row.map((v, c) => value(v, t, n, c))));

/** LIF<beta: 0.9, threshold: 1> as its declaration reads: one unit after another, step by step. */
function lif(sequence: Sequence): Sequence {
  const v = sequence[0].map((row) => row.map(() => 0));
  return each(sequence, (input, _, n, c) => {
    const now = 0.9 * v[n][c] + input;
    const fired = now >= 1;
    v[n][c] = fired ? now - 1 : now;
    return fired ? 1 : 0;
  });
}

function run(name: string): { readonly shape: number[]; readonly values: number[] } {
  const graph = sg.createGraph({
    edgeIndex: Int32Array.from(edges.flat()),
    nodeCount: nodes,
    nodes: {},
    edges: {},
    graphPtr: [0, 2, 3],
  });
  const inputs = { x: tf.tensor(x), y: tf.tensor(y), g: graph };
  const model = new models[name](new sg.Scope({ seed: 1 }));
  const output = model.forward(inputs, sg.createRun({ seed: 1 }));
  return { shape: output.shape, values: [...output.dataSync()] };
}

function same(name: string, expected: Sequence | number[][]): void {
  const { shape, values } = run(name);
  const wanted = tf.tensor(expected as number[][]);
  expect(shape).toEqual(wanted.shape);
  const numbers = [...wanted.dataSync()];
  values.forEach((value, k) => {
    expect(value, `${name}[${k}]`).toBeCloseTo(numbers[k], 5);
  });
}

describe("a block over a sequence", () => {
  it("reads one step at a time and keeps the state between them", () => {
    same("Bare", lif(x));
  });

  it("runs over a value that was computed from the input", () => {
    same("Derived", lif(each(x, (v) => 2 * v)));
  });

  it("leaves the sequence as it was: a second block and the sum read the input again", () => {
    const a = lif(x);
    const b = lif(each(x, (v) => 2 * v));
    same(
      "Twice",
      each(x, (v, t, n, c) => a[t][n][c] + b[t][n][c] + v),
    );
  });

  it("runs over the result of another block", () => {
    same("Chained", lif(each(lif(x), (v) => 0.7 * v)));
  });

  it("holds a value from outside the same at every step", () => {
    same("Captured", lif(each(x, (v, _, n, c) => v + 0.5 * y[n][c])));
  });

  it("means the same inside a layer, and with a layer inside", () => {
    same("Layered", lif(each(lif(x), (v) => 0.8 * v)));
  });

  it("pools within a step", () => {
    same(
      "Pooled",
      x.map((step) => [step[0].map((v, c) => v + step[1][c]), step[2]]),
    );
  });

  it("gathers within a step", () => {
    const sums = x.map((step) => {
      const received = step.map((row) => row.map(() => 0));
      edges[0].forEach((from, k) => {
        step[from].forEach((v, c) => (received[edges[1][k]][c] += v));
      });
      return received;
    });
    const spikes = lif(sums);
    const rates = spikes[0].map((row, n) =>
      row.map((_, c) => spikes.reduce((total, step) => total + step[n][c], 0) / steps),
    );
    same("Gathered", rates);
  });
});
