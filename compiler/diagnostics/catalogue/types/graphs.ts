/** Rows about gather, pool, time blocks and the graphs they run on. */
import { entry } from "../../diagnostic.js";
import { layer, listed, meant, model } from "./examples.js";

const attributed = (body: string): string =>
  `layer Weighted<out>(x: real[N, in], g: graph(e.weight: real[E, 1])) -> real[N, out] {\n  param w: real[in, out] = glorot\n  return ${body}\n}`;
const twoGraphs = (body: string): string =>
  `layer Both<out>(x: real[N, in], g: graph, g2: graph) -> real[N, out] {\n  param w: real[in, out] = glorot\n  return ${body}\n}`;

export const graphs = {
  unknownGraph: entry<{ name: string; graphs: readonly string[]; suggestion: string | undefined }>({
    code: "T280",
    name: "unknown-graph",
    severity: "error",
    message: ({ name, graphs: known }) =>
      `no graph is called \`${name}\`; in scope: ${listed(known)}`,
    why: () => "a graph is a parameter of the layer or model",
    fix: ({ suggestion, graphs: known }) => meant(suggestion ?? known[0]),
    example: {
      wrong: "model Net(g: graph(x: real[N, 8])) -> real[G, 8] {\n  return pool mean g.x over h\n}",
      right: "model Net(g: graph(x: real[N, 8])) -> real[G, 8] {\n  return pool mean g.x over g\n}",
    },
  }),
  noGraph: entry<Record<never, never>>({
    code: "T281",
    name: "no-graph",
    severity: "error",
    message: () => "`gather` needs a graph, and none is in scope",
    why: () => "the edges of a gather are those of a graph",
    fix: () => "add a parameter: `g: graph`",
    example: {
      wrong:
        "layer Sum(x: real[N, in]) -> real[N, in] {\n  return gather sum over j -> i { x[j] }\n}",
      right:
        "layer Sum(x: real[N, in], g: graph) -> real[N, in] {\n  return gather sum over j -> i { x[j] }\n}",
    },
  }),
  whichGraph: entry<{ graphs: readonly string[] }>({
    code: "T282",
    name: "which-graph",
    severity: "error",
    message: ({ graphs: known }) =>
      `\`gather\` must say which graph: ${listed(known)} are in scope`,
    why: () => "with several graphs the edges could be of any of them",
    fix: ({ graphs: known }) => `write \`over j -> i in ${known[known.length - 1] ?? "g"}\``,
    example: {
      wrong: twoGraphs("gather sum over j -> i { x[j] @ w }"),
      right: twoGraphs("gather sum over j -> i in g { x[j] @ w }"),
    },
  }),
  otherGraph: entry<{ callee: string; graph: string; actual: string }>({
    code: "T283",
    name: "other-graph",
    severity: "error",
    message: ({ callee, graph, actual }) =>
      `\`${callee}\` runs on graph \`${graph}\` here, and ${actual}, of another graph`,
    why: () => "nodes and edges of different graphs are different index spaces",
    fix: () => undefined,
    example: {
      wrong: `layer Two(x: real[N, in], g: graph, other: graph) -> real[N, 4] {\n  return Sum(x, other) |> Dense<4>\n}\nlayer Sum(x: real[N, in], g: graph) -> real[N, in] {\n  return gather sum over j -> i { x[j] }\n}`,
      right: `layer Two(x: real[N, in], g: graph, other: graph) -> real[N, 4] {\n  return Sum(x, g) |> Dense<4>\n}\nlayer Sum(x: real[N, in], g: graph) -> real[N, in] {\n  return gather sum over j -> i { x[j] }\n}`,
    },
  }),
  graphLacksField: entry<{ callee: string; graph: string; field: string; type: string }>({
    code: "T284",
    name: "graph-lacks-feature",
    severity: "error",
    message: ({ callee, graph, field, type }) =>
      `\`${callee}\` needs a graph with \`${field}: ${type}\`; \`${graph}\` has none`,
    why: () => "the type of the parameter names the features that the layer reads",
    fix: ({ graph, field, type }) => `declare it: \`${graph}: graph(${field}: ${type})\``,
    example: {
      wrong: `${attributed("gather sum over j -> i { e.weight * x[j] @ w }")}\n${model("return g.x |> Weighted<4>(g)")}`,
      right: `${attributed("gather sum over j -> i { e.weight * x[j] @ w }")}\nmodel Example(g: graph(x: real[N, 8], e.weight: real[E, 1])) -> real[N, 4] {\n  return g.x |> Weighted<4>(g)\n}`,
    },
  }),
  graphField: entry<{
    callee: string;
    graph: string;
    field: string;
    expected: string;
    actual: string;
  }>({
    code: "T285",
    name: "graph-feature-type",
    severity: "error",
    message: ({ callee, graph, field, expected, actual }) =>
      `\`${callee}\` needs \`${field}: ${expected}\`; \`${field}\` of \`${graph}\` is \`${actual}\``,
    why: () => "the type of the parameter names the features that the layer reads",
    fix: () => undefined,
    example: {
      wrong: `${attributed("gather sum over j -> i { e.weight * x[j] @ w }")}\nmodel Example(g: graph(x: real[N, 8], e.weight: real[E, 2])) -> real[N, 4] {\n  return g.x |> Weighted<4>(g)\n}`,
      right: `${attributed("gather sum over j -> i { e.weight * x[j] @ w }")}\nmodel Example(g: graph(x: real[N, 8], e.weight: real[E, 1])) -> real[N, 4] {\n  return g.x |> Weighted<4>(g)\n}`,
    },
  }),
  indexOutside: entry<{ text: string }>({
    code: "T286",
    name: "index-outside-gather",
    severity: "error",
    message: ({ text }) => `\`${text}\` has a meaning only inside a \`gather\``,
    why: () => "`x[i]` and `x[j]` are the values at the two ends of an edge",
    fix: () => "write `gather sum over j -> i { x[j] }`",
    example: {
      wrong: layer("return x[j] @ w"),
      right: layer("return gather sum over j -> i { x[j] @ w }"),
    },
  }),
  wrongIndex: entry<{ source: string; target: string }>({
    code: "T287",
    name: "wrong-index",
    severity: "error",
    message: ({ source, target }) => `the ends of this edge are \`${source}\` and \`${target}\``,
    why: ({ source, target }) =>
      `this gather runs \`over ${source} -> ${target}\`: \`${source}\` sends, \`${target}\` receives`,
    fix: ({ source, target }) => `write \`[${source}]\` or \`[${target}]\``,
    example: {
      wrong: layer("return gather sum over j -> i { x[k] @ w }"),
      right: layer("return gather sum over j -> i { x[j] @ w }"),
    },
  }),
  indexResidency: entry<{
    actual: string;
    place: string;
    isEdge: boolean;
    graph: string;
    nodes: string;
  }>({
    code: "T288",
    name: "index-residency",
    severity: "error",
    message: ({ actual, place, graph }) =>
      `only a value on the nodes of \`${graph}\` has an end; ${actual}, ${place}`,
    why: ({ nodes }) => `an end of an edge is a node: \`${nodes}\` would fit`,
    fix: ({ isEdge }) => (isEdge ? "use the edge value as it is, without an index" : undefined),
    example: {
      wrong: layer("return gather sum over j -> i { (x[j] @ w)[i] }"),
      right: layer("return gather sum over j -> i { x[j] @ w }"),
    },
  }),
  indexAsValue: entry<{ name: string }>({
    code: "T289",
    name: "index-as-value",
    severity: "error",
    message: ({ name }) => `\`${name}\` is an end of the edge, not a value`,
    why: () => "an end picks a value: `x[i]`, `x[j]`",
    fix: ({ name }) => `write \`x[${name}]\` with the value you want there`,
    example: {
      wrong: layer("return gather sum over j -> i { j * x[i] @ w }"),
      right: layer("return gather sum over j -> i { x[j] * x[i] @ w }"),
    },
  }),
  edgeAsValue: entry<{ fields: readonly string[] }>({
    code: "T290",
    name: "edge-as-value",
    severity: "error",
    message: () => "`e` is the edge itself, not a value",
    why: () => "the numbers of an edge are its features",
    fix: ({ fields }) => `write \`e.${fields[0] ?? "attr"}\``,
    example: {
      wrong: attributed("gather sum over j -> i { e * x[j] @ w }"),
      right: attributed("gather sum over j -> i { e.weight * x[j] @ w }"),
    },
  }),
  edgeOutside: entry<{ name: string }>({
    code: "T291",
    name: "edge-outside-gather",
    severity: "error",
    message: ({ name }) => `\`e.${name}\` has a meaning only inside a \`gather\``,
    why: () => "`e` is the edge that a gather is at",
    fix: ({ name }) => `inside the gather write \`e.${name}\`; outside, \`g.${name}\` is all edges`,
    example: {
      wrong: attributed("x @ w * e.weight"),
      right: attributed("gather sum over j -> i { e.weight * x[j] @ w }"),
    },
  }),
  selfLoopFeature: entry<{ name: string }>({
    code: "T292",
    name: "self-loop-feature",
    severity: "error",
    message: ({ name }) => `self loops have no \`${name}\``,
    why: () => "`with self loops` adds edges that the data does not have",
    fix: () => "add the node itself outside of the gather: `x @ w + gather ..`",
    example: {
      wrong: attributed("gather sum over j -> i with self loops { e.weight * x[j] @ w }"),
      right: attributed("x @ w + gather sum over j -> i { e.weight * x[j] @ w }"),
    },
  }),
  outsideGather: entry<{ what: string }>({
    code: "T293",
    name: "outside-gather",
    severity: "error",
    message: ({ what }) => `\`${what}\` has a meaning only inside a \`gather\``,
    why: () => "it gives one number per edge",
    fix: ({ what }) => `write \`gather sum over j -> i { ${what} * x[j] }\``,
    example: {
      wrong: layer("return norm(i, j) * x @ w"),
      right: layer("return gather sum over j -> i { norm(i, j) * x[j] @ w }"),
    },
  }),
  nestedGather: entry<Record<never, never>>({
    code: "T294",
    name: "nested-gather",
    severity: "error",
    message: () => "a `gather` cannot stand inside another one",
    why: () => "it would run once per edge; its result is the same for all of them",
    fix: () => "name it with `let` before, then use it as `h[j]`",
    example: {
      wrong: layer("return gather sum over j -> i { gather sum over k -> l { x[k] } @ w }"),
      right: layer(
        "let h = gather sum over j -> i { x[j] }",
        "return gather sum over j -> i { h[j] @ w }",
      ),
    },
  }),
  sameEnds: entry<{ name: string }>({
    code: "T295",
    name: "same-ends",
    severity: "error",
    message: ({ name }) => `both ends of the edge are called \`${name}\``,
    why: () => "the ends need two names to be told apart",
    fix: () => "write `over j -> i`",
    example: {
      wrong: layer("return gather sum over i -> i { x[i] @ w }"),
      right: layer("return gather sum over j -> i { x[j] @ w }"),
    },
  }),
  gatherBody: entry<{
    actual: string;
    place: string;
    isNode: boolean;
    withoutLoops: boolean;
    text: string;
    source: string;
  }>({
    code: "T296",
    name: "gather-body",
    severity: "error",
    message: ({ actual, place, withoutLoops }) =>
      withoutLoops
        ? `a \`gather\` with self loops needs a value for those too; ${actual}, without them`
        : `a \`gather\` aggregates values on edges; ${actual}, ${place}`,
    why: () => "the body is what each edge sends to the node that it enters",
    fix: ({ isNode, text, source }) =>
      isNode ? `write \`${text}[${source}]\` for the value of the sender` : undefined,
    example: {
      wrong: layer("return gather sum over j -> i { x @ w }"),
      right: layer("return gather sum over j -> i { x[j] @ w }"),
    },
  }),
  unknownReducer: entry<{ name: string; names: readonly string[]; suggestion: string | undefined }>(
    {
      code: "T297",
      name: "unknown-aggregation",
      severity: "error",
      message: ({ name }) => `no aggregation is called \`${name}\``,
      why: ({ names }) => `the aggregations are ${listed(names)}`,
      fix: ({ suggestion }) => meant(suggestion),
      example: {
        wrong: layer("return gather average over j -> i { x[j] @ w }"),
        right: layer("return gather mean over j -> i { x[j] @ w }"),
      },
    },
  ),
  reducerTwice: entry<{ name: string }>({
    code: "T298",
    name: "aggregation-twice",
    severity: "error",
    message: ({ name }) => `\`${name}\` stands twice in this list`,
    why: () => "the results of a list stand side by side, so a second one is a copy",
    fix: () => "remove it",
    example: {
      wrong: layer("let m = gather [mean, mean] over j -> i { x[j] }", "return m |> Dense<out>"),
      right: layer("let m = gather [mean, max] over j -> i { x[j] }", "return m |> Dense<out>"),
    },
  }),
  softmaxIndex: entry<{ target: string; name: string }>({
    code: "T299",
    name: "softmax-index",
    severity: "error",
    message: ({ target, name }) =>
      `the softmax runs over the edges that enter \`${target}\`, not \`${name}\``,
    why: () => "the weights of the edges that enter one node sum to 1",
    fix: ({ target }) => `write \`softmax over ${target}\``,
    example: {
      wrong: layer(
        "return gather sum over j -> i { softmax over j (row_sum(x[i] * x[j])) * x[j] } @ w",
      ),
      right: layer(
        "return gather sum over j -> i { softmax over i (row_sum(x[i] * x[j])) * x[j] } @ w",
      ),
    },
  }),
  softmaxScores: entry<{ actual: string }>({
    code: "T300",
    name: "softmax-scores",
    severity: "error",
    message: ({ actual }) => `\`softmax over\` needs a score per edge; ${actual}`,
    why: () => "each edge has its own score",
    fix: () => "build it from `x[i]`, `x[j]` or `e.attr`",
    example: {
      wrong: layer("return gather sum over j -> i { softmax over i (row_sum(x)) * x[j] } @ w"),
      right: layer("return gather sum over j -> i { softmax over i (row_sum(x[j])) * x[j] } @ w"),
    },
  }),
  poolResidency: entry<{
    actual: string;
    graph: string;
    place: string;
    fix: string | undefined;
  }>({
    code: "T301",
    name: "pool-residency",
    severity: "error",
    message: ({ actual, graph, place }) =>
      `\`pool\` takes a value on the nodes of \`${graph}\`; ${actual}, ${place}`,
    why: () => "`pool` brings one row per node to one row per graph",
    fix: ({ fix }) => fix,
    example: {
      wrong:
        "model Net(g: graph(x: real[N, 8])) -> real[G, 8] {\n  let p = pool mean g.x over g\n  return pool mean p over g\n}",
      right: "model Net(g: graph(x: real[N, 8])) -> real[G, 8] {\n  return pool mean g.x over g\n}",
    },
  }),
  shareRange: entry<{ recent: number }>({
    code: "T309",
    name: "share-range",
    severity: "error",
    message: ({ recent }) => `\`recent\` is a share from 0 to 1, not ${recent}`,
    why: () => "it says how many of the sampled neighbours come from the edges new in the snapshot",
    fix: () => "write `recent: 0.5` for half of them",
    example: {
      wrong:
        "model Net(g: graph(x: real[N, 8])) -> real[N, 4] {\n  return g.x |> SAGE<4>(sample_neighbours<5, recent: 2>(g))\n}",
      right:
        "model Net(g: graph(x: real[N, 8])) -> real[N, 4] {\n  return g.x |> SAGE<4>(sample_neighbours<5, recent: 0.4>(g))\n}",
    },
  }),
  nestedTime: entry<{ isCaller: boolean }>({
    code: "T302",
    name: "nested-time",
    severity: "error",
    message: ({ isCaller }) =>
      isCaller
        ? "a layer with a time block of its own cannot run inside another time block"
        : "a time block cannot stand inside another one",
    why: () => "a value has one time; two nested ones would multiply the steps",
    fix: () => "put the inner block before the outer one and take its `rate`",
    example: {
      wrong: model(
        "let s = over time 4 { over time 8 { g.x |> Dense<4> |> LIF } |> rate }",
        "return rate(s)",
      ),
      right: model("let s = over time 8 { g.x |> Dense<4> |> LIF }", "return rate(s)"),
    },
  }),
  timeInGather: entry<Record<never, never>>({
    code: "T303",
    name: "time-in-gather",
    severity: "error",
    message: () => "a time block cannot stand inside a `gather`",
    why: () => "a gather runs inside of each step, not the steps inside of each edge",
    fix: () => "put the `gather` into the time block",
    example: {
      wrong: layer("return gather sum over j -> i { over time 4 { x[j] @ w |> LIF } |> rate }"),
      right: layer(
        "let s = over time 4 { gather sum over j -> i { x[j] @ w } |> LIF }",
        "return rate(s)",
      ),
    },
  }),
  noSteps: entry<Record<never, never>>({
    code: "T304",
    name: "no-steps",
    severity: "error",
    message: () => "a time block needs at least one step",
    why: () => "with no step there is no result",
    fix: () => "write a positive number",
    example: {
      wrong: model("return over time 0 { g.x |> Dense<4> |> LIF } |> rate"),
      right: model("return over time 8 { g.x |> Dense<4> |> LIF } |> rate"),
    },
  }),
  sequenceWithoutTime: entry<{ actual: string }>({
    code: "T305",
    name: "sequence-without-time",
    severity: "error",
    message: ({ actual }) => `\`over time\` needs a tensor with time in front; ${actual}`,
    why: () => "the block walks through the slices of its first dimension",
    fix: () => "declare it as `real[T, N, ..]`, or write a number of steps",
    example: {
      wrong:
        "model Net(x: real[N, 8]) -> real[N, 8] {\n  return over time x { x |> LIF } |> rate\n}",
      right:
        "model Net(x: real[T, N, 8]) -> real[N, 8] {\n  return over time x { x |> LIF } |> rate\n}",
    },
  }),
  sequenceWithoutName: entry<{ text: string }>({
    code: "T306",
    name: "sequence-without-name",
    severity: "error",
    message: ({ text }) => `the slices of \`${text}\` would have no name inside the block`,
    why: () => "inside `over time x { .. }` the name `x` is the slice of one step",
    fix: ({ text }) => `write \`let x = ${text}\` before, then \`over time x { .. }\``,
    example: {
      wrong:
        "model Net(x: real[T, N, 8]) -> real[N, 8] {\n  return over time relu(x) { x |> LIF } |> rate\n}",
      right:
        "model Net(x: real[T, N, 8]) -> real[N, 8] {\n  let y = relu(x)\n  return over time y { y |> LIF } |> rate\n}",
    },
  }),
};
