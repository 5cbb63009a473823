/** Well-known layers as typed programs, as the checker would build them. */
import type { LayerIr } from "../../compiler/ir/ir.js";
import {
  edge,
  gather,
  graph,
  graphType,
  layer,
  let_,
  local,
  op,
  param,
  type,
  weight,
} from "./build.js";

const inputs = [
  { name: "x", type: type("real[N, in]") },
  { name: "g", type: graphType() },
];
const x = local("x", "real[N, in]", { line: 5 });

export function sage(): LayerIr {
  const neighbours = local("neighbours", "real[N, in]", { line: 5 });
  return layer({
    name: "SAGE",
    doc: "GraphSAGE with the mean of the neighbours.",
    sizes: ["in", "out"],
    inputs,
    params: [
      weight("wSelf", "real[in, out]"),
      weight("wNeighbour", "real[in, out]"),
      weight("bias", "real[out]", "zeros", 3),
    ],
    body: [
      let_(
        "neighbours",
        gather(["mean"], edge("source", x, "real[E, in]"), "real[N, in]", [], graph(), { line: 4 }),
      ),
    ],
    result: op(
      "add",
      "real[N, out]",
      [
        op("add", "real[N, out]", [
          op("matMul", "real[N, out]", [x, param("wSelf", "real[in, out]")]),
          op("matMul", "real[N, out]", [neighbours, param("wNeighbour", "real[in, out]")]),
        ]),
        param("bias", "real[out]"),
      ],
      {},
      { line: 5 },
    ),
  });
}

export function gcn(): LayerIr {
  const g = graph(true);
  const message = op("matMul", "real[E, out]", [
    edge("source", x, "real[E, in]", g),
    param("weight", "real[in, out]"),
  ]);
  const norm = op("expand", "real[E, 1]", [op("symmetricNorm", "real[E]", [], { graph: g })], {
    axes: 1,
  });
  return layer({
    name: "GCN",
    sizes: ["in", "out"],
    inputs,
    params: [weight("weight", "real[in, out]"), weight("bias", "real[out]", "zeros")],
    result: op("add", "real[N, out]", [
      gather(["sum"], op("mul", "real[E, out]", [norm, message]), "real[N, out]", [], g),
      param("bias", "real[out]"),
    ]),
  });
}

export function gat(): LayerIr {
  const g = graph(true);
  const h = local("h", "real[N, heads, out]");
  const score = (end: "source" | "target", name: string) =>
    op("dot", "real[E, heads]", [
      edge(end, h, "real[E, heads, out]", g),
      param(name, "real[heads, out]"),
    ]);
  const attention = op(
    "edgeSoftmax",
    "real[E, heads]",
    [
      op(
        "leakyRelu",
        "real[E, heads]",
        [op("add", "real[E, heads]", [score("target", "left"), score("source", "right")])],
        { slope: 0.2 },
        { line: 7 },
      ),
    ],
    { graph: g },
    { line: 7 },
  );
  const body = op(
    "mul",
    "real[E, heads, out]",
    [
      op("expand", "real[E, heads, 1]", [attention], { axes: 1 }, { line: 7 }),
      edge("source", h, "real[E, heads, out]", g),
    ],
    {},
    { line: 7 },
  );
  return layer({
    name: "GAT",
    sizes: ["in", "out", "heads"],
    inputs,
    params: [
      weight("weight", "real[in, heads, out]"),
      weight("left", "real[heads, out]"),
      weight("right", "real[heads, out]"),
    ],
    body: [
      let_(
        "h",
        op(
          "matMul",
          "real[N, heads, out]",
          [x, param("weight", "real[in, heads, out]")],
          {},
          { line: 4 },
        ),
      ),
    ],
    result: op(
      "flatten",
      "real[N, heads*out]",
      [gather(["sum"], body, "real[N, heads, out]", [], g, { line: 6 })],
      {},
      { line: 6 },
    ),
  });
}

export function edgeConv(): LayerIr {
  const i = edge("target", x, "real[E, in]");
  const j = edge("source", x, "real[E, in]");
  const both = op("concat", "real[E, 2*in]", [i, op("sub", "real[E, in]", [j, i])]);
  const body = op("relu", "real[E, out]", [
    op("matMul", "real[E, out]", [both, param("w", "real[2*in, out]")]),
  ]);
  return layer({
    name: "EdgeConv",
    sizes: ["in", "out"],
    inputs,
    params: [weight("w", "real[2*in, out]")],
    result: gather(["max"], body, "real[N, out]"),
  });
}
