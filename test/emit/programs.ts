/** Programs built by hand, so that the emitter is tested apart from the checker. */
import type { Program } from "../../compiler/ir/program.js";
import type { Expr, FunctionIr, LayerIr } from "../../compiler/ir/ir.js";
import { mapExpr } from "../../compiler/plan/walk.js";
import { lif, num as scalar, param as neuronParam, ref } from "../neurons/examples.js";
import {
  at,
  call,
  feature,
  graphType,
  layer,
  let_,
  local,
  member,
  model,
  num,
  op,
  param,
  program,
  size,
  time,
  type,
  weight,
} from "../plan/build.js";
import { edgeConv, gat, gcn, sage } from "../plan/layers.js";
import { graph } from "../plan/build.js";

const dense = layer({
  name: "Dense",
  doc: "Fully connected layer: `y = x W + b`.",
  origin: at(3, "sgnn:std/layers/dense.sgnn"),
  sizes: ["in", "out"],
  inputs: [{ name: "x", type: type("real[..., in]") }],
  params: [weight("weight", "real[in, out]"), weight("bias", "real[out]", "zeros")],
  result: op("add", "real[..., out]", [
    op("matMul", "real[..., out]", [local("x", "real[..., in]"), param("weight", "real[in, out]")]),
    param("bias", "real[out]"),
  ]),
});

const crossEntropy: FunctionIr = {
  tag: "function",
  name: "cross_entropy",
  declaredName: "cross_entropy",
  doc: "Cross-entropy of class scores (before the softmax) against class numbers.",
  origin: at(2, "sgnn:std/functions/cross-entropy.sgnn"),
  sizes: ["c"],
  constants: new Map(),
  inputs: [
    { name: "output", type: type("real[..., c]") },
    { name: "target", type: type("label[...]") },
  ],
  body: [],
  result: op("neg", "real", [
    op("mean", "real", [
      op("pick", "real[...]", [
        op("logSoftmax", "real[..., c]", [local("output", "real[..., c]")]),
        local("target", "label[...]"),
      ]),
    ]),
  ]),
};

/** The layer as it is elaborated for calls inside a time block: equal code, timed values. */
function inTime(one: LayerIr): LayerIr {
  const timed = (expr: Expr): Expr => {
    const isGraphOnly = expr.tag === "op" && (expr.op === "symmetricNorm" || expr.op === "expand");
    return isGraphOnly || expr.tag === "param" ? expr : { ...expr, timed: true };
  };
  return { ...one, name: `${one.name}2`, result: mapExpr(one.result, timed) };
}

/** LIF + GCN node classifier with a time block, data and training. */
export function nodeClassifier(): Program {
  const gcnLayer = gcn();
  const gcnTimed = inTime(gcnLayer);
  const neuron = lif({ origin: at(2, "sgnn:std/neurons/lif.sgnn") });
  const loss: FunctionIr = {
    ...crossEntropy,
    name: "lossNodeClassifier",
    declaredName: "loss",
    doc: undefined,
    origin: at(22),
    sizes: [],
    inputs: [
      { name: "output", type: type("real[N, 7]") },
      { name: "target", type: type("label[N]") },
    ],
    result: op(
      "add",
      "real",
      [
        {
          tag: "function",
          callee: crossEntropy,
          args: [local("output", "real[N, 7]"), local("target", "label[N]")],
          sizes: new Map([["c", size("7")]]),
          constants: new Map(),
          type: type("real"),
          origin: at(22),
          timed: false,
        },
        op("mul", "real", [num(0.01), op("spikeRate", "real", [])], {}, { line: 22 }),
      ],
      {},
      { line: 22 },
    ),
  };
  const timed = { timed: true };
  const h = call(
    "h.gcn1",
    [feature("x", "real[N, 1433]", "nodes", { line: 9 }), graph()],
    "real[N, 16]",
    { line: 9 },
  );
  const s1 = call("s.lif1", [local("h", "real[N, 16]", { line: 10 })], "spike[N, 16]", {
    ...timed,
    line: 10,
    steps: "8",
  });
  const s2 = call("s.gcn2", [s1, graph()], "real[N, 7]", { ...timed, line: 10 });
  const s3 = call("s.lif2", [s2], "spike[N, 7]", { ...timed, line: 10, steps: "8" });
  return program({
    neurons: [neuron],
    functions: [crossEntropy],
    layers: [gcnLayer, gcnTimed],
    models: [
      model({
        name: "NodeClassifier",
        doc: "Spiking graph convolutions; classes by firing rate.",
        origin: at(8),
        inputs: [{ name: "g", type: graphType({ x: "real[N, 1433]" }) }],
        members: [
          member("h.gcn1", gcnLayer, { in: "1433", out: "16" }, "real[N, 16]"),
          member("s.lif1", neuron, { channels: "16" }, "spike[N, 16]", { beta: 0.95 }),
          member("s.gcn2", gcnTimed, { in: "16", out: "7" }, "real[N, 7]"),
          member("s.lif2", neuron, { channels: "7" }, "spike[N, 7]"),
        ],
        body: [let_("h", h), let_("s", time("8", s3, "spike[T, N, 7]", [], { line: 10 }))],
        result: op(
          "rate",
          "real[N, 7]",
          [local("s", "spike[T, N, 7]", { line: 11 })],
          { steps: size("8") },
          { line: 11 },
        ),
      }),
    ],
    data: [
      {
        name: "Cora",
        doc: undefined,
        origin: at(14),
        files: [{ path: "cora.npz", format: undefined }],
        generate: undefined,
        graph: {
          name: "g",
          nodes: [{ name: "x", source: { tag: "array", name: "x" } }],
          nodesBy: undefined,
          connections: { tag: "array", name: "edge_index" },
          edges: [],
          edgesBy: undefined,
        },
        samples: [{ name: "target", source: { tag: "array", name: "y" } }],
        split: { rule: "perClass", train: 20, validation: 30 },
        augment: [],
        scale: [{ name: "x", method: "rows" }],
      },
    ],
    conversions: [],
    trains: [
      {
        origin: at(21),
        doc: undefined,
        models: ["NodeClassifier"],
        data: "Cora",
        loss,
        optimize: [
          {
            name: "adam",
            args: new Map([
              ["rate", 0.01],
              ["decay", 5e-4],
            ]),
          },
        ],
        schedule: undefined,
        epochs: 200,
        batch: undefined,
        seeds: [1, 2, 3],
        clip: undefined,
        patience: undefined,
        select: "accuracy",
        report: ["accuracy", "spike_rate"],
      },
    ],
  });
}

