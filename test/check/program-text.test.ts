/** The typed program of right sources, in its printed form. */
import { describe, expect, test } from "vitest";
import { check } from "./program.js";

/** The text of a program without errors; warnings are left to other tests. */
function text(...lines: readonly string[]): string {
  const { diagnostics, text: printed } = check(lines.join("\n"));
  expect(diagnostics.filter((d) => d.severity === "error").map((d) => d.message)).toEqual([]);
  return printed;
}

describe("typed programs", () => {
  test("MagnetostrictionNet with all its variants", () => {
    expect(
      text(
        "model MagnetostrictionNet<A: VSN, B: relu>(g: graph(x: real[N, 5]), field: real[G, 1]) -> real[G, 1] {",
        "  let h = g.x |> Dense<32> |> A |> SAGE<64>(g) |> A |> SAGE<64>(g) |> A",
        "  let p = pool mean h over g",
        "  return concat(p, field) |> Dense<64> |> B |> Dense<16> |> B |> Dense<1>",
        "}",
        "variant Vanilla = MagnetostrictionNet<A: relu, B: relu>",
        "variant LIFNet  = MagnetostrictionNet<A: LIF,  B: LIF>",
        "variant HVS1    = MagnetostrictionNet<A: VSN,  B: VSN>",
        "variant HVS2    = MagnetostrictionNet<A: VSN,  B: relu>",
        "train MagnetostrictionNet on Terfenol {",
        "  loss mse(output, target) + 0.01 * spike_rate",
        "}",
      ),
    ).toMatchInlineSnapshot(`
      "neuron VSN(input) -> graded

      neuron LIF(input) -> spike

      function mse<c>(output: real[..., c], target: real[..., c])
        return mean(square(sub(output, target))) : real

      layer Dense<in, out>(x: real[..., in])
        param weight: real[in, out] = glorot
        param bias: real[out] = zeros
        return add(matMul(x, weight), bias) : real[..., out]

      layer SAGE<in, out>(x: real[N, in], g: graph)
        param wSelf: real[in, out] = glorot
        param wNeighbour: real[in, out] = glorot
        param bias: real[out] = zeros
        let neighbours = gather mean g { x[j] } : real[N, in]
        return add(add(matMul(x, wSelf), matMul(neighbours, wNeighbour)), bias) : real[N, out]

      model MagnetostrictionNet(g: graph(x: real[N, 5]), field: real[G, 1])
        member h.dense: Dense<in=5, out=32> -> real[N, 32]
        member h.vsn1: VSN<channels=32> -> graded[N, 32]
        member h.sage1: SAGE<in=32, out=64> -> real[N, 64]
        member h.vsn2: VSN<channels=64> -> graded[N, 64]
        member h.sage2: SAGE<in=64, out=64> -> real[N, 64]
        member h.vsn3: VSN<channels=64> -> graded[N, 64]
        member output.dense1: Dense<in=65, out=64> -> real[G, 64]
        member output.dense2: Dense<in=64, out=16> -> real[G, 16]
        member output.dense3: Dense<in=16, out=1> -> real[G, 1]
        let h = @h.vsn3(@h.sage2(@h.vsn2(@h.sage1(@h.vsn1(@h.dense(g.x)), g)), g)) : graded[N, 64]
        let p = pool<g, mean>(h) : real[G, 64]
        return @output.dense3(relu(@output.dense2(relu(@output.dense1(concat(p, field)))))) : real[G, 1]

      model Vanilla(g: graph(x: real[N, 5]), field: real[G, 1])
        member h.dense: Dense<in=5, out=32> -> real[N, 32]
        member h.sage1: SAGE<in=32, out=64> -> real[N, 64]
        member h.sage2: SAGE<in=64, out=64> -> real[N, 64]
        member output.dense1: Dense<in=65, out=64> -> real[G, 64]
        member output.dense2: Dense<in=64, out=16> -> real[G, 16]
        member output.dense3: Dense<in=16, out=1> -> real[G, 1]
        let h = relu(@h.sage2(relu(@h.sage1(relu(@h.dense(g.x)), g)), g)) : real[N, 64]
        let p = pool<g, mean>(h) : real[G, 64]
        return @output.dense3(relu(@output.dense2(relu(@output.dense1(concat(p, field)))))) : real[G, 1]

      model LIFNet(g: graph(x: real[N, 5]), field: real[G, 1])
        member h.dense: Dense<in=5, out=32> -> real[N, 32]
        member h.lif1: LIF<channels=32> -> spike[N, 32]
        member h.sage1: SAGE<in=32, out=64> -> real[N, 64]
        member h.lif2: LIF<channels=64> -> spike[N, 64]
        member h.sage2: SAGE<in=64, out=64> -> real[N, 64]
        member h.lif3: LIF<channels=64> -> spike[N, 64]
        member output.dense1: Dense<in=65, out=64> -> real[G, 64]
        member output.lif1: LIF<channels=64> -> spike[G, 64]
        member output.dense2: Dense<in=64, out=16> -> real[G, 16]
        member output.lif2: LIF<channels=16> -> spike[G, 16]
        member output.dense3: Dense<in=16, out=1> -> real[G, 1]
        let h = @h.lif3(@h.sage2(@h.lif2(@h.sage1(@h.lif1(@h.dense(g.x)), g)), g)) : spike[N, 64]
        let p = pool<g, mean>(h) : real[G, 64]
        return @output.dense3(@output.lif2(@output.dense2(@output.lif1(@output.dense1(concat(p, field)))))) : real[G, 1]

      model HVS1(g: graph(x: real[N, 5]), field: real[G, 1])
        member h.dense: Dense<in=5, out=32> -> real[N, 32]
        member h.vsn1: VSN<channels=32> -> graded[N, 32]
        member h.sage1: SAGE<in=32, out=64> -> real[N, 64]
        member h.vsn2: VSN<channels=64> -> graded[N, 64]
        member h.sage2: SAGE<in=64, out=64> -> real[N, 64]
        member h.vsn3: VSN<channels=64> -> graded[N, 64]
        member output.dense1: Dense<in=65, out=64> -> real[G, 64]
        member output.vsn1: VSN<channels=64> -> graded[G, 64]
        member output.dense2: Dense<in=64, out=16> -> real[G, 16]
        member output.vsn2: VSN<channels=16> -> graded[G, 16]
        member output.dense3: Dense<in=16, out=1> -> real[G, 1]
        let h = @h.vsn3(@h.sage2(@h.vsn2(@h.sage1(@h.vsn1(@h.dense(g.x)), g)), g)) : graded[N, 64]
        let p = pool<g, mean>(h) : real[G, 64]
        return @output.dense3(@output.vsn2(@output.dense2(@output.vsn1(@output.dense1(concat(p, field)))))) : real[G, 1]

      model HVS2(g: graph(x: real[N, 5]), field: real[G, 1])
        member h.dense: Dense<in=5, out=32> -> real[N, 32]
        member h.vsn1: VSN<channels=32> -> graded[N, 32]
        member h.sage1: SAGE<in=32, out=64> -> real[N, 64]
        member h.vsn2: VSN<channels=64> -> graded[N, 64]
        member h.sage2: SAGE<in=64, out=64> -> real[N, 64]
        member h.vsn3: VSN<channels=64> -> graded[N, 64]
        member output.dense1: Dense<in=65, out=64> -> real[G, 64]
        member output.dense2: Dense<in=64, out=16> -> real[G, 16]
        member output.dense3: Dense<in=16, out=1> -> real[G, 1]
        let h = @h.vsn3(@h.sage2(@h.vsn2(@h.sage1(@h.vsn1(@h.dense(g.x)), g)), g)) : graded[N, 64]
        let p = pool<g, mean>(h) : real[G, 64]
        return @output.dense3(relu(@output.dense2(relu(@output.dense1(concat(p, field)))))) : real[G, 1]"
    `);
  });

  test("attention: residency aligns left, heads expand", () => {
    expect(
      text(
        "layer Attention<out, heads: 1>(x: real[N, in], g: graph) -> real[N, heads * out] {",
        "  param w: real[in, heads, out] = glorot",
        "  param left, right: real[heads, out] = glorot",
        "  let h = x @ w",
        "  return gather sum over j -> i with self loops {",
        "    softmax over i (leaky_relu<0.2>(dot(h[i], left) + dot(h[j], right))) * h[j]",
        "  } |> flatten",
        "}",
        "model Net(g: graph(x: real[N, 8])) -> real[N, 12] {",
        "  return g.x |> Attention<4, heads: 3>(g)",
        "}",
      ),
    ).toMatchInlineSnapshot(`
      "layer Attention<in, out, heads>(x: real[N, in], g: graph)
        param w: real[in, heads, out] = glorot
        param left: real[heads, out] = glorot
        param right: real[heads, out] = glorot
        let h = matMul(x, w) : real[N, heads, out]
        return flatten(gather sum g+loops { mul(expand<axes=1>(edgeSoftmax<g+loops>(leakyRelu<slope=0.2>(add(dot(h[i], left), dot(h[j], right))))), h[j]) }) : real[N, heads*out]

      model Net(g: graph(x: real[N, 8]))
        member output: Attention<in=8, out=4, heads=3> -> real[N, 12]
        return @output(g.x, g) : real[N, 12]"
    `);
  });

  test("edge network inside a gather, edge features", () => {
    expect(
      text(
        "layer Edges<out, hidden: 2 * out>(x: real[N, in], g: graph(e.attr: real[E, d])) -> real[N, 2 * out] {",
        "  return gather [max, mean] over j -> i {",
        "    let z = concat(x[i], x[j] - x[i], e.attr)",
        "    return z |> Dense<hidden> |> relu |> Dense<out>",
        "  }",
        "}",
        "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3])) -> real[N, 10] {",
        "  return g.x |> Edges<5>(g)",
        "}",
      ),
    ).toMatchInlineSnapshot(`
      "layer Dense<in, out>(x: real[..., in])
        param weight: real[in, out] = glorot
        param bias: real[out] = zeros
        return add(matMul(x, weight), bias) : real[..., out]

      layer Edges<in, d, out, hidden>(x: real[N, in], g: graph(e.attr: real[E, d]))
        member output.dense1: Dense<in=d + 2*in, out=hidden> -> real[E, hidden]
        member output.dense2: Dense<in=hidden, out=out> -> real[E, out]
        return gather max+mean g { z = concat(x[i], sub(x[j], x[i]), e.attr); @output.dense2(relu(@output.dense1(z))) } : real[N, 2*out]

      model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]))
        member output: Edges<in=8, d=3, out=5, hidden=10> -> real[N, 10]
        return @output(g.x, g) : real[N, 10]"
    `);
  });

  test("time blocks: layers with neurons get the steps, untimed operands are held", () => {
    expect(
      text(
        "layer Block<A: LIF, out>(x: real[N, in], g: graph) -> real[N, out] {",
        "  let scale = degree(g) / 2",
        "  return scale * (x |> SAGE<out>(g)) |> A",
        "}",
        "model Net(g: graph(x: real[N, 8])) -> real[N, 4] {",
        "  let s = over time 8 {",
        "    let a = g.x |> Block<out: 16>(g) |> Dropout",
        "    return a |> Block<LIF<beta: 0.5>, 4>(g)",
        "  }",
        "  return rate(s) + (g.x |> Dense<4>)",
        "}",
      ),
    ).toMatchInlineSnapshot(`
      "neuron LIF(input) -> spike

      layer SAGE<in, out>(x: real[N, in], g: graph)
        param wSelf: real[in, out] = glorot
        param wNeighbour: real[in, out] = glorot
        param bias: real[out] = zeros
        let neighbours = gather mean g { x[j] } : real[N, in]
        return add(add(matMul(x, wSelf), matMul(neighbours, wNeighbour)), bias) : real[N, out]

      layer Block<in, out, steps>(x: real[N, in], g: graph)
        member output: SAGE<in=in, out=out> -> real[N, out]
        member output.lif: LIF<channels=out> -> spike[N, out]
        let scale = div(degree<g>(), 2) : real[N]
        return @output.lif<steps=steps>(mul(expand<axes=1>(scale), @output(x, g))) : spike[N, out] timed

      layer Dropout<c, p: 0.5>(x: spike[..., c])
        return dropout<rate=p>(x) : graded[..., c]

      layer BlockLIF<in, out, steps>(x: real[N, in], g: graph)
        member output: SAGE<in=in, out=out> -> real[N, out]
        member output.lif: LIF<channels=out, beta=0.5> -> spike[N, out]
        let scale = div(degree<g>(), 2) : real[N]
        return @output.lif<steps=steps>(mul(hold<steps=steps>(expand<axes=1>(scale)), @output(x, g))) : spike[N, out] timed

      layer Dense<in, out>(x: real[..., in])
        param weight: real[in, out] = glorot
        param bias: real[out] = zeros
        return add(matMul(x, weight), bias) : real[..., out]

      model Net(g: graph(x: real[N, 8]))
        member a: Block<in=8, out=16, steps=8> -> spike[N, 16]
        member a.dropout: Dropout<c=16, p=0.5> -> graded[N, 16]
        member s: BlockLIF<in=16, out=4, steps=8> -> spike[N, 4]
        member output: Dense<in=8, out=4> -> real[N, 4]
        let s = time 8 { a = @a.dropout(@a(g.x, g)); @s(a, g) } : spike[8, N, 4]
        return add(rate<steps=8>(s), @output(g.x)) : real[N, 4]"
    `);
  });

  test("a sequence gives its slices to the block", () => {
    expect(
      text(
        "model Net(x: real[T, N, 8]) -> spike[T, N, 4] {",
        "  return over time x { x |> Dense<4> |> CubaLIF }",
        "}",
      ),
    ).toMatchInlineSnapshot(`
      "neuron CubaLIF(input) -> spike

      layer Dense<in, out>(x: real[..., in])
        param weight: real[in, out] = glorot
        param bias: real[out] = zeros
        return add(matMul(x, weight), bias) : real[..., out]

      model Net(x: real[T, N, 8])
        member output: Dense<in=8, out=4> -> real[N, 4]
        member output.cubaLif: CubaLIF<channels=4> -> spike[N, 4]
        return time T x in x { @output.cubaLif<steps=T>(@output(x)) } : spike[T, N, 4]"
    `);
  });

  test("kinds flow through layers that declare real", () => {
    expect(
      text(
        "layer Keep(x: real[..., c]) -> real[..., c] {",
        "  return x",
        "}",
        "model Net(g: graph(x: real[N, 8])) -> graded[4, N, 8] {",
        "  return over time 4 { g.x |> LIF |> Keep |> Dropout |> Keep }",
        "}",
      ),
    ).toMatchInlineSnapshot(`
      "neuron LIF(input) -> spike

      layer Keep<c>(x: spike[..., c])
        return x : spike[..., c]

      layer Dropout<c, p: 0.5>(x: spike[..., c])
        return dropout<rate=p>(x) : graded[..., c]

      layer KeepGraded<c>(x: graded[..., c])
        return x : graded[..., c]

      model Net(g: graph(x: real[N, 8]))
        member output.lif: LIF<channels=8> -> spike[N, 8]
        member output.keep1: Keep<c=8> -> spike[N, 8]
        member output.dropout: Dropout<c=8, p=0.5> -> graded[N, 8]
        member output.keep2: KeepGraded<c=8> -> graded[N, 8]
        return time 4 { @output.keep2(@output.dropout(@output.keep1(@output.lif<steps=4>(g.x)))) } : graded[4, N, 8]"
    `);
  });

  test("numeric generics: sizes, constants, those of the owner handed on", () => {
    expect(
      text(
        "layer Head<out, hidden: 2 * out, p: 0.5, slope: 0.2>(x: real[..., in]) -> real[..., out] {",
        "  return x |> Dense<hidden> |> leaky_relu<slope> |> Dropout<p / 2> |> Dense<out>",
        "}",
        "model Net<c: 4, drop: 0.2>(x: real[N, 2 * c]) -> real[N, c] {",
        "  return x |> Head<c, p: 2 * drop> |> clip(-1, 1)",
        "}",
        "train Net on Set {",
        "  loss huber<delta: 2>(output, target)",
        "}",
      ),
    ).toMatchInlineSnapshot(`
      "function huber<c, delta: 1>(output: real[..., c], target: real[..., c])
        let error = abs(sub(output, target)) : real[..., c]
        let near = minimum(error, delta) : real[..., c]
        return mean(add(mul(0.5, square(near)), mul(delta, sub(error, near)))) : real

      layer Dense<in, out>(x: real[..., in])
        param weight: real[in, out] = glorot
        param bias: real[out] = zeros
        return add(matMul(x, weight), bias) : real[..., out]

      layer Dropout<c, p: 0.5>(x: real[..., c])
        return dropout<rate=p>(x) : real[..., c]

      layer Head<in, out, hidden, p: 0.5, slope: 0.2>(x: real[..., in])
        member output.dense1: Dense<in=in, out=hidden> -> real[..., hidden]
        member output.dropout: Dropout<c=hidden, p=div(p, 2)> -> real[..., hidden]
        member output.dense2: Dense<in=hidden, out=out> -> real[..., out]
        return @output.dense2(@output.dropout(sub(relu(@output.dense1(x)), mul(slope, relu(neg(@output.dense1(x))))))) : real[..., out]

      model Net<drop: 0.2>(x: real[N, 8])
        member output: Head<in=8, out=4, hidden=8, p=0.4, slope=0.2> -> real[N, 4]
        return clip<low=-1, high=1>(@output(x)) : real[N, 4]"
    `);
  });

  test("labels: the target of a classifier", () => {
    expect(
      text(
        "model Net(g: graph(x: real[N, 8])) -> real[N, 4] {",
        "  let h1 = g.x |> GCN<16>(g) |> relu",
        "  return h1 |> GCN<4>(g)",
        "}",
        "train Net on Cora {",
        "  loss cross_entropy(output, target)",
        "}",
      ),
    ).toMatchInlineSnapshot(`
      "function cross_entropy<c>(output: real[..., c], target: label[...])
        return neg(mean(pick(logSoftmax(output), target))) : real

      layer GCN<in, out>(x: real[N, in], g: graph)
        param weight: real[in, out] = glorot
        param bias: real[out] = zeros
        return add(gather sum g+loops { mul(expand<axes=1>(symmetricNorm<g+loops>()), matMul(x[j], weight)) }, bias) : real[N, out]

      model Net(g: graph(x: real[N, 8]))
        member h1: GCN<in=8, out=16> -> real[N, 16]
        member output: GCN<in=16, out=4> -> real[N, 4]
        let h1 = relu(@h1(g.x, g)) : real[N, 16]
        return @output(h1, g) : real[N, 4]"
    `);
  });
});
