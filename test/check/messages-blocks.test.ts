import { compareMessages } from "./messages.js";

compareMessages("messages about gathers, time, models, lints", [
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
        "apply it to the result of `over time` or `over snapshots`: `rate(s)`",
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
]);
