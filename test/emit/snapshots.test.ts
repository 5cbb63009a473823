/**
 * `over snapshots g { .. }` against the same computation snapshot by snapshot in plain TypeScript: which
 * edges and features a step sees, which state it starts from, what an equilibrium carries on.
 */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { compileSource } from "../../compiler/compile.js";
import * as sg from "../../runtime/index.js";

type Inputs = Record<string, unknown>;
type ModelClass = new (scope: sg.Scope) => sg.Model<Inputs>;

const CARRIES = ["exact", "truncated", "warm", "none"] as const;
type Carry = (typeof CARRIES)[number];

const rest = (carry: Carry): string => `
equilibrium Rest_${carry}(x: real[N, 2], w: real[2, 2], g: graph) -> real[N, 2] {
  neuron   IF<threshold: 1>
  fixpoint a = clip((0.3 * propagate(g, a) + x @ w + 0.5 * previous + 0.2) / threshold, 0, 1)
  solve    anderson(memory: 5, tolerance: 1e-7, most: 200)
  gradient implicit(solver: anderson, tolerance: 1e-7, most: 200)
  carry    ${carry}
}
model AtRest_${carry}(g: graph(x: real[T, N, 2]), w: real[2, 2]) -> real[T, N, 2] {
  return over snapshots g { g.x |> Rest_${carry}(w, g) }
}`;

/** The neuron of SpikeNet, as the example has it. */
const adaptive =
  /neuron AdaptiveLIF[^]*?\n\}/.exec(
    readFileSync("examples/dynamic-spiking/dblp.sgnn", "utf8"),
  )?.[0] ?? "";

const source = `
${adaptive}
model Adaptive(g: graph(x: real[T, N, 2])) -> real[T, N, 2] {
  return over snapshots g { g.x |> AdaptiveLIF }
}
model Gathered(g: graph(x: real[T, N, 2])) -> real[T, N, 2] {
  return over snapshots g { gather sum over j -> i { g.x[j] } |> LIF }
}
model Shared(g: graph(x: real[N, 2])) -> real[N, 2] {
  let h = 2 * g.x
  return rate(over snapshots g { gather mean over j -> i { h[j] * degree(j) } + 0.2 * degree(g) |> LIF })
}
layer Step(h: real[N, c], g: graph) -> real[N, c] {
  let near = gather sum over j -> i with self loops { h[j] * norm(i, j) }
  return near + 0.1 * degree(g) |> LIF
}
model Layered<steps: 3>(g: graph(x: real[steps, N, 2])) -> real[N, 6] {
  return over snapshots g { g.x |> Step(g) } |> flatten_time
}
model Last(g: graph(x: real[T, N, 2])) -> real[N, 2] {
  return g.x + last(over snapshots g { 10 * g.x |> relu })
}
model Weighted(g: graph(x: real[N, 2], e.a: real[E, 1])) -> real[T, N, 2] {
  return over snapshots g { gather sum over j -> i { e.a * g.x[j] } |> relu }
}
layer Inner(x: real[N, c], g: graph) -> real[N, c] {
  return rate(over snapshots g { gather sum over j -> i { x[j] } |> LIF })
}
model Nested(g: graph(x: real[N, 2])) -> real[N, 2] {
  return g.x |> Inner(g)
}
${CARRIES.map(rest).join("")}
`;

let models: Record<string, ModelClass> = {};

