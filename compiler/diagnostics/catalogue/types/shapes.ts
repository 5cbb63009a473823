/** Rows about shapes, index spaces and kinds of values. */
import { entry } from "../../diagnostic.js";
import { layer, model } from "./examples.js";

export interface Sides {
  readonly expected: string;
  readonly because: string;
  readonly actual: string;
}

const sides = ({ expected, because, actual }: Sides): string =>
  `expected \`${expected}\` because ${because}; ${actual}`;

export const shapes = {
  argumentShape: entry<Sides & { fix: string | undefined }>({
    code: "T201",
    name: "argument-shape",
    severity: "error",
    message: sides,
    why: () => "sizes are compared exactly; nothing is padded or cut",
    fix: ({ fix }) => fix,
    example: {
      wrong:
        "layer Hidden(x: real[N, 16]) -> real[N, 4] {\n  return x |> Dense<4>\n}\nmodel Net(x: real[N, 32]) -> real[N, 4] {\n  return x |> Hidden\n}",
      right:
        "layer Hidden(x: real[N, 16]) -> real[N, 4] {\n  return x |> Dense<4>\n}\nmodel Net(x: real[N, 32]) -> real[N, 4] {\n  return x |> Dense<16> |> Hidden\n}",
    },
  }),
  wrongResidency: entry<Sides & { place: string; fix: string }>({
    code: "T202",
    name: "wrong-residency",
    severity: "error",
    message: ({ place, ...args }) => `${sides(args)}, ${place}`,
    why: () =>
      "the first dimension says where a value lives: nodes `N`, edges `E`, graphs `G`; it changes only by `x[i]`, `x[j]`, `gather` and `pool`",
    fix: ({ fix }) => fix,
    example: {
      wrong: "model Net(g: graph(x: real[N, 8])) -> real[G, 1] {\n  return g.x |> Dense<1>\n}",
      right:
        "model Net(g: graph(x: real[N, 8])) -> real[G, 1] {\n  let h = g.x |> Dense<1>\n  return pool mean h over g\n}",
    },
  }),
  notDivisible: entry<Sides & { pattern: string; value: string; symbol: string }>({
    code: "T203",
    name: "not-divisible",
    severity: "error",
    message: sides,
    why: ({ pattern, value, symbol }) =>
      `no whole number \`${symbol}\` makes \`${pattern}\` equal to ${value}`,
    fix: () => undefined,
    example: {
      wrong:
        "layer Halves(x: real[N, 2 * half]) -> real[N, 4] {\n  return x |> Dense<4>\n}\nmodel Net(x: real[N, 33]) -> real[N, 4] {\n  return x |> Halves\n}",
      right:
        "layer Halves(x: real[N, 2 * half]) -> real[N, 4] {\n  return x |> Dense<4>\n}\nmodel Net(x: real[N, 34]) -> real[N, 4] {\n  return x |> Halves\n}",
    },
  }),
  resultShape: entry<Sides & { fix: string | undefined }>({
    code: "T204",
    name: "result-shape",
    severity: "error",
    message: sides,
    why: () => "callers rely on the declared result",
    fix: ({ fix }) => fix ?? "change the declared result type or the last step",
    example: {
      wrong: "model Net(x: real[N, 8]) -> real[N, 4] {\n  return x |> Dense<5>\n}",
      right: "model Net(x: real[N, 8]) -> real[N, 4] {\n  return x |> Dense<4>\n}",
    },
  }),
  resultKind: entry<Sides & { wanted: string; given: string }>({
    code: "T205",
    name: "result-kind",
    severity: "error",
    message: sides,
    why: ({ wanted, given }) =>
      `\`${given}\` holds values that \`${wanted}\` cannot; a kind never narrows silently`,
    fix: ({ wanted, given }) =>
      wanted === "spike" || wanted === "trit"
        ? "let a neuron be the last step, or declare the wider kind"
        : wanted === "sign"
          ? "end with `sign`, or declare the wider kind"
          : `declare \`${given}\``,
    example: {
      wrong:
        "model Net(x: real[N, 8]) -> spike[8, N, 4] {\n  return over time 8 { x |> LIF |> Dense<4> }\n}",
      right:
        "model Net(x: real[N, 8]) -> spike[8, N, 4] {\n  return over time 8 { x |> Dense<4> |> LIF }\n}",
    },
  }),
  kindNarrowed: entry<Sides & { wanted: string; given: string }>({
    code: "T206",
    name: "kind-narrowed",
    severity: "error",
    message: sides,
    why: ({ wanted, given }) =>
      `\`${given}\` holds values that \`${wanted}\` cannot; a kind never narrows silently`,
    fix: ({ wanted }) =>
      wanted === "spike" || wanted === "trit"
        ? "pass the value through a neuron first"
        : wanted === "sign"
          ? "pass the value through `sign` first"
          : undefined,
    example: {
      wrong:
        "layer Events(s: spike[N, in]) -> real[N, 4] {\n  return s |> Dense<4>\n}\nmodel Net(x: real[N, 8]) -> real[N, 4] {\n  return x |> Events\n}",
      right:
        "layer Events(s: spike[N, in]) -> real[N, 4] {\n  return s |> Dense<4>\n}\nmodel Net(x: real[N, 8]) -> real[N, 4] {\n  return over time 8 { x |> IF |> Events } |> rate\n}",
    },
  }),
  elementWiseShape: entry<{ operator: string; left: string; right: string }>({
    code: "T207",
    name: "element-wise-shape",
    severity: "error",
    message: ({ operator, left, right }) =>
      `\`${operator}\` cannot combine these shapes: ${left}, ${right}`,
    why: () =>
      "values meet when their shapes are equal, when one is a number, when one is a weight that fits the last dimensions, or when both live on the same index space and one has fewer dimensions; size 1 fits any size",
    fix: () => undefined,
    example: {
      wrong: layer("param bias: real[in] = zeros", "return x @ w + bias"),
      right: layer("param bias: real[out] = zeros", "return x @ w + bias"),
    },
  }),
  elementWiseResidency: entry<{
    operator: string;
    left: string;
    right: string;
    leftPlace: string;
    rightPlace: string;
    fix: string;
  }>({
    code: "T208",
    name: "element-wise-residency",
    severity: "error",
    message: ({ operator, left, right, leftPlace, rightPlace }) =>
      `\`${operator}\` cannot combine ${leftPlace} with ${rightPlace}: ${left}, ${right}`,
    why: () =>
      "the rows of both sides must belong to the same things; only `x[i]`, `x[j]`, `gather` and `pool` move a value to another index space",
    fix: ({ fix }) => fix,
    example: {
      wrong: layer("return gather sum over j -> i { (x[j] - x) @ w }"),
      right: layer("return gather sum over j -> i { (x[j] - x[i]) @ w }"),
    },
  }),
  productSizes: entry<{
    left: string;
    right: string;
    last: string;
    first: string;
    /** The weight on the right as it would have to be declared. */
    weight: string | undefined;
  }>({
    code: "T209",
    name: "product-sizes",
    severity: "error",
    message: ({ left, right, last, first }) =>
      `\`@\` needs the last size on the left, \`${last}\`, to equal the first on the right, \`${first}\`: ${left}, ${right}`,
    why: () => "`a @ b` sums over the last dimension of `a` and the first dimension of `b`",
    fix: ({ weight }) => (weight === undefined ? undefined : `declare \`${weight}\``),
    example: {
      wrong: layer("param u: real[out, in] = glorot", "return (x @ u) + x @ w"),
      right: layer("param u: real[in, out] = glorot", "return (x @ u) + x @ w"),
    },
  }),
  productOfScalar: entry<{ left: string; right: string }>({
    code: "T210",
    name: "product-of-scalar",
    severity: "error",
    message: ({ left, right }) => `\`@\` has no dimension to sum over: ${left}, ${right}`,
    why: () => "`a @ b` sums over the last dimension of `a` and the first dimension of `b`",
    fix: () => "multiply by a single number with `*`",
    example: { wrong: layer("return 2 @ x @ w"), right: layer("return 2 * x @ w") },
  }),
  productOverSpace: entry<{ left: string; right: string }>({
    code: "T211",
    name: "product-over-space",
    severity: "error",
    message: ({ left, right }) => `\`@\` cannot sum over nodes, edges or steps: ${left}, ${right}`,
    why: () =>
      "`a @ b` sums over the last dimension of `a` and the first dimension of `b`; an index space is summed by `gather` and `pool`",
    fix: () => "put the weight on the right: `x @ w`",
    example: { wrong: layer("return w @ x"), right: layer("return x @ w") },
  }),
  concatShapes: entry<{ first: string; other: string; places: string | undefined }>({
    code: "T212",
    name: "concat-shapes",
    severity: "error",
    message: ({ first, other, places }) =>
      `\`concat\` needs equal dimensions except the last: ${first}, ${other}${places === undefined ? "" : `; ${places}`}`,
    why: () => "`concat` puts values side by side along the last dimension",
    fix: ({ places }) =>
      places === undefined
        ? undefined
        : "bring both to one index space first: `x[i]`, `x[j]`, `gather` or `pool`",
    example: {
      wrong:
        "model Net(g: graph(x: real[N, 8]), field: real[G, 1]) -> real[G, 4] {\n  return concat(g.x, field) |> Dense<4>\n}",
      right:
        "model Net(g: graph(x: real[N, 8]), field: real[G, 1]) -> real[G, 4] {\n  let p = pool mean g.x over g\n  return concat(p, field) |> Dense<4>\n}",
    },
  }),
  rankTooSmall: entry<{ callee: string; rank: number; actual: string }>({
    code: "T213",
    name: "rank-too-small",
    severity: "error",
    message: ({ callee, rank, actual }) =>
      `\`${callee}\` needs at least ${rank === 1 ? "one dimension" : `${rank} dimensions`}; ${actual}`,
    why: ({ callee }) => `\`${callee}\` works along a dimension that this value does not have`,
    fix: () => undefined,
    example: { wrong: layer("return softmax(2) * x @ w"), right: layer("return softmax(x @ w)") },
  }),
  overIndexSpace: entry<{ callee: string; actual: string; space: string }>({
    code: "T214",
    name: "over-index-space",
    severity: "error",
    message: ({ callee, actual, space }) =>
      `\`${callee}\` cannot run along \`${space}\`; ${actual}`,
    why: () => "an index space is reduced by `gather` and `pool`, not by functions of rows",
    fix: () => undefined,
    example: {
      wrong: layer("return softmax(degree(g)) * x @ w"),
      right: layer("return degree(g) * softmax(x @ w)"),
    },
  }),
  labelArithmetic: entry<{ user: string; actual: string }>({
    code: "T215",
    name: "label-arithmetic",
    severity: "error",
    message: ({ user, actual }) => `${user} cannot compute with class numbers; ${actual}`,
    why: () => "a `label` is the number of a class: sums and products of it mean nothing",
    fix: () => "turn it into a vector with `one_hot<classes>(label)`",
    example: {
      wrong: "function loss(output: real[..., c], target: label[...]) -> real = mean(target * 2)",
      right:
        "function loss(output: real[..., c], target: label[...]) -> real = -mean(pick(output, target))",
    },
  }),
  labelWanted: entry<{ callee: string; actual: string }>({
    code: "T216",
    name: "label-wanted",
    severity: "error",
    message: ({ callee, actual }) => `\`${callee}\` needs a \`label\` here; ${actual}`,
    why: ({ callee }) => `\`${callee}\` reads class numbers`,
    fix: () => "declare the value as `label[..]`",
    example: {
      wrong:
        "function loss(output: real[..., c], target: real[...]) -> real = mean(pick(output, target))",
      right:
        "function loss(output: real[..., c], target: label[...]) -> real = mean(pick(output, target))",
    },
  }),
  pickShapes: entry<{ scores: string; labels: string }>({
    code: "T217",
    name: "pick-shapes",
    severity: "error",
    message: ({ scores, labels }) => `\`pick\` needs one label per row: ${scores}, ${labels}`,
    why: () => "`pick(x, label)` takes one number out of every row of `x`",
    fix: () => undefined,
    example: {
      wrong:
        "function loss(output: real[..., c], target: label[..., c]) -> real = mean(pick(output, target))",
      right:
        "function loss(output: real[..., c], target: label[...]) -> real = mean(pick(output, target))",
    },
  }),
  graphForTensor: entry<{ user: string; name: string; fields: readonly string[] }>({
    code: "T218",
    name: "graph-for-tensor",
    severity: "error",
    message: ({ user, name }) => `${user} needs a tensor; \`${name}\` is a graph`,
    why: () => "a graph holds connections; its numbers are its features",
    fix: ({ name, fields }) =>
      fields.length === 0
        ? `name a feature in its type, \`${name}: graph(x: real[N, in])\`, and write \`${name}.x\``
        : `write \`${name}.${fields[0]}\``,
    example: { wrong: model("return g |> Dense<4>"), right: model("return g.x |> Dense<4>") },
  }),
  tensorForGraph: entry<{
    callee: string;
    name: string;
    actual: string;
    graph: string | undefined;
  }>({
    code: "T219",
    name: "tensor-for-graph",
    severity: "error",
    message: ({ callee, name, actual }) => `\`${callee}\` needs a graph as \`${name}\`; ${actual}`,
    why: () => "neighbours are known to a graph only",
    fix: ({ graph }) => (graph === undefined ? undefined : `write \`${graph}\``),
    example: {
      wrong: model("return g.x |> GCN<4>(g.x)"),
      right: model("return g.x |> GCN<4>(g)"),
    },
  }),
  rateWithoutTime: entry<{ callee: string; actual: string; isInside: boolean }>({
    code: "T220",
    name: "rate-without-time",
    severity: "error",
    message: ({ callee, actual, isInside }) =>
      isInside
        ? `\`${callee}\` reads all steps and cannot run inside the time block; ${actual} at every step`
        : `\`${callee}\` needs a value with time in front; ${actual}`,
    why: () => "it takes what a time block returns, which has the steps in front",
    fix: ({ callee }) =>
      `apply it to the result of \`over time\` or \`over snapshots\`: \`${callee}(s)\``,
    example: {
      wrong: model("let s = over time 8 { g.x |> Dense<4> |> LIF |> rate }", "return s"),
      right: model("let s = over time 8 { g.x |> Dense<4> |> LIF }", "return rate(s)"),
    },
  }),
  openTime: entry<{ actual: string; isOpen: boolean }>({
    code: "T308",
    name: "open-time",
    severity: "error",
    message: ({ actual, isOpen }) =>
      isOpen
        ? `\`flatten_time\` needs to know how many steps there are; ${actual}`
        : `\`flatten_time\` puts the steps side by side in the last dimension; ${actual}`,
    why: () => "the width of the result is the number of steps times the width of one",
    fix: ({ isOpen }) =>
      isOpen
        ? "say the number of snapshots in the graph's type: `graph(x: real[9, N, 80])`"
        : "use `rate` or `last`, or give it a value with a width",
    example: {
      wrong:
        "model Net(g: graph(x: real[T, N, 8])) -> real[N, 2] {\n  let s = over snapshots g { g.x |> Dense<4> |> LIF }\n  return flatten_time(s) |> Dense<2>\n}",
      right:
        "model Net(g: graph(x: real[9, N, 8])) -> real[N, 2] {\n  let s = over snapshots g { g.x |> Dense<4> |> LIF }\n  return flatten_time(s) |> Dense<2>\n}",
    },
  }),
  totalInTime: entry<{ callee: string }>({
    code: "T221",
    name: "total-in-time",
    severity: "error",
    message: ({ callee }) => `\`${callee}\` of everything would mix the steps of the time block`,
    why: () => "inside the block a value belongs to one step",
    fix: ({ callee }) => `use \`row_${callee}\`, or apply \`${callee}\` outside of the block`,
    example: {
      wrong: model(
        "let s = over time 8 { let h = g.x |> Dense<4> |> LIF",
        "  return h - mean(h) }",
        "return rate(s)",
      ),
      right: model(
        "let s = over time 8 { let h = g.x |> Dense<4> |> LIF",
        "  return h - row_mean(h) }",
        "return rate(s)",
      ),
    },
  }),
  lossNotScalar: entry<{ actual: string }>({
    code: "T222",
    name: "loss-not-scalar",
    severity: "error",
    message: ({ actual }) => `the loss must be one number; this is \`${actual}\``,
    why: () => "training follows the gradient of a single number",
    fix: () => "take `mean(..)` of it",
    example: {
      wrong:
        'model Net(x: real[N, 8]) -> real[N, 4] {\n  return x |> Dense<4>\n}\ndata Set {\n  file   "set.npz"\n  sample x = "x", target = "y"\n  split  random 80 : 10 : 10\n}\ntrain Net on Set {\n  loss     (output - target) ^ 2\n  optimize adam(rate: 1e-3)\n  epochs   2\n}',
      right:
        'model Net(x: real[N, 8]) -> real[N, 4] {\n  return x |> Dense<4>\n}\ndata Set {\n  file   "set.npz"\n  sample x = "x", target = "y"\n  split  random 80 : 10 : 10\n}\ntrain Net on Set {\n  loss     mean((output - target) ^ 2)\n  optimize adam(rate: 1e-3)\n  epochs   2\n}',
    },
  }),
  lossOutputs: entry<{ first: string; firstType: string; other: string; otherType: string }>({
    code: "T223",
    name: "loss-outputs",
    severity: "error",
    message: ({ first, firstType, other, otherType }) =>
      `one loss cannot serve both: \`${first}\` returns \`${firstType}\`, \`${other}\` returns \`${otherType}\``,
    why: () => "one training compares all variants by the same loss",
    fix: () => "give every variant the same output size",
    example: {
      wrong:
        'model Net<c: 4>(x: real[N, 8]) -> real[N, c] {\n  return x |> Dense<c>\n}\nvariant Narrow = Net\nvariant Wide = Net<c: 5>\ndata Set {\n  file   "set.npz"\n  sample x = "x", target = "y"\n  split  random 80 : 10 : 10\n}\ntrain Net on Set {\n  loss     mse(output, target)\n  optimize adam(rate: 1e-3)\n  epochs   2\n}',
      right:
        'model Net<hidden: 4>(x: real[N, 8]) -> real[N, 4] {\n  return x |> Dense<hidden> |> relu |> Dense<4>\n}\nvariant Narrow = Net\nvariant Wide = Net<hidden: 5>\ndata Set {\n  file   "set.npz"\n  sample x = "x", target = "y"\n  split  random 80 : 10 : 10\n}\ntrain Net on Set {\n  loss     mse(output, target)\n  optimize adam(rate: 1e-3)\n  epochs   2\n}',
    },
  }),
  neuronInputs: entry<{ name: string; first: string; other: string }>({
    code: "T224",
    name: "neuron-inputs",
    severity: "error",
    message: ({ name, first, other }) =>
      `all inputs of neuron \`${name}\` need one shape: ${first}, ${other}`,
    why: () => "a neuron has one state per unit and reads all its inputs there",
    fix: () => undefined,
    example: {
      wrong:
        "neuron Pair {\n  input a, b\n  state v = 0\n  update v = v + a - b\n  spike when v > 1\n  reset v = 0\n  emit 1\n}\nmodel Net(x: real[N, 8], y: real[N, 4]) -> real[N, 8] {\n  return over time 4 { Pair(x, y) } |> rate\n}",
      right:
        "neuron Pair {\n  input a, b\n  state v = 0\n  update v = v + a - b\n  spike when v > 1\n  reset v = 0\n  emit 1\n}\nmodel Net(x: real[N, 8], y: real[N, 8]) -> real[N, 8] {\n  return over time 4 { Pair(x, y) } |> rate\n}",
    },
  }),
  neuronWithoutSpace: entry<{ name: string; actual: string }>({
    code: "T225",
    name: "neuron-without-space",
    severity: "error",
    message: ({ name, actual }) =>
      `neuron \`${name}\` needs a value on nodes, edges or graphs; ${actual}`,
    why: () => "inside a time block every value has one row per node, edge or graph and step",
    fix: () => undefined,
    example: {
      wrong: layer(
        "param b: real[out] = ones",
        "let s = over time 4 { x @ w + LIF(b) }",
        "return rate(s)",
      ),
      right: layer(
        "param b: real[out] = ones",
        "let s = over time 4 { x @ w + b |> LIF }",
        "return rate(s)",
      ),
    },
  }),
  followsShape: entry<{ name: string; expected: string; actual: string }>({
    code: "T226",
    name: "follows-shape",
    severity: "error",
    message: ({ name, expected, actual }) =>
      `\`${name}\` is \`${expected}\` and cannot follow this; ${actual}`,
    why: () => "a running statistic moves towards a value of its own shape",
    fix: () => undefined,
    example: {
      wrong:
        "layer Centre(x: real[N, c]) -> real[N, c] {\n  running mean: real[c] = zeros follows x rate 0.1\n  return x - mean\n}",
      right:
        "layer Centre(x: real[N, c]) -> real[N, c] {\n  running centre: real[c] = zeros follows column_mean(x) rate 0.1\n  return x - centre\n}",
    },
  }),
};