/** SAGE, GAT and EdgeConv one after the other; awkward names on purpose. */
export function stack(): Program {
  const layers = [sage(), gat(), edgeConv(), dense];
  const [sageLayer, gatLayer, edgeLayer] = layers;
  const g = graph();
  const start = local("run", "real[N, 5]", { line: 4 });
  const h = call("h.sage1", [start, g], "real[N, 8]", { line: 4 });
  const a = call("h.gat1", [h, g], "real[N, 8]", { line: 5 });
  const e = call("new.edge1", [local("h", "real[N, 8]", { line: 6 }), g], "real[N, 8]", {
    line: 6,
  });
  const p = op(
    "pool",
    "real[G, 16]",
    [local("new", "real[N, 8]", { line: 7 })],
    { graph: g, reduce: ["mean", "max"] },
    { line: 7 },
  );
  return program({
    layers,
    models: [
      model({
        name: "Stack",
        inputs: [
          { name: "run", type: type("real[N, 5]") },
          { name: "g", type: graphType() },
        ],
        members: [
          member("h.sage1", sageLayer, { in: "5", out: "8" }, "real[N, 8]"),
          member("h.gat1", gatLayer, { in: "8", out: "4", heads: "2" }, "real[N, 8]"),
          member("new.edge1", edgeLayer, { in: "8", out: "8" }, "real[N, 8]"),
          member("output", dense, { in: "16", out: "1" }, "real[G, 1]"),
        ],
        body: [let_("h", a), let_("new", e)],
        result: call("output", [p], "real[G, 1]", { line: 7 }),
      }),
    ],
  });
}

/** A two-sided neuron with learned parameters, outside a time block. */
export function ternary(): Program {
  const base = lif();
  const neuron = lif({
    name: "Ternary",
    doc: undefined,
    inputs: ["input"],
    params: [
      neuronParam("beta", true, "channel"),
      {
        ...neuronParam("class", true, "shared"),
        range: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      },
    ],
    spike: base.spike && {
      ...base.spike,
      margin: { tag: "binary", op: "-", left: ref("v"), right: ref("class") },
      below: {
        tag: "binary",
        op: "-",
        left: { tag: "neg", operand: ref("v") },
        right: ref("class"),
      },
      surrogate: { name: "sigmoid", args: [4], variable: undefined, derivative: undefined },
    },
    resets: [{ state: "v", value: scalar(0), detached: true, line: 5 }],
    emit: { above: scalar(1), below: scalar(-1), line: 6 },
    emits: "trit",
  });
  return program({
    neurons: [neuron],
    models: [
      model({
        name: "Signs",
        inputs: [{ name: "x", type: type("real[N, 3]") }],
        members: [member("output", neuron, { channels: "3" }, "trit[N, 3]")],
        result: call("output", [local("x", "real[N, 3]")], "trit[N, 3]"),
      }),
    ],
  });
}