beforeAll(async () => {
  await tf.setBackend("cpu");
  const { text, diagnostics } = await compileSource({
    file: "snapshots.sgnn",
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

const nodes = 3;
/** Edges [source, target] of each snapshot: none at first, and node 2 comes last. */
const edges: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [
    [0, 1],
    [1, 0],
  ],
  [
    [0, 1],
    [1, 0],
    [2, 1],
    [1, 2],
  ],
];
type Rows = number[][];
type Sequence = Rows[];
/** x[t][n][c], no two numbers alike. */
const x: Sequence = edges.map((_, t) =>
  Array.from({ length: nodes }, (_, n) => [0, 1].map((c) => 0.31 * t - 0.17 * n + 0.43 * c + 0.35)),
);
const weight = [
  [0.3, -0.2],
  [0.15, 0.25],
];

/** The graph at the end with its snapshots; one table of features for all of them, or one for each. */
function dynamicGraph(tables: Sequence): sg.Graph {
  const made = edges.map((list, t) => {
    const table = tf.tensor2d(tables[t] ?? tables[0]);
    return sg.createGraph({
      edgeIndex: Int32Array.from([...list.map(([j]) => j), ...list.map(([, i]) => i)]),
      nodeCount: nodes,
      nodes: { x: table },
      edges: {
        a: tf.tensor2d(
          list.map(([j, i]) => 1 + j - 0.5 * i),
          [list.length, 1],
        ),
      },
    });
  });
  const end = made[made.length - 1];
  return new sg.Graph(end.topology, end.nodes, end.edges, [], made);
}

const each = (rows: Rows, value: (v: number, n: number, c: number) => number): Rows =>
  rows.map((row, n) => row.map((v, c) => value(v, n, c)));

/** sum over the edges into a node, each weighted. */
const spread = (
  list: readonly (readonly [number, number])[],
  h: Rows,
  of: (j: number, i: number) => number,
): Rows =>
  each(h, (_, n, c) =>
    list.filter(([, i]) => i === n).reduce((sum, [j, i]) => sum + of(j, i) * h[j][c], 0),
  );
const degree = (list: readonly (readonly [number, number])[], n: number): number =>
  list.filter(([, i]) => i === n).length;
const loops = Array.from({ length: nodes }, (_, n) => [n, n] as const);

/** LIF<beta: 0.9, threshold: 1>, its state going from snapshot to snapshot. */
function lif(sequence: Sequence): Sequence {
  const v = each(sequence[0], () => 0);
  return sequence.map((rows) =>
    each(rows, (input, n, c) => {
      const now = 0.9 * v[n][c] + input;
      const fired = now >= 1;
      v[n][c] = fired ? now - 1 : now;
      return fired ? 1 : 0;
    }),
  );
}

/** A a with the symmetric-normalised adjacency, self loops included. */
function normalised(list: readonly (readonly [number, number])[], h: Rows): Rows {
  const all = [...list, ...loops];
  return spread(all, h, (j, i) => 1 / Math.sqrt(degree(all, j) * degree(all, i)));
}

function run(name: string, tables: Sequence, w = weight): { shape: number[]; values: number[] } {
  const model = new models[name](new sg.Scope({ seed: 1 }));
  return tf.tidy(() => {
    const inputs: Inputs = { g: dynamicGraph(tables), w: tf.tensor2d(w) };
    const output = model.forward(inputs, sg.createRun());
    return { shape: output.shape, values: [...output.dataSync()] };
  });
}

function expectRows(actual: readonly number[], wanted: Sequence): void {
  const flat = wanted.flat(2);
  expect(actual).toHaveLength(flat.length);
  actual.forEach((value, k) => expect(value).toBeCloseTo(flat[k], 5));
}

describe("over snapshots", () => {
  it("each step gathers over the edges of its snapshot, the neuron keeps its state", () => {
    const { shape, values } = run("Gathered", x);
    expect(shape).toEqual([3, nodes, 2]);
    expectRows(values, lif(edges.map((list, t) => spread(list, x[t], () => 1))));
  });

  it("what all snapshots share is computed once and meets each of them", () => {
    const h = each(x[0], (v) => 2 * v);
    const spikes = lif(
      edges.map((list) => {
        const near = spread(list, h, (j, i) => degree(list, j) / degree(list, i));
        return each(near, (v, n) => v + 0.2 * degree(list, n));
      }),
    );
    const rates = each(h, (_, n, c) => spikes.reduce((sum, rows) => sum + rows[n][c] / 3, 0));
    expectRows(run("Shared", [x[0]]).values, [rates]);
  });

  it("a layer sees the snapshot of the step; the steps stand side by side in the last dim", () => {
    const spikes = lif(
      edges.map((list, t) => each(normalised(list, x[t]), (v, n) => v + 0.1 * degree(list, n))),
    );
    const { shape, values } = run("Layered", x);
    expect(shape).toEqual([nodes, 6]);
    const rows = loops.map(([n]) => [0, 1, 2].flatMap((t) => spikes[t][n]));
    expectRows(values, [rows]);
  });

  it("outside of the block the graph is the graph at the end", () => {
    expectRows(run("Last", x).values, [each(x[2], (v) => v + 10 * Math.max(v, 0))]);
  });

  it("edge features are those of the snapshot", () => {
    const wanted = edges.map((list) =>
      each(
        spread(list, x[0], (j, i) => 1 + j - 0.5 * i),
        (v) => Math.max(v, 0),
      ),
    );
    expectRows(run("Weighted", [x[0]]).values, wanted);
  });

  it("a layer may have the block inside", () => {
    const spikes = lif(edges.map((list) => spread(list, x[0], () => 1)));
    const rates = each(x[0], (_, n, c) => spikes.reduce((sum, rows) => sum + rows[n][c] / 3, 0));
    expectRows(run("Nested", [x[0]]).values, [rates]);
  });

  it("a graph that does not change is one snapshot", () => {
    const model = new models["Gathered"](new sg.Scope({ seed: 1 }));
    const [, , list] = edges;
    const g = sg.createGraph({
      edgeIndex: Int32Array.from([...list.map(([j]) => j), ...list.map(([, i]) => i)]),
      nodeCount: nodes,
      nodes: { x: tf.tensor2d(x[0]) },
    });
    const output = model.forward({ g }, sg.createRun());
    expect(output.shape).toEqual([1, nodes, 2]);
    expectRows([...output.dataSync()], lif([spread(list, x[0], () => 1)]));
  });

  it("the threshold of SpikeNet: 0.7 of what it was, and 0.2 where a spike fell", () => {
    const inputs: Sequence = [
      [
        [1.1, 0.9],
        [0.95, 1.5],
        [0.2, 3],
      ],
      [
        [0.85, 0.75],
        [0.71, 0.89],
        [0.69, 0.91],
      ],
      [
        [0.7, 0.5],
        [0.6, 0.8],
        [0.48, 0.84],
      ],
    ];
    const threshold = each(x[0], () => 1);
    const spikes = inputs.map((rows) =>
      each(rows, (input, n, c) => {
        const fired = input > threshold[n][c] ? 1 : 0;
        threshold[n][c] = 0.7 * threshold[n][c] + 0.2 * fired;
        return fired;
      }),
    );
    expect(spikes.flat(2).filter((v) => v === 1).length).toBe(9);
    expectRows(run("Adaptive", inputs).values, spikes);
  });

  it("a snapshot with other nodes is refused", () => {
    const g = dynamicGraph(x);
    const small = sg.createGraph({ edgeIndex: new Int32Array(0), nodeCount: 2 });
    const bad = new sg.Graph(g.topology, g.nodes, {}, [], [small]);
    expect(() => sg.snapshots(bad)).toThrow(/R124.*snapshot 0 has 2 nodes, the graph 3/s);
  });
});

/** The states at rest by plain iteration, in double precision. */
function atRest(carry: Carry, w: Rows): Sequence {
  const isRead = carry === "exact" || carry === "truncated";
  let previous = each(x[0], () => 0);
  return edges.map((list, t) => {
    let a = each(x[0], () => 0);
    for (let k = 0; k < 200; k++) {
      const near = normalised(list, a);
      a = each(a, (_, n, c) => {
        const drive = x[t][n][0] * w[0][c] + x[t][n][1] * w[1][c];
        const current = 0.3 * near[n][c] + drive + (isRead ? 0.5 * previous[n][c] : 0) + 0.2;
        return Math.min(1, Math.max(0, current));
      });
    }
    previous = a;
    return a;
  });
}

describe("an equilibrium over snapshots", () => {
  it.each(CARRIES)("carry %s", (carry) => {
    const wanted = atRest(carry, weight);
    expect(wanted.flat(2).filter((v) => v > 0 && v < 1).length).toBeGreaterThan(9);
    expectRows(run(`AtRest_${carry}`, x).values, wanted);
  });

  it("the gradient goes back through the snapshots, or stops where the carry says so", () => {
    const slopes = (carry: Carry): readonly number[] => {
      const model = new models[`AtRest_${carry}`](new sg.Scope({ seed: 1 }));
      return tf.tidy(() => {
        const g = dynamicGraph(x);
        const gradient = tf.grad((w) => tf.sum(model.forward({ g, w }, sg.createRun())));
        return [...gradient(tf.tensor2d(weight)).dataSync()];
      });
    };
    const total = (w: Rows): number =>
      atRest("exact", w).reduce((sum, a) => sum + a.flat().reduce((p, q) => p + q), 0);
    const differences = [0, 1].flatMap((row) =>
      [0, 1].map((column) => {
        const moved = (by: number): number =>
          total(each(weight, (v, r, c) => (r === row && c === column ? v + by : v)));
        return (moved(1e-5) - moved(-1e-5)) / 2e-5;
      }),
    );
    const exact = slopes("exact");
    exact.forEach((slope, k) => expect(slope / differences[k]).toBeCloseTo(1, 3));
    // Without the way back a good part of the slope is missing.
    const sum = (all: readonly number[]): number => all.reduce((p, q) => p + q);
    expect(sum(slopes("truncated"))).toBeLessThan(0.9 * sum(exact));
  });
});
