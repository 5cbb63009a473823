import { compareMessages } from "./messages.js";

compareMessages("messages about names, declarations and graphs", [
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
]);
