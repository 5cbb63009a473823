import { compareMessages } from "./messages.js";

compareMessages("messages about sizes, kinds and arguments", [
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
]);
