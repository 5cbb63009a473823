/**
 * The passes that move work from edges to nodes, on every backend: outputs and gradients of planned models are
 * those of the models as they are written, on a graph with a self loop, duplicate edges and a node that nothing enters.
 */
import * as tf from "@tensorflow/tfjs-core";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { checkSource } from "../../compiler/compile.js";
import { emit } from "../../compiler/emit/index.js";
import { inferenceModule } from "../../compiler/emit/inference.js";
import { printCallable } from "../../compiler/ir/print.js";
import type { Program } from "../../compiler/ir/program.js";
import { plan } from "../../compiler/plan/index.js";
import { lowerGather } from "../../compiler/plan/passes/lower-gather.js";
import { predictWithPlan, type PlanModule } from "../../runtime/inference/index.js";
import * as sg from "../../runtime/index.js";
import { onEveryBackend } from "../runtime/backends.js";
import { expectClose } from "../runtime/closeness.js";

const SOURCE = `
layer Held<out>(x: real[N, in], g: graph(e.bar: real[E, d])) -> real[N, out] {
  return gather mean over j -> i { concat(x[i], x[j], e.bar) |> Dense<out> |> relu }
}
layer Lowest<out>(x: real[N, in], g: graph) -> real[N, out] {
  param w: real[in, out] = glorot
  return gather min over j -> i { tanh(x[i] @ w + x[j] @ w) }
}
layer Looped<out>(x: real[N, in], g: graph) -> real[N, out] {
  param w: real[in, out] = glorot
  return gather max over j -> i with self loops { leaky_relu<0.1>(x[j] @ w + x[i] @ w) }
}
model Mlp(g: graph(x: real[N, 3])) -> real[N, 4] { return g.x |> EdgeMLP<4>(g) }
model Conv(g: graph(x: real[N, 3])) -> real[N, 4] { return g.x |> EdgeConv<4>(g) }
model Pna(g: graph(x: real[N, 3])) -> real[N, 4] { return g.x |> PNA<4>(g) }
model Crystal(g: graph(x: real[N, 3], e.bar: real[E, 2])) -> real[N, 3] { return g.x |> CGConv(g, g.bar) }
model Least(g: graph(x: real[N, 3])) -> real[N, 4] { return g.x |> Lowest<4>(g) }
model Loops(g: graph(x: real[N, 3])) -> real[N, 4] { return g.x |> Looped<4>(g) }
model Attention(g: graph(x: real[N, 3])) -> real[N, 4] { return g.x |> GATv2<2, heads: 2>(g) }
model TimedAttention(g: graph(x: real[N, 3])) -> real[N, 2] {
  return rate(over time 3 { g.x |> LIF<threshold: 0.2> |> GATv2<2>(g) })
}
model Timed(g: graph(x: real[N, 3], e.bar: real[E, 2])) -> real[N, 4] {
  return rate(over time 3 { g.x |> LIF<threshold: 0.2> |> Held<4>(g) })
}
`;

function checked(): Program {
  const host = { read: () => undefined };
  const { program, diagnostics } = checkSource({ file: "edges.sgnn", source: SOURCE, host });
  if (program === undefined) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  return program;
}
const program = checked();
const names = program.models.map(({ name }) => name);

type Inputs = { g: sg.Graph };
type Module = Record<string, new (scope: sg.Scope) => sg.Model<Inputs>>;

async function load(one: Program): Promise<Module> {
  const options = { version: "0", sourceFile: "edges.sgnn", source: SOURCE, hash: "" };
  const { text } = await emit(one, options);
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: Module = {};
  new Function("exports", "require", outputText)(exports, () => sg);
  return exports;
}

function hasBar(name: string): boolean {
  const type = program.models.find((model) => model.name === name)?.inputs[0].type;
  return type?.tag === "graph" && type.edgeFields.has("bar");
}

// Node 4 is entered by no edge; 0 -> 1 twice; 2 -> 2.
const ends = [0, 0, 1, 3, 2, 4, 0, 1, 1, 0, 0, 2, 3, 1];
const x = Float32Array.from({ length: 15 }, (_, k) => Math.sin(2.3 * k + 1));
const bar = Float32Array.from({ length: 14 }, (_, k) => Math.cos(1.7 * k));

function graph(): sg.Graph {
  return sg.createGraph({
    edgeIndex: ends,
    nodeCount: 5,
    nodes: { x: tf.tensor2d(x, [5, 3]) },
    edges: { bar: tf.tensor2d(bar, [7, 2]) },
  }) as unknown as sg.Graph;
}

