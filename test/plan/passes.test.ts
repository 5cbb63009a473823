/** Each pass by the text of the program before and after. */
import { describe, expect, it } from "vitest";
import { printCallable } from "../../compiler/ir/print.js";
import type { LayerIr } from "../../compiler/ir/ir.js";
import { PASSES, plan } from "../../compiler/plan/index.js";
import {
  edge,
  gather,
  graph,
  graphType,
  layer,
  let_,
  local,
  num,
  op,
  param,
  program,
  type,
  weight,
} from "./build.js";
import { edgeConv, gat, gcn, sage } from "./layers.js";

function planned(one: LayerIr, upTo = PASSES.length): string {
  // remove-unused drops layers that no model uses, so it is left out here and tested on models.
  const passes = PASSES.slice(0, upTo).filter((pass) => pass.name !== "remove-unused");
  const result = passes.reduce((current, pass) => pass.run(current), program({ layers: [one] }));
  return printCallable(result.layers[0]);
}

describe("plan", () => {
  it("turns a mean over neighbours into a sparse product", () => {
    expect(planned(sage())).toMatchInlineSnapshot(`
      "layer SAGE<in, out>(x: real[N, in], g: graph)
        param wSelf: real[in, out] = glorot
        param wNeighbour: real[in, out] = glorot
        param bias: real[out] = zeros
        let neighbours = propagate<g, mean>(x) : real[N, in]
        return add(add(matMul(x, wSelf), matMul(neighbours, wNeighbour)), bias) : real[N, out]"
    `);
  });
  it("hoists the product of GCN out of the edges and weights a sparse product", () => {
    expect(planned(gcn(), 1)).toMatchInlineSnapshot(`
      "layer GCN<in, out>(x: real[N, in], g: graph)
        param weight: real[in, out] = glorot
        param bias: real[out] = zeros
        return add(aggregate<g+loops, sum>(mul(expand<axes=1>(symmetricNorm<g+loops>()), matMul(source<g+loops>(x), weight))), bias) : real[N, out]"
    `);
    expect(planned(gcn())).toMatchInlineSnapshot(`
      "layer GCN<in, out>(x: real[N, in], g: graph)
        param weight: real[in, out] = glorot
        param bias: real[out] = zeros
        return add(propagate<g+loops, sum>(matMul(x, weight), symmetricNorm<g+loops>()), bias) : real[N, out]"
    `);
  });
  it("runs attention on nodes, then one sparse product per head", () => {
    expect(planned(gat())).toMatchInlineSnapshot(`
      "layer GAT<in, out, heads>(x: real[N, in], g: graph)
        param weight: real[in, heads, out] = glorot
        param left: real[heads, out] = glorot
        param right: real[heads, out] = glorot
        let h = matMul(x, weight) : real[N, heads, out]
        return flatten(propagate<g+loops, sum>(h, edgeSoftmax<g+loops>(leakyRelu<slope=0.2>(add(target<g+loops>(dot(h, left)), source<g+loops>(dot(h, right))))))) : real[N, heads*out]"
    `);
  });
  it("multiplies on nodes what an edge network multiplies on edges", () => {
    expect(planned(edgeConv())).toMatchInlineSnapshot(`
      "layer EdgeConv<in, out>(x: real[N, in], g: graph)
        param w: real[2*in, out] = glorot
        let wRows = rows<start=in, count=in>(w) : real[in, out]
        return reached<g>(relu(add(aggregate<g, max>(source<g>(matMul(x, wRows))), matMul(x, sub(rows<start=0, count=in>(w), wRows))))) : real[N, out]"
    `);
  });
  it("lifts the lets of a gather and renames one that is taken", () => {
    const x = local("x", "real[N, in]");
    const one = layer({
      name: "L",
      sizes: ["in"],
      inputs: [
        { name: "x", type: type("real[N, in]") },
        { name: "g", type: graphType() },
      ],
      body: [let_("z", op("relu", "real[N, in]", [x]))],
      result: op("add", "real[N, in]", [
        local("z", "real[N, in]"),
        gather(
          ["max"],
          op("sub", "real[E, in]", [local("z", "real[E, in]"), edge("target", x, "real[E, in]")]),
          "real[N, in]",
          [let_("z", op("tanh", "real[E, in]", [edge("source", x, "real[E, in]")]))],
        ),
      ]),
    });
    expect(planned(one)).toMatchInlineSnapshot(`
      "layer L<in>(x: real[N, in], g: graph)
        let z = relu(x) : real[N, in]
        let z2 = source<g>(tanh(x)) : real[E, in]
        return add(z, aggregate<g, max>(sub(z2, target<g>(x)))) : real[N, in]"
    `);
  });
  it("does not weight by channel with a sparse product", () => {
    const x = local("x", "real[N, in]");
    const gate = op("sigmoid", "real[E, in]", [
      op("sub", "real[E, in]", [
        edge("target", x, "real[E, in]"),
        edge("source", x, "real[E, in]"),
      ]),
    ]);
    const one = layer({
      name: "L",
      sizes: ["in"],
      inputs: [
        { name: "x", type: type("real[N, in]") },
        { name: "g", type: graphType() },
      ],
      result: gather(
        ["sum"],
        op("mul", "real[E, in]", [gate, edge("source", x, "real[E, in]")]),
        "real[N, in]",
        [],
        graph(),
      ),
    });
    expect(planned(one)).toMatchInlineSnapshot(`
      "layer L<in>(x: real[N, in], g: graph)
        let xSource = source<g>(x) : real[E, in]
        return aggregate<g, sum>(mul(sigmoid(sub(target<g>(x), xSource)), xSource)) : real[N, in]"
    `);
  });
  it("folds numbers", () => {
    const x = local("x", "real[N, 4]");
    const one = layer({
      name: "L",
      inputs: [{ name: "x", type: type("real[N, 4]") }],
      params: [weight("w", "real[4]")],
      result: op("add", "real[N, 4]", [
        op("mul", "real[N, 4]", [
          op("mul", "real", [num(2), op("neg", "real", [num(3)])]),
          op("mul", "real[N, 4]", [x, num(1)]),
        ]),
        op("mul", "real[4]", [num(0), param("w", "real[4]")]),
      ]),
    });
    expect(planned(one)).toMatchInlineSnapshot(`
      "layer L(x: real[N, 4])
        param w: real[4] = glorot
        return add(mul(-6, x), mul(0, w)) : real[N, 4]"
    `);
  });
  it("drops what no model uses", () => {
    expect(plan(program({ layers: [sage()] })).layers).toEqual([]);
  });
});
