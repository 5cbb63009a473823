/** Rows about calls, arguments and generics. */
import { entry } from "../../diagnostic.js";
import { layer, listed, meant, model } from "./examples.js";

export const calls = {
  unknownCallable: entry<{
    name: string;
    suggestion: string | undefined;
    /** A construct that does what the name does elsewhere. */
    construct?: string | undefined;
  }>({
    code: "T230",
    name: "unknown-callable",
    severity: "error",
    message: ({ name }) =>
      `no ${/^[A-Z]/.test(name) ? "layer or neuron" : "function"} is called \`${name}\``,
    why: () => "a call needs a declaration of this file, an import or the standard library",
    fix: ({ suggestion, construct }) =>
      construct === undefined ? meant(suggestion) : `write it as \`${construct}\``,
    example: { wrong: model("return g.x |> Dence<4>"), right: model("return g.x |> Dense<4>") },
  }),
  notCallable: entry<{ name: string; what: string }>({
    code: "T231",
    name: "not-callable",
    severity: "error",
    message: ({ name, what }) => `\`${name}\` is a ${what} and cannot be called here`,
    why: () => "only layers, neurons and functions take tensors and return one",
    fix: () => undefined,
    example: {
      wrong: `data Cora {\n  file "cora.npz"\n  sample x = "x"\n  split random 8 : 1 : 1\n}\n${model("return g.x |> Cora")}`,
      right: `data Cora {\n  file "cora.npz"\n  sample x = "x"\n  split random 8 : 1 : 1\n}\n${model("return g.x |> Dense<4>")}`,
    },
  }),
  modelAsLayer: entry<{ name: string }>({
    code: "T232",
    name: "model-as-layer",
    severity: "error",
    message: ({ name }) => `\`${name}\` is a model and cannot be a part of another one`,
    why: () => "a model has inputs from data and numbers for all sizes; parts are layers",
    fix: ({ name }) => `declare the shared part as a layer and use it here and in \`${name}\``,
    example: {
      wrong: `model Part(x: real[N, 8]) -> real[N, 4] {\n  return x |> Dense<4>\n}\n${model("return g.x |> Part")}`,
      right: `layer Part(x: real[N, 8]) -> real[N, 4] {\n  return x |> Dense<4>\n}\n${model("return g.x |> Part")}`,
    },
  }),
  valueAsCallable: entry<{ name: string }>({
    code: "T233",
    name: "value-as-callable",
    severity: "error",
    message: ({ name }) => `\`${name}\` is a value and cannot be called`,
    why: () => "only layers, neurons and functions can be called or stand in a pipeline",
    fix: () => undefined,
    example: {
      wrong: model("let h = g.x |> Dense<4>", "return g.x |> h"),
      right: model("let h = g.x |> Dense<4>", "return h |> relu"),
    },
  }),
  callableAsValue: entry<{ name: string; what: string }>({
    code: "T234",
    name: "callable-as-value",
    severity: "error",
    message: ({ name, what }) => `\`${name}\` is a ${what}, not a value`,
    why: () => "a declaration gives a value only when it is called",
    fix: ({ name }) => `call it: \`${name}(x)\` or \`x |> ${name}\``,
    example: {
      wrong: layer("return x @ w + relu"),
      right: layer("return x @ w + relu(x @ w)"),
    },
  }),
  argumentCount: entry<{
    callee: string;
    parameters: readonly string[];
    count: number;
    /** The argument that is too many, as written. */
    extra?: string;
    isNumber?: boolean;
  }>({
    code: "T235",
    name: "argument-count",
    severity: "error",
    message: ({ callee, parameters, count }) =>
      `\`${callee}\` takes ${parameters.length === 1 ? "1 argument" : `${parameters.length} arguments`}, ${listed(parameters)}; this call gives ${count}`,
    why: () => "in a pipeline the value on the left counts as the first tensor argument",
    fix: ({ callee, extra, isNumber }) =>
      extra === undefined
        ? undefined
        : isNumber === true
          ? `numbers stand in angle brackets: \`${callee}<${extra}>\``
          : `remove \`${extra}\``,
    example: {
      wrong: layer("return relu(x, x) @ w"),
      right: layer("return relu(x) @ w"),
    },
  }),
  missingArgument: entry<{
    callee: string;
    names: readonly string[];
    /** The graph in scope, when only a graph is missing. */
    graph: string | undefined;
    isGraph: boolean;
    isPiped: boolean;
  }>({
    code: "T236",
    name: "missing-argument",
    severity: "error",
    message: ({ callee, names }) =>
      `\`${callee}\` needs ${names.length === 1 ? "its argument" : "its arguments"} ${listed(names)}`,
    why: () => "no argument has a default",
    fix: ({ callee, graph, isGraph, isPiped }) =>
      graph !== undefined && isPiped
        ? `add \`(${graph})\` after \`${callee}\` and its generics`
        : isGraph && graph === undefined
          ? "no graph is in scope: add a parameter `g: graph` and pass it"
          : undefined,
    example: { wrong: model("return g.x |> GCN<4>"), right: model("return g.x |> GCN<4>(g)") },
  }),
  unknownArgument: entry<{
    callee: string;
    name: string;
    names: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "T237",
    name: "unknown-argument",
    severity: "error",
    message: ({ callee, name, names }) =>
      `\`${callee}\` has no argument \`${name}\`; it has ${listed(names)}`,
    why: () => "an argument with a name goes to the parameter of that name",
    fix: ({ suggestion }) => meant(suggestion),
    example: {
      wrong: model("return g.x |> GCN<4>(graph: g)"),
      right: model("return g.x |> GCN<4>(g: g)"),
    },
  }),
  argumentTwice: entry<{ callee: string; name: string }>({
    code: "T238",
    name: "argument-twice",
    severity: "error",
    message: ({ callee, name }) => `\`${name}\` of \`${callee}\` is given twice`,
    why: () => "in a pipeline the value on the left is already the first tensor argument",
    fix: () => "remove one of them",
    example: {
      wrong: model("return g.x |> GCN<4>(g, x: g.x)"),
      right: model("return g.x |> GCN<4>(g)"),
    },
  }),
  nothingToPipeInto: entry<{ callee: string }>({
    code: "T239",
    name: "nothing-to-pipe-into",
    severity: "error",
    message: ({ callee }) => `\`${callee}\` has no tensor argument for the value on the left`,
    why: () => "`x |> F` passes `x` as the first tensor argument of `F`",
    fix: ({ callee }) => `call it: \`${callee}(..)\``,
    example: {
      wrong: `layer Degrees(g: graph) -> real[N] {\n  return degree(g)\n}\n${model("return (g.x |> Degrees(g)) * Dense<4>(g.x)")}`,
      right: `layer Degrees(g: graph) -> real[N] {\n  return degree(g)\n}\n${model("return Degrees(g) * Dense<4>(g.x)")}`,
    },
  }),
  namedArgumentOfPrimitive: entry<{ callee: string }>({
    code: "T240",
    name: "named-argument",
    severity: "error",
    message: ({ callee }) => `arguments of \`${callee}\` have no names`,
    why: () => "named arguments are for layers, neurons and functions declared in the language",
    fix: () => "write the value alone, in its place",
    example: {
      wrong: layer("return concat(x: x) @ w"),
      right: layer("return concat(x) @ w"),
    },
  }),
  unknownGeneric: entry<{
    callee: string;
    name: string;
    names: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "T241",
    name: "unknown-generic",
    severity: "error",
    message: ({ callee, name, names }) =>
      names.length === 0
        ? `\`${callee}\` takes nothing in \`<..>\``
        : `\`${callee}\` has no generic \`${name}\`; it has ${listed(names)}`,
    why: () => "a generic argument with a name goes to the generic of that name",
    fix: ({ suggestion }) => meant(suggestion),
    example: {
      wrong: model("return over time 8 { g.x |> Dense<4> |> LIF<decay: 0.9> } |> rate"),
      right: model("return over time 8 { g.x |> Dense<4> |> LIF<beta: 0.9> } |> rate"),
    },
  }),
  tooManyGenerics: entry<{ callee: string; names: readonly string[] }>({
    code: "T242",
    name: "too-many-generics",
    severity: "error",
    message: ({ callee, names }) =>
      names.length === 0
        ? `\`${callee}\` takes nothing in \`<..>\``
        : `\`${callee}\` takes only ${listed(names)} in \`<..>\``,
    why: () => "sizes of arguments are inferred and never written",
    fix: ({ names }) =>
      names.length === 0
        ? "remove this one"
        : `write only ${names.length === 1 ? "the value of " : ""}${listed(names)}`,
    example: {
      wrong: model("return g.x |> Dense<8, 4>"),
      right: model("return g.x |> Dense<4>"),
    },
  }),
  genericTwice: entry<{ callee: string; name: string }>({
    code: "T243",
    name: "generic-twice",
    severity: "error",
    message: ({ callee, name }) => `generic \`${name}\` of \`${callee}\` is given twice`,
    why: () => "each generic has one value",
    fix: () => "remove one of them",
    example: {
      wrong: model("return g.x |> Dense<4, out: 4>"),
      right: model("return g.x |> Dense<4>"),
    },
  }),
  missingGeneric: entry<{ callee: string; name: string }>({
    code: "T244",
    name: "missing-generic",
    severity: "error",
    message: ({ callee, name }) => `\`${callee}\` needs its generic \`${name}\``,
    why: ({ name }) => `\`${name}\` has no default and does not follow from the arguments`,
    fix: ({ callee, name }) =>
      `write \`${callee}<${/^[A-Z]/.test(name) ? `${name}: relu` : "16"}>\` with the value you want`,
    example: { wrong: model("return g.x |> Dense"), right: model("return g.x |> Dense<4>") },
  }),
  genericSort: entry<{
    callee: string;
    name: string;
    wanted: string;
    /** The function that was given for a number. */
    activation?: string | undefined;
  }>({
    code: "T245",
    name: "generic-sort",
    severity: "error",
    message: ({ callee, name, wanted }) =>
      `generic \`${name}\` of \`${callee}\` must be ${wanted === "a callable" ? "a layer, neuron or function" : wanted}`,
    why: ({ name }) =>
      /^[A-Z]/.test(name)
        ? "an upper-case generic stands for something that can be called"
        : "a lower-case generic is a number that is known before anything runs",
    fix: ({ callee, activation }) =>
      activation === undefined
        ? undefined
        : `write the number there and the function after it: \`${callee}<16> |> ${activation}\``,
    example: {
      wrong: model("let h = g.x |> Dense<LIF>", "return h"),
      right: model("let h = g.x |> Dense<4>", "return h"),
    },
  }),
  partialGeneric: entry<{ callee: string }>({
    code: "T246",
    name: "partial-generic",
    severity: "error",
    message: ({ callee }) => `only numbers and names may be bound to \`${callee}\` here`,
    why: () => "the bound callable is used in another body, which does not know these names",
    fix: () => "write the number",
    example: {
      wrong: `layer Block<A: Dense<8>>(x: real[N, in]) -> real[N, 8] {\n  return x |> A |> relu\n}\nlayer Outer(x: real[N, in]) -> real[N, 8] {\n  return x |> Block<A: Dense<in>>\n}`,
      right: `layer Block<A: Dense<8>>(x: real[N, in]) -> real[N, 8] {\n  return x |> A |> relu\n}\nlayer Outer(x: real[N, in]) -> real[N, 8] {\n  return x |> Block<A: Dense<8>>\n}`,
    },
  }),
  recursion: entry<{ name: string; chain: readonly string[] }>({
    code: "T247",
    name: "recursive-layer",
    severity: "error",
    message: ({ name, chain }) => `\`${name}\` uses itself: ${chain.join(" -> ")}`,
    why: () =>
      "a layer owns the weights of its parts, so a recursive one would own infinitely many",
    fix: () => "write the repeated part as a layer of its own and call it as often as needed",
    example: {
      wrong: "layer Deep(x: real[N, in]) -> real[N, in] {\n  return x |> Deep |> relu\n}",
      right:
        "layer Deep(x: real[N, in]) -> real[N, in] {\n  return x |> Dense<8> |> relu |> Dense<in>\n}",
    },
  }),
  instanceFails: entry<{
    callee: string;
    message: string;
    why: string;
    fix: string | undefined;
  }>({
    code: "T248",
    name: "instance-fails",
    severity: "error",
    message: ({ callee, message }) => `\`${callee}\` does not fit with these arguments: ${message}`,
    why: ({ why }) => why,
    fix: ({ fix }) => fix,
    example: {
      wrong: `layer Block<A: Dense<4>>(x: real[N, in]) -> real[N, 4] {\n  return x |> A |> relu\n}\n${model("return g.x |> Block<A: Dense<5>>")}`,
      right: `layer Block<A: Dense<4>>(x: real[N, in]) -> real[N, 4] {\n  return x |> A |> relu\n}\n${model("return g.x |> Block<A: Dense<4>>")}`,
    },
  }),
  functionOwnsWeights: entry<{ name: string; what: string; owner: string }>({
    code: "T249",
    name: "function-owns-weights",
    severity: "error",
    message: ({ name, what, owner }) => `function \`${owner}\` cannot own the ${what} \`${name}\``,
    why: () => "a function owns no weights and no state, so it can be called anywhere",
    fix: () => "declare it as a `layer`",
    example: {
      wrong: "function head(x: real[N, in]) -> real[N, 4] = x |> Dense<4>",
      right: "layer Head(x: real[N, in]) -> real[N, 4] {\n  return x |> Dense<4>\n}",
    },
  }),
  outOfRange: entry<{ neuron: string; name: string; value: number; range: string }>({
    code: "T250",
    name: "generic-out-of-range",
    severity: "error",
    message: ({ neuron, name, value, range }) =>
      `\`${name}\` of \`${neuron}\` must lie in ${range}; this is ${value}`,
    why: () => "the declaration states the range in which its equations make sense",
    fix: ({ range }) => `give a value in ${range}`,
    example: {
      wrong: model("return over time 8 { g.x |> Dense<4> |> LIF<beta: 1.5> } |> rate"),
      right: model("return over time 8 { g.x |> Dense<4> |> LIF<beta: 0.95> } |> rate"),
    },
  }),
  rateRange: entry<{ rate: number }>({
    code: "T251",
    name: "dropout-rate",
    severity: "error",
    message: ({ rate }) => `a dropout rate lies in [0, 1); this is ${rate}`,
    why: () => "the values that stay are scaled by `1 / (1 - rate)`",
    fix: () => undefined,
    example: {
      wrong: layer("return dropout<1>(x) @ w"),
      right: layer("return dropout<0.5>(x) @ w"),
    },
  }),
  emptyClip: entry<{ low: number; high: number }>({
    code: "T252",
    name: "empty-clip",
    severity: "error",
    message: ({ low, high }) => `\`clip\` to [${low}, ${high}] leaves nothing`,
    why: () => "the lower end comes first: `clip(x, low, high)`",
    fix: ({ low, high }) => `write \`clip(x, ${high}, ${low})\``,
    example: {
      wrong: layer("return clip(x @ w, 1, -1)"),
      right: layer("return clip(x @ w, -1, 1)"),
    },
  }),
  neuronOnly: entry<{ word: string; name: string }>({
    code: "T253",
    name: "neuron-only",
    severity: "error",
    message: ({ word, name }) => `\`${word}\` of \`${name}\` is for neurons`,
    why: () => "the learned numbers of a layer or model are its `param`s",
    fix: ({ name }) => `declare \`param ${name}: real = ..\` in the body`,
    example: {
      wrong:
        "layer Scale<learn factor: 1>(x: real[N, in]) -> real[N, in] {\n  return factor * x\n}",
      right:
        "layer Scale(x: real[N, in]) -> real[N, in] {\n  param factor: real = ones\n  return factor * x\n}",
    },
  }),
  nameTwice: entry<{ name: string; owner: string }>({
    code: "T254",
    name: "name-twice",
    severity: "error",
    message: ({ name, owner }) => `\`${owner}\` already has a generic or parameter \`${name}\``,
    why: () => "one name has one meaning in a declaration",
    fix: () => "rename one of them",
    example: {
      wrong: "layer Sum(x: real[N, in], x: real[N, in]) -> real[N, in] {\n  return x\n}",
      right: "layer Sum(x: real[N, in], y: real[N, in]) -> real[N, in] {\n  return x + y\n}",
    },
  }),
  modelNeedsGeneric: entry<{ model: string; name: string }>({
    code: "T255",
    name: "model-needs-generic",
    severity: "error",
    message: ({ model: name, name: generic }) =>
      `\`${name}\` needs a value for its generic \`${generic}\``,
    why: () => "a model that runs has a number or callable for every generic",
    fix: ({ name }) =>
      `give it a default, \`${name}: ${/^[A-Z]/.test(name) ? "relu" : "16"}\`, or name it in the variant`,
    example: {
      wrong:
        "model Net<c>(x: real[N, 8]) -> real[N, c] {\n  return x |> Dense<c>\n}\nvariant Small = Net",
      right:
        "model Net<c>(x: real[N, 8]) -> real[N, c] {\n  return x |> Dense<c>\n}\nvariant Small = Net<c: 4>",
    },
  }),
  modelSize: entry<{ name: string }>({
    code: "T256",
    name: "model-size",
    severity: "error",
    message: ({ name }) => `size \`${name}\` of this model has no value`,
    why: () => "a model has a number for every size; only layers infer sizes from arguments",
    fix: ({ name }) => `write the number, or declare the generic \`<${name}: 16>\``,
    example: {
      wrong: "model Net(x: real[N, width]) -> real[N, 4] {\n  return x |> Dense<4>\n}",
      right: "model Net<width: 8>(x: real[N, width]) -> real[N, 4] {\n  return x |> Dense<4>\n}",
    },
  }),
};