onEveryBackend(() => {
  test("outputs and gradients are those of the model as written", async () => {
    const [planned, written] = [await load(plan(program)), await load(lowerGather(program))];
    for (const name of names) {
      const results = [planned, written].map((module) => {
        const model = new module[name](new sg.Scope({ seed: 4 }));
        const output = model.forward({ g: graph() }, sg.createRun());
        const weights = tf.randomUniform(output.shape, -1, 1, "float32", 9);
        const { gradients } = sg.gradients(
          () => sg.sum(sg.mul(model.forward({ g: graph() }, sg.createRun()), weights)),
          model.parameters(),
        );
        const found = [...gradients].map(([path, one]) => [path, [...one.dataSync()]] as const);
        return { output: [...output.dataSync()], gradients: new Map(found) };
      });
      const [a, b] = results;
      expectClose(a.output, b.output, { what: `${name}, output` });
      expect([...a.gradients.keys()].sort()).toEqual([...b.gradients.keys()].sort());
      for (const [path, values] of a.gradients) {
        const wanted = b.gradients.get(path) ?? [];
        expectClose(values, wanted, {
          rtol: 1e-4,
          atol: 1e-5,
          what: `${name}, gradient of ${path}`,
        });
      }
    }
  }, 30_000);

  test("second derivatives go through the rows that no edge enters", () => {
    const g = graph();
    const value = (v: tf.Tensor): tf.Tensor => tf.sum(sg.reached(g, tf.mul(v, tf.square(v))));
    const second = tf.grad((v: tf.Tensor) => tf.sum(tf.grad(value)(v)));
    const at = tf.tensor2d([1, 2, 3, 4, 5], [5, 1]);
    expectClose(second(at).dataSync(), [6, 12, 18, 24, 0]);
  });
});

describe("inference plans", () => {
  test("follow the same operations", async () => {
    await sg.useBackend("cpu");
    const planned = plan(program);
    const text = inferenceModule(planned, { version: "", sourceFile: "edges.sgnn", hash: "" });
    const module = (await import(
      `data:text/javascript,${encodeURIComponent(text)}`
    )) as unknown as PlanModule;
    const classes = await load(planned);
    for (const name of names) {
      const found = module.plans[name];
      if (!("format" in found)) throw new Error(`${name}: ${found.what}`);
      const model = new classes[name](new sg.Scope({ seed: 4 }));
      const { outputs } = predictWithPlan(module, found, {
        inputs: new Map([
          ["x", { shape: [5, 3], dtype: "f32", data: x }],
          ...(hasBar(name) ? [["bar", { shape: [7, 2], dtype: "f32", data: bar }] as const] : []),
          ["edge_index", { shape: [2, 7], dtype: "i32", data: Int32Array.from(ends) }],
        ]),
        label: "the test",
        weights: new Map(
          model
            .parameters()
            .map(({ path, value }) => [
              path,
              { shape: value.shape, dtype: "f32" as const, data: value.dataSync() as Float32Array },
            ]),
        ),
        weightsLabel: "the test",
        scale: undefined,
      });
      const wanted = [...model.forward({ g: graph() }, sg.createRun()).dataSync()];
      expectClose([...(outputs.get("output")?.data as Float32Array)], wanted, { what: name });
    }
  });
});

test("what the passes write", () => {
  const planned = plan(program);
  const text = (name: string, begin = "return "): string | undefined => {
    const layer = planned.layers.find((one) => one.declaredName === name);
    const lines = layer === undefined ? [] : printCallable(layer).split("\n");
    return lines.find((line) => line.trimStart().startsWith(begin))?.trim();
  };
  // A layer on edges is opened, its product split, its bias added on nodes; what is equal at every step is held late.
  expect(text("Held")).toMatchInlineSnapshot(
    `"return aggregate<g, mean>(relu(add(add(target<g>(add(matMul(x, rows<start=0, count=in>(@output.weight)), @output.bias)), source<g>(matMul(x, rows<start=in, count=in>(@output.weight)))), hold<steps=steps>(matMul(e.bar, rows<start=2*in, count=d>(@output.weight)))))) : real[N, out] timed"`,
  );
  expect(text("CGConv", "let messages = ")).toMatchInlineSnapshot(
    `"let messages = aggregate<g, sum>(mul(sigmoid(add(add(target<g>(add(matMul(x, rows<start=0, count=in>(wFilter)), bFilter)), source<g>(matMul(x, rows<start=in, count=in>(wFilter)))), matMul(e, rows<start=2*in, count=d>(wFilter)))), softplus(add(add(target<g>(add(matMul(x, rows<start=0, count=in>(wCore)), bCore)), source<g>(matMul(x, rows<start=in, count=in>(wCore)))), matMul(e, rows<start=2*in, count=d>(wCore)))))) : real[N, in]"`,
  );
  // A shift and a rising function wait until there is one value per node.
  expect(text("Lowest")).toMatchInlineSnapshot(
    `"return reached<g>(tanh(add(aggregate<g, min>(source<g>(xW)), xW))) : real[N, out]"`,
  );
  // Scores of attention need no value per edge and channel.
  expect(text("GATv2", "let mixed = ")).toMatchInlineSnapshot(
    `"let mixed = flatten(propagate<g+loops, sum>(s, edgeSoftmax<g+loops>(attentionScores<g+loops, slope=0.2>(t, s, attention)))) : real[N, heads*out]"`,
  );
  expect(text("Looped")).toMatchInlineSnapshot(
    `"return leakyRelu<slope=0.1>(add(aggregate<g+loops, max>(source<g+loops>(xW)), xW)) : real[N, out]"`,
  );
});
