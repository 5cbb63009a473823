/** The full text of what wrong programs get: code, marked text, message and repair. */
import { describe, expect, test } from "vitest";
import { check } from "./program.js";

interface Case {
  readonly name: string;
  readonly source: readonly string[];
  /** Code, marked text and message; then the repair, when there is one. */
  readonly expected: readonly (readonly [string, string?])[];
}

const cases: readonly Case[] = [
  {
    name: "a width from a let and the width of a layer",
    source: [
      "layer Hidden(x: real[N, 16]) -> real[N, 4] {",
      "  return x |> Dense<4>",
      "}",
      "model Net(x: real[N, 8]) -> real[N, 4] {",
      "  let h = x |> Dense<32>",
      "  return h |> Hidden",
      "}",
    ],
    expected: [
      [
        "T201 `h`: expected `real[N, 16]` because layer `Hidden`, line 1, takes 16; `h` is `real[N, 32]` from line 5",
      ],
    ],
  },
  {
    name: "a width that a pipeline gives",
    source: [
      "layer Hidden(x: real[N, 16]) -> real[N, 4] {",
      "  return x |> Dense<4>",
      "}",
      "model Net(x: real[N, 8]) -> real[N, 4] {",
      "  return x |> Dense<32> |> Hidden",
      "}",
    ],
    expected: [
      [
        "T201 `Dense<32>`: expected `real[N, 16]` because layer `Hidden`, line 1, takes 16; `Dense<32>` is `real[N, 32]`",
      ],
    ],
  },
  {
    name: "an inferred size that two arguments disagree about",
    source: [
      "layer Add(x: real[..., in], y: real[..., in]) -> real[..., in] {",
      "  return x + y",
      "}",
      "model Net(x: real[N, 8], y: real[N, 4]) -> real[N, 8] {",
      "  return Add(x, y)",
      "}",
    ],
    expected: [
      [
        "T201 `y`: expected `real[N, 8]` because layer `Add`, line 1, takes 8 (`in`, because `x` says so); `y` is `real[N, 4]` from line 4",
      ],
    ],
  },
  {
    name: "a multiple that does not divide",
    source: [
      "layer Halves(x: real[N, 2 * half]) -> real[N, half] {",
      "  return x |> Dense<half>",
      "}",
      "model Net(x: real[N, 33]) -> real[N, 16] {",
      "  return x |> Halves",
      "}",
    ],
    expected: [
      [
        "T203 `x`: expected `real[N, 2*half]` because layer `Halves`, line 1, takes `2*half`; `x` is `real[N, 33]` from line 4",
      ],
    ],
  },
  {
    name: "time left in front of a result",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return over time 8 { g.x |> Dense<4> |> LIF }",
      "}",
    ],
    expected: [
      [
        "T204 `over`: expected `real[N, 4]` because model `Net`, line 1, returns it; `over time 8 { g.x |> Dense<4> |> LIF }` is `spike[8, N, 4]`",
        "name it with `let h = ..`, then remove the time in front: `rate(h)`",
      ],
    ],
  },
  {
    name: "time in front of an argument",
    source: [
      "model Net(x: real[N, 8], g: graph) -> real[N, 4] {",
      "  let s = over time 8 { x |> LIF }",
      "  return SAGE<4>(s, g)",
      "}",
    ],
    expected: [
      [
        "T201 `s`: expected `real[N, in]` because layer `SAGE`, line 3 of sgnn:std/layers/sage.sgnn, takes 2 dimensions; `s` is `spike[8, N, 8]` from line 2",
        "remove the time in front: `rate(s)`",
      ],
    ],
  },
  {
    name: "heads that were not flattened",
    source: [
      "layer Heads<out, heads: 2>(x: real[N, in], g: graph) -> real[N, heads * out] {",
      "  param w: real[in, heads, out] = glorot",
      "  let h = x @ w",
      "  return gather sum over j -> i { h[j] }",
      "}",
    ],
    expected: [
      [
        "T204 `gather`: expected `real[N, heads*out]` because layer `Heads`, line 1, returns it; `gather sum over j -> i { h[j] }` is `real[N, heads, out]`",
        "put the last dimensions side by side: `.. |> flatten`",
      ],
    ],
  },
  {
    name: "node plus edge outside of a gather",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g.x + g.attr |> Dense<4>",
      "}",
    ],
    expected: [
      [
        "T208 `+`: `+` cannot combine a value on nodes with a value on edges: `g.x` is `real[N, 8]`, `g.attr` is `real[E, 3]`",
        "bring the edge value to the nodes first: `gather sum over j -> i { .. }`",
      ],
    ],
  },
  {
    name: "node plus edge inside a gather",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  return gather sum over j -> i { (x[j] - x) @ w }",
      "}",
    ],
    expected: [
      [
        "T208 `-`: `-` cannot combine a value on edges with a value on nodes: `x[j]` is `real[E, in]`, `x` is `real[N, in]` from line 1",
        "take the node value at one end of the edge: `x[i]` or `x[j]`",
      ],
    ],
  },
  {
    name: "a node value on a graph result",
    source: ["model Net(g: graph(x: real[N, 8])) -> real[G, 4] {", "  return g.x |> Dense<4>", "}"],
    expected: [
      [
        "T202 `Dense<4>`: expected `real[G, 4]` because model `Net`, line 1, returns it; `Dense<4>` is `real[N, 4]`, a value on nodes",
        "name it with `let h = ..`, then pool the nodes: `pool mean h over g`",
      ],
    ],
  },
  {
    name: "a node value beside a graph value",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  let h = concat(g.x, field)",
      "  return h |> Dense<4>",
      "}",
    ],
    expected: [
      [
        "T212 `field`: `concat` needs equal dimensions except the last: `g.x` is `real[N, 8]`, `field` is `real[G, 1]` from line 1; one is a value on nodes, the other a value on graphs",
        "bring both to one index space first: `x[i]`, `x[j]`, `gather` or `pool`",
      ],
    ],
  },
  {
    name: "an edge value given to a layer on nodes",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g.attr |> GCN<4>(g)",
      "}",
    ],
    expected: [
      [
        "T202 `g.attr`: expected `real[N, in]` because layer `GCN`, line 3 of sgnn:std/layers/gcn.sgnn, takes a value on nodes; `g.attr` is `real[E, 3]`, a value on edges",
        "aggregate the edge value at the nodes: `gather sum over j -> i { .. }`",
      ],
    ],
  },
  {
    name: "bias of the wrong width",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  param bias: real[in] = zeros",
      "  return x @ w + bias",
      "}",
    ],
    expected: [
      [
        "T207 `+`: `+` cannot combine these shapes: `x @ w` is `real[N, out]`, `bias` is `real[in]` from line 3",
      ],
    ],
  },
  {
    name: "product of wrong widths",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  param u: real[out, out] = glorot",
      "  return x @ u",
      "}",
    ],
    expected: [
      [
        "T209 `@`: `@` needs the last size on the left, `in`, to equal the first on the right, `out`: `x` is `real[N, in]` from line 1, `u` is `real[out, out]` from line 3",
        "declare `u: real[in, out]`",
      ],
    ],
  },
  {
    name: "kind narrowed at a call",
    source: [
      "layer Events(s: spike[N, in]) -> real[N, 4] {",
      "  return s |> Dense<4>",
      "}",
      "model Net(x: real[N, 8]) -> real[N, 4] {",
      "  let h = x |> Dense<8> |> relu",
      "  return h |> Events",
      "}",
    ],
    expected: [
      [
        "T206 `h`: expected `spike[N, 8]` because layer `Events`, line 1, takes `spike`; `h` is `real[N, 8]` from line 5",
        "pass the value through a neuron first",
      ],
    ],
  },
  {
    name: "kind narrowed at a result",
    source: [
      "model Net(x: real[N, 8]) -> spike[4, N, 8] {",
      "  return over time 4 { x |> LIF |> Dense<8> }",
      "}",
    ],
    expected: [
      [
        "T205 `over`: expected `spike[4, N, 8]` because model `Net`, line 1, returns it; `over time 4 { x |> LIF |> Dense<8> }` is `real[4, N, 8]`",
        "let a neuron be the last step, or declare the wider kind",
      ],
    ],
  },
  {
    name: "weighting spikes gives graded",
    source: [
      "layer Gate(s: spike[N, in]) -> spike[N, in] {",
      "  param a: real[in] = ones",
      "  return s * a",
      "}",
    ],
    expected: [
      [
        "T205 `s * a`: expected `spike[N, in]` because layer `Gate`, line 1, returns it; `s * a` is `graded[N, in]`",
        "let a neuron be the last step, or declare the wider kind",
      ],
    ],
  },
  {
    name: "graph where a tensor belongs",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g |> Dense<4>",
      "}",
    ],
    expected: [["T218 `g`: `x` of `Dense` needs a tensor; `g` is a graph", "write `g.x`"]],
  },
  {
    name: "tensor where a graph belongs",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g.x |> GCN<4>(field)",
      "}",
    ],
    expected: [
      [
        "T219 `field`: `GCN` needs a graph as `g`; `field` is `real[G, 1]` from line 1",
        "write `g`",
      ],
    ],
  },
  {
    name: "missing graph",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g.x |> GCN<4>",
      "}",
    ],
    expected: [
      ["T236 `GCN`: `GCN` needs its argument `g`", "add `(g)` after `GCN` and its generics"],
    ],
  },
  {
    name: "missing graph without one in scope",
    source: ["model Net(x: real[N, 8]) -> real[N, 4] {", "  return x |> GCN<4>", "}"],
    expected: [
      [
        "T236 `GCN`: `GCN` needs its argument `g`",
        "no graph is in scope: add a parameter `g: graph` and pass it",
      ],
    ],
  },
  {
    name: "too many arguments",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g.x |> GCN<4>(g, g)",
      "}",
    ],
    expected: [["T235 `g`: `GCN` takes 2 arguments, `x` and `g`; this call gives 3", "remove `g`"]],
  },
  {
    name: "argument given twice",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g.x |> GCN<4>(g, x: g.x)",
      "}",
    ],
    expected: [["T238 `x`: `x` of `GCN` is given twice", "remove one of them"]],
  },
  {
    name: "unknown argument",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g.x |> GCN<4>(graph: g)",
      "}",
    ],
    expected: [["T237 `graph`: `GCN` has no argument `graph`; it has `x` and `g`"]],
  },
  {
    name: "missing generic",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g.x |> Dense",
      "}",
    ],
    expected: [
      [
        "T244 `Dense`: `Dense` needs its generic `out`",
        "write `Dense<16>` with the value you want",
      ],
    ],
  },
  {
    name: "unknown generic",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return over time 4 { g.x |> Dense<4> |> LIF<bta: 0.5> } |> rate",
      "}",
    ],
    expected: [
      [
        "T241 `bta`: `LIF` has no generic `bta`; it has `beta` and `threshold`",
        "did you mean `beta`?",
      ],
    ],
  },
  {
    name: "generic out of range",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return over time 4 { g.x |> Dense<4> |> LIF<beta: 1.5> } |> rate",
      "}",
    ],
    expected: [
      ["T250 `1.5`: `beta` of `LIF` must lie in [0, 1]; this is 1.5", "give a value in [0, 1]"],
    ],
  },
  {
    name: "too many generics",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g.x |> Dense<8, 4>",
      "}",
    ],
    expected: [["T242 `4`: `Dense` takes only `out` in `<..>`", "write only the value of `out`"]],
  },
  {
    name: "unknown layer",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g.x |> Dence<4>",
      "}",
    ],
    expected: [["T230 `Dence`: no layer or neuron is called `Dence`", "did you mean `Dense`?"]],
  },
  {
    name: "unknown function",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  return x @ w |> rellu",
      "}",
    ],
    expected: [["T230 `rellu`: no function is called `rellu`", "did you mean `relu`?"]],
  },
  {
    name: "unknown value",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  let hidden = x @ w",
      "  return hiden",
      "}",
    ],
    expected: [["T260 `hiden`: no value is called `hiden`", "did you mean `hidden`?"]],
  },
  {
    name: "unknown feature",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g.y |> Dense<4>",
      "}",
    ],
    expected: [
      [
        "T261 `y`: graph `g` has no feature `y`; it has `x` and `attr`",
        "declare it: `g: graph(y: real[N, 8])`",
      ],
    ],
  },
  {
    name: "unknown size",
    source: ["layer Wide(x: real[N, in]) -> real[N, widht] {", "  return x |> Dense<8>", "}"],
    expected: [["T265 `widht`: no size is called `widht`", "declare the generic `<widht>`"]],
  },
  {
    name: "unknown kind",
    source: ["layer Wide(x: reel[N, in]) -> real[N, 8] {", "  return x |> Dense<8>", "}"],
    expected: [["T264 `reel`: no kind of value is called `reel`", "did you mean `real`?"]],
  },
  {
    name: "function as a value",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  return x @ w + relu",
      "}",
    ],
    expected: [
      ["T234 `relu`: `relu` is a function, not a value", "call it: `relu(x)` or `x |> relu`"],
    ],
  },
  {
    name: "value as a function",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  let h = g.x |> Dense<4>",
      "  return g.x |> h",
      "}",
    ],
    expected: [["T233 `h`: `h` is a value and cannot be called"]],
  },
  {
    name: "shadowing",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  let x = x @ w",
      "  return x",
      "}",
    ],
    expected: [["T263 `x`: `x` is already an input here", "choose another name"]],
  },
  {
    name: "recursion",
    source: [
      "layer A(x: real[N, in]) -> real[N, in] {",
      "  return x |> B",
      "}",
      "layer B(x: real[N, in]) -> real[N, in] {",
      "  return x |> A",
      "}",
    ],
    expected: [
      [
        "T247 `A`: `A` uses itself: A -> B -> A",
        "write the repeated part as a layer of its own and call it as often as needed",
      ],
    ],
  },
  {
    name: "two graphs",
    source: [
      "layer L(x: real[N, in], g: graph, g2: graph) -> real[N, in] {",
      "  return gather sum over j -> i { x[j] }",
      "}",
    ],
    expected: [
      [
        "T282 `gather`: `gather` must say which graph: `g` and `g2` are in scope",
        "write `over j -> i in g2`",
      ],
    ],
  },
  {
    name: "values of another graph",
    source: [
      "layer L(x: real[N, in], g: graph, g2: graph) -> real[N, 4] {",
      "  return SAGE<4>(x, g2)",
      "}",
    ],
    expected: [
      [
        "T283 `x`: `SAGE` runs on graph `g2` here, and `x` is `real[N, in]` from line 1, of another graph",
      ],
    ],
  },
  {
    name: "index outside of a gather",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  return x[j] @ w",
      "}",
    ],
    expected: [
      [
        "T286 `j`: `x[j]` has a meaning only inside a `gather`",
        "write `gather sum over j -> i { x[j] }`",
      ],
    ],
  },
  {
    name: "wrong index",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  return gather sum over j -> i { x[k] @ w }",
      "}",
    ],
    expected: [["T287 `k`: the ends of this edge are `j` and `i`", "write `[j]` or `[i]`"]],
  },
  {
    name: "edge feature with self loops",
    source: [
      "layer L(x: real[N, in], g: graph(e.w: real[E, 1])) -> real[N, in] {",
      "  return gather sum over j -> i with self loops { e.w * x[j] }",
      "}",
    ],
    expected: [
      [
        "T292 `e.w`: self loops have no `w`",
        "add the node itself outside of the gather: `x @ w + gather ..`",
      ],
    ],
  },
  {
    name: "node value as the body of a gather",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  return gather mean over j -> i { x @ w }",
      "}",
    ],
    expected: [
      [
        "T296 `x @ w`: a `gather` aggregates values on edges; `x @ w` is `real[N, out]`, a value on nodes",
        "write `(x @ w)[j]` for the value of the sender",
      ],
    ],
  },
  {
    name: "nested gather",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  return gather sum over j -> i { (gather sum over k -> l { x[k] })[j] @ w }",
      "}",
    ],
    expected: [
      [
        "T294 `gather`: a `gather` cannot stand inside another one",
        "name it with `let` before, then use it as `h[j]`",
      ],
    ],
  },
  {
    name: "softmax over the sender",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  return gather sum over j -> i { softmax over j (row_sum(x[j])) * x[j] } @ w",
      "}",
    ],
    expected: [
      [
        "T299 `j`: the softmax runs over the edges that enter `i`, not `j`",
        "write `softmax over i`",
      ],
    ],
  },
  {
    name: "pool of a pooled value",
    source: [
      "model Net(g: graph(x: real[N, 8])) -> real[G, 8] {",
      "  let p = pool mean g.x over g",
      "  return pool mean p over g",
      "}",
    ],
    expected: [
      [
        "T301 `p`: `pool` takes a value on the nodes of `g`; `p` is `real[G, 8]` from line 2, a value on graphs",
        "use `p` as it is: it has one row per graph already",
      ],
    ],
  },
  {
    name: "nested time blocks",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  let s = over time 4 { over time 2 { g.x |> LIF } |> rate |> Dense<4> }",
      "  return rate(s)",
      "}",
    ],
    expected: [
      [
        "T302 `over`: a time block cannot stand inside another one",
        "put the inner block before the outer one and take its `rate`",
      ],
    ],
  },
  {
    name: "a layer with its own time block inside another one",
    source: [
      "layer Slow(x: real[N, in]) -> real[N, in] {",
      "  return over time 4 { x |> LIF } |> rate",
      "}",
      "model Net(x: real[N, 8]) -> real[N, 8] {",
      "  return over time 2 { x |> IF |> Slow } |> rate",
      "}",
    ],
    expected: [
      [
        "T248 `Slow`: `Slow` does not fit with these arguments: a layer with a time block of its own cannot run inside another time block",
        "put the inner block before the outer one and take its `rate`",
      ],
    ],
  },
  {
    name: "rate of a value without time",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return rate(g.x) |> Dense<4>",
      "}",
    ],
    expected: [
      [
        "T220 `g.x`: `rate` needs a value with time in front; `g.x` is `real[N, 8]`",
        "apply it to the result of `over time`: `rate(s)`",
      ],
    ],
  },
  {
    name: "labels in arithmetic",
    source: ["function loss(output: real[..., c], target: label[...]) -> real = mean(target * 2)"],
    expected: [
      [
        "T215 `target`: `*` cannot compute with class numbers; `target` is `label[...]` from line 1",
        "turn it into a vector with `one_hot<classes>(label)`",
      ],
    ],
  },
  {
    name: "weights per node",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  param b: real[N, out] = zeros",
      "  return x @ w + b",
      "}",
    ],
    expected: [
      ["T270 `N`: weight `b` cannot be `real[N, out]`", "use sizes only: `real[in, out]`"],
    ],
  },
  {
    name: "a function that wants weights",
    source: ["function head(x: real[N, in]) -> real[N, 4] = x |> Dense<4>"],
    expected: [
      ["T249 `Dense`: function `head` cannot own the layer `Dense`", "declare it as a `layer`"],
    ],
  },
  {
    name: "a model in a model",
    source: [
      "model Part(x: real[N, 8]) -> real[N, 8] {",
      "  return x",
      "}",
      "model Net(x: real[N, 8]) -> real[N, 8] {",
      "  return x |> Part",
      "}",
    ],
    expected: [
      [
        "T232 `Part`: `Part` is a model and cannot be a part of another one",
        "declare the shared part as a layer and use it here and in `Part`",
      ],
    ],
  },
  {
    name: "a variant whose layer does not fit",
    source: [
      "model Net<A: relu>(x: real[N, 8]) -> real[N, 4] {",
      "  return x |> Dense<4> |> A",
      "}",
      "variant Wide = Net<A: Dense<5>>",
    ],
    expected: [
      [
        "T248 `A: Dense<5>`: `Net` does not fit with these arguments: expected `real[N, 4]` because model `Net`, line 1, returns it; `A` is `real[N, 5]`",
        "change the declared result type or the last step",
      ],
    ],
  },
  {
    name: "a variant with an unknown neuron",
    source: [
      "model Net<A: LIF>(x: real[N, 8]) -> real[N, 4] {",
      "  return over time 4 { x |> Dense<4> |> A } |> rate",
      "}",
      "variant Other = Net<A: LIFF>",
    ],
    expected: [["T230 `LIFF`: no layer or neuron is called `LIFF`", "did you mean `LIF`?"]],
  },
  {
    name: "a model size without a number",
    source: ["model Net(x: real[N, width]) -> real[N, 4] {", "  return x |> Dense<4>", "}"],
    expected: [
      [
        "T256 `x`: size `width` of this model has no value",
        "write the number, or declare the generic `<width: 16>`",
      ],
    ],
  },
  {
    name: "a knn graph",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  let near = knn<20, metric: hamming>(g.x)",
      "  return g.x |> EdgeConv<4>(near)",
      "}",
    ],
    expected: [
      [
        "T383 `g.x`: the Hamming distance is between signs, but `g.x` is `real[N, 8]`",
        "pass the value through `sign` first, or leave `metric: hamming` out",
      ],
    ],
  },
  {
    name: "a bias after a neuron",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  param b: real[in] = zeros",
      "  let s = over time 8 { (LIF(x) + b) @ w }",
      "  return rate(s)",
      "}",
    ],
    expected: [
      [
        "T392 `b`: adding `b` makes the sparse `spike` signal fully dense",
        "move `b` before the neuron, or after the product",
      ],
    ],
  },
  {
    name: "a neuron outside of time",
    source: [
      "model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[N, 4] {",
      "  return g.x |> Dense<4> |> LIF",
      "}",
    ],
    expected: [
      [
        "T393 `LIF`: `LIF` runs a single step here, so its state `v` never acts",
        "put it into `over time 8 { .. }`",
      ],
    ],
  },
  {
    name: "an unused let",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  let h = relu(x)",
      "  return x @ w",
      "}",
    ],
    expected: [["T391 `h`: nothing uses `h`", "remove it, or call it `_h`"]],
  },
  {
    name: "several errors, each once and no follow-ups",
    source: [
      "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {",
      "  param w: real[in, out] = glorot",
      "  let a = gather mean over j -> i { x }",
      "  let b = a @ w + unknown",
      "  let c = b |> Nothing<3>",
      "  return (x @ w + c) @ w",
      "}",
    ],
    expected: [
      [
        "T296 `x`: a `gather` aggregates values on edges; `x` is `real[N, in]` from line 1, a value on nodes",
        "write `x[j]` for the value of the sender",
      ],
      ["T260 `unknown`: no value is called `unknown`"],
      ["T230 `Nothing`: no layer or neuron is called `Nothing`"],
    ],
  },
  {
    name: "the fault of a layer is shown in the layer only",
    source: [
      "layer Bad(x: real[N, in]) -> real[N, in] {",
      "  return x + y",
      "}",
      "model Net(x: real[N, 8]) -> real[N, 8] {",
      "  return x |> Bad |> Bad |> Dense<8>",
      "}",
    ],
    expected: [["T260 `y`: no value is called `y`"]],
  },
];

describe("messages", () => {
  for (const { name, source, expected } of cases) {
    test(name, () => {
      const text = source.join("\n");
      const found = check(text).diagnostics.map((d) => {
        const marked = text.slice(d.span.start, d.span.end);
        const line = `${d.code} \`${marked}\`: ${d.message}`;
        return d.fix === undefined ? [line] : [line, d.fix];
      });
      expect(found).toEqual(expected);
    });
  }
});
