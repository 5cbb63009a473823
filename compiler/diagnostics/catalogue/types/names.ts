/** Rows about names, types as written, and weights. */
import { entry } from "../../diagnostic.js";
import { layer, listed, meant, model } from "./examples.js";

export const written = {
  unknownValue: entry<{
    name: string;
    suggestion: string | undefined;
    /** Where a `let` of this name stands all the same. */
    elsewhere?: "below" | "in a block" | undefined;
  }>({
    code: "T260",
    name: "unknown-value",
    severity: "error",
    message: ({ name }) => `no value is called \`${name}\``,
    why: () => "a lower-case name is an input, a `param`, an earlier `let` or a generic",
    fix: ({ name, suggestion, elsewhere }) =>
      elsewhere === undefined
        ? meant(suggestion)
        : elsewhere === "below"
          ? `move \`let ${name}\` above this line`
          : `\`let ${name}\` is known only inside its block: move it out, or return it`,
    example: {
      wrong: layer("let hidden = x @ w", "return hiden"),
      right: layer("let hidden = x @ w", "return hidden"),
    },
  }),
  unknownField: entry<{
    graph: string;
    name: string;
    known: readonly string[];
    on: "nodes" | "edges";
    suggestion: string | undefined;
    /** An edge feature, when `g.e` was written. */
    edge?: string | undefined;
  }>({
    code: "T261",
    name: "unknown-feature",
    severity: "error",
    message: ({ graph, name, known, on }) =>
      known.length === 0
        ? `the type of graph \`${graph}\` names no ${on === "nodes" ? "feature" : "edge feature"}`
        : `graph \`${graph}\` has no ${on === "nodes" ? "feature" : "edge feature"} \`${name}\`; it has ${listed(known)}`,
    why: () => "the type of a graph names the features that are used",
    fix: ({ graph, name, on, suggestion, edge }) =>
      (edge === undefined
        ? undefined
        : `an edge feature goes by its own name: \`${graph}.${edge}\``) ??
      meant(suggestion) ??
      (on === "nodes"
        ? `declare it: \`${graph}: graph(${name}: real[N, 8])\``
        : `declare it: \`${graph}: graph(e.${name}: real[E, 4])\``),
    example: { wrong: model("return g.y |> Dense<4>"), right: model("return g.x |> Dense<4>") },
  }),
  memberOfTensor: entry<{ name: string; actual: string }>({
    code: "T262",
    name: "feature-of-tensor",
    severity: "error",
    message: ({ name, actual }) => `\`.${name}\` reads a feature of a graph; ${actual}`,
    why: () => "a tensor has no features",
    fix: () => undefined,
    example: {
      wrong: model("let h = g.x |> Dense<4>", "return h.x"),
      right: model("let h = g.x |> Dense<4>", "return h"),
    },
  }),
  shadowing: entry<{ name: string; what: string }>({
    code: "T263",
    name: "name-taken",
    severity: "error",
    message: ({ name, what }) =>
      `\`${name}\` is already ${what === "input" ? "an" : "a"} ${what} here`,
    why: () =>
      "one name has one meaning in a body, so that a reader never looks for which one is meant",
    fix: () => "choose another name",
    example: {
      wrong: layer("let x = x @ w", "return x"),
      right: layer("let h = x @ w", "return h"),
    },
  }),
  unknownKind: entry<{ name: string; suggestion: string | undefined }>({
    code: "T264",
    name: "unknown-kind",
    severity: "error",
    message: ({ name }) => `no kind of value is called \`${name}\``,
    why: () => "the kinds are `real`, `graded`, `spike`, `trit`, `sign` and `label`",
    fix: ({ suggestion }) => meant(suggestion),
    example: {
      wrong: "layer Same(x: reel[N, in]) -> real[N, in] {\n  return x\n}",
      right: "layer Same(x: real[N, in]) -> real[N, in] {\n  return x\n}",
    },
  }),
  unknownSize: entry<{ name: string; isSpace: boolean; suggestion: string | undefined }>({
    code: "T265",
    name: "unknown-size",
    severity: "error",
    message: ({ name, isSpace }) =>
      isSpace ? `no index space is called \`${name}\`` : `no size is called \`${name}\``,
    why: ({ isSpace }) =>
      isSpace
        ? "the index spaces are nodes `N`, edges `E`, graphs `G` and time `T`"
        : "a size is a generic of this declaration or stands in the type of a parameter",
    fix: ({ isSpace, name, suggestion }) =>
      meant(suggestion) ?? (isSpace ? undefined : `declare the generic \`<${name}>\``),
    example: {
      wrong: "layer Wide(x: real[N, in]) -> real[N, width] {\n  return x |> Dense<width>\n}",
      right: "layer Wide<width>(x: real[N, in]) -> real[N, width] {\n  return x |> Dense<width>\n}",
    },
  }),
  notASize: entry<{ what: string; reason: string }>({
    code: "T266",
    name: "not-a-size",
    severity: "error",
    message: ({ what, reason }) => `${what} is not a size: ${reason}`,
    why: () => "sizes are exact: whole numbers, names of sizes, and `+ - * / ^` of them",
    fix: () => undefined,
    example: { wrong: model("return g.x |> Dense<4.5>"), right: model("return g.x |> Dense<4>") },
  }),
  ellipsisNotFirst: entry<Record<never, never>>({
    code: "T267",
    name: "ellipsis-not-first",
    severity: "error",
    message: () => "`...` must be the first dimension",
    why: () => "`...` stands for any leading dimensions: nodes, graphs, time",
    fix: () => "write it first: `real[..., in]`",
    example: {
      wrong: "layer Same(x: real[in, ...]) -> real[N, in] {\n  return x\n}",
      right: "layer Same(x: real[..., in]) -> real[..., in] {\n  return x\n}",
    },
  }),
  expectedTensorType: entry<{ what: string }>({
    code: "T268",
    name: "expected-tensor-type",
    severity: "error",
    message: ({ what }) => `${what} must be a tensor, not a graph`,
    why: () => "graphs are given to a layer or model; they are not computed or stored",
    fix: () => "write a type such as `real[N, 16]`",
    example: {
      wrong: "layer Same(x: real[N, in], g: graph) -> graph {\n  return x\n}",
      right: "layer Same(x: real[N, in], g: graph) -> real[N, in] {\n  return x + degree(g)\n}",
    },
  }),
  fieldResidency: entry<{ name: string; on: "nodes" | "edges" }>({
    code: "T269",
    name: "feature-residency",
    severity: "error",
    message: ({ name, on }) =>
      `the first dimension of \`${on === "nodes" ? name : `e.${name}`}\` must be \`${on === "nodes" ? "N" : "E"}\``,
    why: () => "a feature `x` has one row per node, a feature `e.x` one row per edge",
    fix: ({ name, on }) =>
      on === "nodes"
        ? `write \`${name}: real[N, ..]\`, with one table per snapshot \`${name}: real[T, N, ..]\`, or \`e.${name}\` when it lives on edges`
        : `write \`e.${name}: real[E, ..]\`, or \`${name}\` when it lives on nodes`,
    example: {
      wrong: "model Net(g: graph(x: real[E, 8])) -> real[N, 4] {\n  return g.x |> Dense<4>\n}",
      right: "model Net(g: graph(x: real[N, 8])) -> real[N, 4] {\n  return g.x |> Dense<4>\n}",
    },
  }),
  otherSnapshots: entry<{ name: string; count: string; known: string }>({
    code: "T307",
    name: "other-snapshots",
    severity: "error",
    message: ({ name, count, known }) =>
      `\`${name}\` has ${count} snapshots, another feature of the graph ${known}`,
    why: () => "all features of a dynamic graph go through the same snapshots",
    fix: ({ known }) => `write \`${known}\` here too`,
    example: {
      wrong:
        "model Net(g: graph(x: real[9, N, 8], y: real[8, N, 2])) -> real[N, 2] {\n  let s = over snapshots g { concat(g.x, g.y) |> Dense<2> |> LIF }\n  return rate(s)\n}",
      right:
        "model Net(g: graph(x: real[9, N, 8], y: real[9, N, 2])) -> real[N, 2] {\n  let s = over snapshots g { concat(g.x, g.y) |> Dense<2> |> LIF }\n  return rate(s)\n}",
    },
  }),
  weightOnSpace: entry<{ name: string; type: string }>({
    code: "T270",
    name: "weight-on-space",
    severity: "error",
    message: ({ name, type }) => `weight \`${name}\` cannot be \`${type}\``,
    why: () => "a weight with one row per node or step would belong to one graph only",
    fix: () => "use sizes only: `real[in, out]`",
    example: {
      wrong: layer("param bias: real[N, out] = zeros", "return x @ w + bias"),
      right: layer("param bias: real[out] = zeros", "return x @ w + bias"),
    },
  }),
  weightKind: entry<{ name: string }>({
    code: "T271",
    name: "weight-kind",
    severity: "error",
    message: ({ name }) => `weight \`${name}\` cannot be a \`label\``,
    why: () => "class numbers are data",
    fix: () => "write `real`",
    example: {
      wrong: layer("param bias: label[out] = zeros", "return x @ w + bias"),
      right: layer("param bias: real[out] = zeros", "return x @ w + bias"),
    },
  }),
  unknownInitialiser: entry<{
    name: string;
    names: readonly string[];
    suggestion: string | undefined;
    number: number | undefined;
  }>({
    code: "T272",
    name: "unknown-initialiser",
    severity: "error",
    message: ({ name, number }) =>
      name === ""
        ? `a weight begins with an initialiser${number === undefined ? "" : `, not with the number ${number}`}`
        : `no initialiser is called \`${name}\``,
    why: ({ names }) => `the initialisers are ${listed(names)}`,
    fix: ({ suggestion, number }) =>
      number === undefined ? meant(suggestion) : `write \`constant(${number})\``,
    example: {
      wrong: layer("param bias: real[out] = zero", "return x @ w + bias"),
      right: layer("param bias: real[out] = zeros", "return x @ w + bias"),
    },
  }),
  initialiserArguments: entry<{ name: string; wanted: number; count: number }>({
    code: "T273",
    name: "initialiser-arguments",
    severity: "error",
    message: ({ name, wanted, count }) =>
      `\`${name}\` takes ${wanted === 0 ? "no number" : wanted === 1 ? "one number" : `${wanted} numbers`}; this gives ${count}`,
    why: () =>
      "the numbers are `constant(value)`, `uniform(low, high)` and `normal(mean, deviation)`",
    fix: () => undefined,
    example: {
      wrong: layer("param bias: real[out] = uniform(1)", "return x @ w + bias"),
      right: layer("param bias: real[out] = uniform(-1, 1)", "return x @ w + bias"),
    },
  }),
  notConstant: entry<{ what: string }>({
    code: "T274",
    name: "not-constant",
    severity: "error",
    message: ({ what }) => `${what} must be a number that is known before anything runs`,
    why: () => "it may use numbers, `pi`, `e`, `inf`, `+ - * / ^` and `sqrt`, `exp`, `log`",
    fix: () => undefined,
    example: {
      wrong: layer("param bias: real[out] = constant(x)", "return x @ w + bias"),
      right: layer("param bias: real[out] = constant(0.1)", "return x @ w + bias"),
    },
  }),
  runningRate: entry<{ rate: number }>({
    code: "T275",
    name: "running-rate",
    severity: "error",
    message: ({ rate }) => `the rate of a running statistic lies in (0, 1]; this is ${rate}`,
    why: () => "the stored number moves by this share towards the statistic of the batch",
    fix: () => undefined,
    example: {
      wrong:
        "layer Centre(x: real[N, c]) -> real[N, c] {\n  running centre: real[c] = zeros follows column_mean(x) rate 2\n  return x - centre\n}",
      right:
        "layer Centre(x: real[N, c]) -> real[N, c] {\n  running centre: real[c] = zeros follows column_mean(x) rate 0.1\n  return x - centre\n}",
    },
  }),
  noValue: entry<{ what: string }>({
    code: "T276",
    name: "no-value",
    severity: "error",
    message: ({ what }) => `${what} cannot be computed with here`,
    why: () => "the body of a layer, function or model computes tensors",
    fix: () => undefined,
    example: { wrong: layer('return "x"'), right: layer("return x @ w") },
  }),
  tooDeep: entry<{ what: string }>({
    code: "T277",
    name: "too-deep",
    severity: "error",
    message: ({ what }) => `this ${what} is too long to be checked in one piece`,
    why: () => "expressions may be 400 levels deep",
    fix: () => "name a part of it with `let`",
    example: {
      wrong: model(`let h = g.x${" |> relu".repeat(401)}`, "return h |> Dense<4>"),
      right: model("let h = g.x |> relu", "return h |> Dense<4>"),
    },
  }),
  notCompiledInModel: entry<{ what: string }>({
    code: "T278",
    name: "not-compiled-in-model",
    severity: "error",
    message: ({ what }) => `${what} cannot be compiled`,
    why: () => "the steps of a block share the graphs that are built before it",
    fix: () => "build the graph before the block and name it with `let`",
    example: {
      wrong: model("let s = over time 4 { EdgeConv<4>(LIF(g.x), knn<20>(g.x)) }", "return rate(s)"),
      right: model(
        "let near = knn<20>(g.x)",
        "let s = over time 4 { EdgeConv<4>(LIF(g.x), near) }",
        "return rate(s)",
      ),
    },
  }),
  sizeInside: entry<{ callee: string; what: string; value: number }>({
    code: "T279",
    name: "size-inside-layer",
    severity: "error",
    message: ({ callee, what, value }) =>
      `in this call of \`${callee}\`, ${what} becomes ${value}: it must be at least 1`,
    why: () => "the sizes given to a layer decide the sizes inside of it",
    fix: () => "give other sizes, or change what the layer computes of them",
    example: {
      wrong: [
        "layer Half<out>(x: real[N, in]) -> real[N, out] {",
        "  return x |> Dense<out - 4> |> Dense<out>",
        "}",
        model("return g.x |> Half<4>"),
      ].join("\n"),
      right: [
        "layer Half<out>(x: real[N, in]) -> real[N, out] {",
        "  return x |> Dense<out + 4> |> Dense<out>",
        "}",
        model("return g.x |> Half<4>"),
      ].join("\n"),
    },
  }),
};
