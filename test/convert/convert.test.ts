/** Rewriting of models by `convert` declarations: the text of the result, and what is reported. */
import { describe, expect, test } from "vitest";
import { checkSource } from "../../compiler/index.js";

const net = `layer Linear<out>(x: real[..., in]) -> real[..., out] {
  param weight: real[in, out] = glorot
  return x @ weight
}
/// A small network.
model Net<A: relu, hidden: 16>(g: graph(x: real[N, 8])) -> real[N, 3] {
  let h = g.x |> Linear<hidden> |> BatchNorm |> A
  // kept comment
  let k = Dense<hidden>(h)
  return concat(h, k) |> SAGE<8>(g) |> A |> Dense<3>
}
variant Smooth = Net<A: tanh, hidden: 32>
`;

function convert(fields: string, from = "Smooth") {
  const source = `${net}convert ${from} to Made {\n${fields}\n}\n`;
  const { program, diagnostics } = checkSource({
    file: "net.sgnn",
    source,
    host: { read: () => undefined },
  });
  return {
    text: program?.conversions[0]?.text ?? "",
    model: program?.models.find((one) => one.name === "Made"),
    said: diagnostics.map(
      (d) => `${d.code} ${d.file} \`${source.slice(d.span.start, d.span.end)}\`: ${d.message}`,
    ),
  };
}

const body = (text: string): string => text.slice(text.indexOf("model Made"));

describe("what the rules make", () => {
  test("a pipeline is rewritten, widths and arguments go on, generics of the variant are filled in", () => {
    const { text, said } = convert(`
  rule Linear |> BatchNorm |> tanh => BatchNorm |> sign |> Linear weights sign scale per channel |> PReLU
  rule SAGE => GCN
  rule tanh => keep
  rule Dense => Dense
  rule last Dense => keep`);
    expect(said).toEqual([]);
    expect(text).toBe(`layer LinearSignScaledPerChannel<out>(x: real[..., in]) -> real[..., out] {
  param weight: sign[in, out] = glorot
  param scale: real[out] = ones
  return x @ weight * scale
}

/// A small network.
model Made<hidden: 32>(g: graph(x: real[N, 8])) -> real[N, 3] {
  let h = g.x |> BatchNorm |> sign |> LinearSignScaledPerChannel<hidden> |> PReLU
  // kept comment
  let k = Dense<hidden>(h)
  return concat(h, k) |> GCN<8>(g) |> tanh |> Dense<3>
}
`);
  });

  test("a call takes a rule of one stage, also one that becomes several stages", () => {
    const { text } = convert(`
  rule last Dense => keep
  rule Dense => sign |> Dense weights sign
  rule Linear => keep
  rule BatchNorm => keep
  rule SAGE => keep`);
    expect(body(text)).toContain("let k = (h |> sign |> DenseSign<hidden>)");
    expect(body(text)).toContain("|> tanh |> Dense<3>");
  });

  test("every weight of a layer that stands in a product gets the kind, and a scale of its own", () => {
    const { text } = convert("  rule SAGE => sign |> SAGE weights sign scale per weight");
    expect(text).toContain("layer SAGESignScaled<out>(x: real[N, in], g: graph) -> real[N, out] {");
    expect(text).toContain("  param wSelf, wNeighbour: sign[in, out] = glorot\n");
    expect(text).toContain("  param wSelfScale, wNeighbourScale: real = ones\n");
    expect(text).toContain(
      "x @ wSelf * wSelfScale + neighbours @ wNeighbour * wNeighbourScale + bias",
    );
  });

  test("named generics are merged into those handed on; a pattern may ask for a generic", () => {
    const source = `model Net(g: graph(x: real[N, 8])) -> real[N, 4] {
  return g.x |> GAT<4, heads: 2>(g) |> GAT<4, heads: 1>(g)
}
convert Net to Made {
  rule GAT<heads: 2> => GATv2<heads: 3>
  rule GAT => keep
}`;
    const { program } = checkSource({ file: "a.sgnn", source, host: { read: () => undefined } });
    expect(program?.conversions[0]?.text).toContain(
      "g.x |> GATv2<4, heads: 3>(g) |> GAT<4, heads: 1>(g)",
    );
  });

  test("neurons bring a time block, and the rate is the result", () => {
    const { text, said, model } = convert("  steps 8\n  rule tanh => IF\n  rule Dense => keep");
    expect(body(text)).toContain("return rate(over time 8 {\n    let h = g.x");
    expect(body(text)).toContain("|> IF |> Dense<3>\n  })\n}");
    expect(said).toEqual([
      "P732 net.sgnn `Made`: no rule covers `Linear`, `BatchNorm`, `SAGE` of `Smooth`",
    ]);
    expect(model?.members.map((one) => one.target.name)).toContain("IF");
  });

  test("a solver stays a solver", () => {
    const source = `problem P {
  domain   x in [0, 1]
  field    u(x)
  equation d(u, x) = 1
  boundary u(0) = 0
}
model Net solves P {
  over (x) { Dense<20> |> tanh |> Dense<20> |> tanh |> Dense<1> }
}
convert Net to Made {
  steps 16
  rule Dense |> tanh => Dense |> relu
  rule last Dense => keep
}`;
    const { program } = checkSource({ file: "a.sgnn", source, host: { read: () => undefined } });
    expect(program?.conversions[0]?.text).toBe(`model Made solves P {
  over (x) { Dense<20> |> relu |> Dense<20> |> relu |> Dense<1> }
}
`);
  });
});

describe("what is reported", () => {
  test("a rule that matches nothing, and parts that no rule covers", () => {
    const { said } = convert("  rule sigmoid => tanh\n  rule Dense => keep\n  rule SAGE => keep");
    expect(said).toEqual([
      "P732 net.sgnn `Made`: no rule covers `Linear`, `BatchNorm` of `Smooth`",
      "P731 net.sgnn `sigmoid`: nothing in `Smooth` is `sigmoid`",
    ]);
  });

  test("a type error of the converted model is shown at the rule that made it", () => {
    const { said } = convert(
      "  rule Linear |> BatchNorm => Linear<5> |> GIN<7>\n  rule Dense => keep\n  rule SAGE => keep",
    );
    expect(said).toHaveLength(1);
    expect(said[0]).toContain("net.sgnn `Linear<5> |> GIN<7>`");
  });

  test("weights of something that has none, or of a kind that cannot be trained", () => {
    expect(convert("  rule tanh => tanh weights sign").said).toContain(
      "P733 net.sgnn `tanh weights sign`: `tanh` is no layer, so it has no weights",
    );
    expect(convert("  rule SAGE => SAGE weights trit").said).toContain(
      "P734 net.sgnn `SAGE weights trit`: `SAGE` with weights of kind `trit` cannot be made",
    );
  });
});

test("generics of what a generic stands for go on beside those of the call", () => {
  const source = `model Net<A: LIF<beta: 0.9>>(x: real[N, 4]) -> real[N, 1] {
  return over time 4 { x |> Dense<8> |> A<threshold: 2> |> Dense<1> } |> rate
}
convert Net to Made {
  rule Dense => keep
  rule LIF => keep
}`;
  const { program } = checkSource({ file: "a.sgnn", source, host: { read: () => undefined } });
  expect(program?.conversions[0]?.text).toContain("|> LIF<beta: 0.9, threshold: 2> |> Dense<1>");
});
