import { test } from "vitest";
import { check } from "./program.js";
const show = (s: string) =>
  test(s, () => {
    const r = check(s);
    console.log(
      "-----\n" +
        s +
        "\n" +
        (process.env.IR ? r.text : "") +
        "\n" +
        r.diagnostics
          .map(
            (d) =>
              `${d.code} ${d.severity} at ${d.file} '${d.file === "test.sgnn" ? s.slice(d.span.start, d.span.end) : d.span.start}': ${d.message}\n    why: ${d.why}\n    fix: ${d.fix}\n    rel: ${d.related.map((x) => x.message)}`,
          )
          .join("\n"),
    );
  });
show(`layer Hidden(x: real[N, 16]) -> real[N, 4] {
  return x |> Dense<4>
}
model Net(g: graph(x: real[N, 8])) -> real[N, 4] {
  let h = g.x |> Dense<32>
  return h |> Hidden
}`);
show(`layer Add(x: real[..., in], y: real[..., in]) -> real[..., in] = x`);
show(`layer Add(x: real[..., in], y: real[..., in]) -> real[..., in] {
 return x + y
}
model Net(x: real[N, 8], y: real[N, 4]) -> real[N, 8] {
  return Add(x, y)
}`);
show(`layer L<out>(x: real[N, in], g: graph) -> real[N, out] {
  param w: real[in, out] = glorot
  let m = gather mean over j -> i { x }
  let unused = x @ w
  return (x + m) @ w |> reluu
}`);
show(`model Net(g: graph(x: real[N, 8], e.attr: real[E, 8])) -> real[N, 8] {
  let h = g.x + g.attr
  return h
}`);
show(`layer GAT<out, heads: 1>(x: real[N, in], g: graph) -> real[N, heads * out] {
  param w: real[in, heads, out] = glorot
  param left, right: real[heads, out] = glorot
  let h = x @ w
  return gather sum over j -> i with self loops {
    softmax over i (leaky_relu<0.2>(dot(h[i], left) + dot(h[j], right))) * h[j]
  }
}`);
show(`layer Block<A: LIF, out>(x: real[N, in], g: graph) -> real[N, out] {
  return x |> SAGE<out>(g) |> A
}
model Net(g: graph(x: real[N, 8])) -> real[N, 4] {
  let s = over time 8 { g.x |> Block<out: 16>(g) |> Dropout |> Block<LIF<beta: 0.5>, 4>(g) }
  let q = over time 4 { g.x |> Dense<4> |> LIF |> Dropout<0.2> }
  return rate(s) + rate(q)
}`);
show(`model Net(x: real[T, N, 8]) -> spike[T, N, 4] {
  let s = over time x { 
    let a = x |> Dense<16> |> LIF
    return a |> Dense<4> |> LIF }
  return s
}`);
show(`layer A(x: real[N, in]) -> real[N, in] {
  return x |> B
}
layer B(x: real[N, in]) -> real[N, in] {
  return x |> A
}
model Net(x: real[N, 8]) -> real[N, 8] {
  return A(x)
}`);
show(`model Net(x: real[N, 8]) -> real[N, 8] {
  return x |> Dense<8, bias: 3> |> LIF<bta: 0.5>(x) |> GCN<4>
}
variant V = Net<A: LIF>
variant W = Nett`);
show(`model Net(g: graph(x: real[N, 8])) -> real[G, 8] {
  let near = knn<20, metric: hamming>(g.x)
  let h = EdgeConv<8>(g.x, near)
  return pool mean h over g
}`);
show(`model Net(x: real[N, 8]) -> spike[N, 8] {
  return over time 8 { x |> LIF + 1 |> Dense<8> |> LIF } 
}`);
show(`function bad(x: real[..., c]) -> real = x
layer L(x: real[N, in], g: graph, h: graph) -> real[N, in] {
  param b: real[N] = zeros
  return gather sum over j -> i { x[j] + h }
}`);
