/** Typing of the primitives that take a graph or the ends of an edge: norm, degree, knn, radius, sampling. */
import type { Argument, Call } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { GraphRef, OpAttributes } from "../ir/ir.js";
import type { GraphType } from "../ir/types.js";
import type { Checked } from "./call-arguments.js";
import { checkArguments } from "./call-arguments.js";
import type { Body } from "./body.js";
import type { Given } from "./generics.js";
import { assignGenerics, givenConstant, givenGenerics, givenSize } from "./generics.js";
import { operand } from "./operators.js";
import { checkCount } from "./primitive-calls.js";
import type { Primitive } from "./primitives.js";
import type { Value } from "./scope.js";
import { ERROR } from "./scope.js";
import { equalSizes, isSpace, symbolSize } from "./size.js";
import { tensor } from "./types.js";

/** Checks `norm(i, j)`, `degree(i)`, `degree(g)`, `knn<20>(x)`, `radius<0.3>(x)`, `sample_neighbours<5>(g)`. */
export function callGraphPrimitive(
  body: Body,
  primitive: Primitive,
  call: Call,
  piped: Checked | undefined,
): Value {
  if (primitive.name === "knn" || primitive.name === "radius") {
    return neighbours(body, primitive, call, piped);
  }
  if (primitive.name === "sample_neighbours") return sampled(body, primitive, call, piped);
  const site = { name: call.callee.span, whole: call.span };
  const args = call.args ?? [];
  const count = args.length + (piped === undefined ? 0 : 1);
  if (!checkCount(body, primitive, count, site)) return ERROR;
  if (primitive.name === "norm") return norm(body, call, args);
  if (piped !== undefined) return degreeOf(body, call, piped);
  const [argument] = args;
  const { gather } = body;
  const isEnd =
    gather !== undefined &&
    argument.value.type === "name" &&
    body.scope.find(argument.value.text) === undefined &&
    [gather.source, gather.target].includes(argument.value.text);
  if (!isEnd) return degreeOf(body, call, checkArguments(body, args)[0]);
  const nodes = gather.graph.type.nodes;
  const degree = body.op("degree", [], tensor("real", [nodes]), call.span, { graph: gather.graph });
  const isSource = argument.value.type === "name" && argument.value.text === gather.source;
  return {
    tag: "edge",
    end: isSource ? "source" : "target",
    graph: gather.graph,
    operand: degree,
    type: tensor("real", [gather.edges]),
    timed: degree.timed,
    origin: body.origin(call.span),
  };
}

function degreeOf(body: Body, call: Call, argument: Checked): Value {
  const { value } = argument;
  if (value.tag === "error") return ERROR;
  if (value.tag !== "graph") {
    body.report(types.tensorForGraph, argument.span, {
      callee: "degree",
      name: "g",
      actual: body.describe(value),
      graph: body.graphs()[0]?.name,
    });
    return ERROR;
  }
  const type = tensor("real", [value.ref.type.nodes]);
  return body.op("degree", [], type, call.span, { graph: value.ref });
}

function norm(body: Body, call: Call, args: readonly Argument[]): Value {
  const { gather } = body;
  if (gather === undefined) {
    body.report(types.outsideGather, call.callee.span, { what: "norm(i, j)" });
    return ERROR;
  }
  const names = args.map((a) => (a.value.type === "name" ? a.value.text : ""));
  const wrongAt = names.findIndex((name) => name !== gather.source && name !== gather.target);
  if (wrongAt >= 0 || names[0] === names[1]) {
    const { span } = args[Math.max(wrongAt, 0)].value;
    body.report(types.wrongIndex, span, { source: gather.source, target: gather.target });
    return ERROR;
  }
  const type = tensor("real", [gather.edges]);
  return body.op("symmetricNorm", [], type, call.span, { graph: gather.graph });
}

function neighbours(
  body: Body,
  primitive: Primitive,
  call: Call,
  piped: Checked | undefined,
): Value {
  const site = { name: call.callee.span, whole: call.span };
  const written = checkArguments(body, call.args);
  const args = piped === undefined ? written : [piped, ...written];
  const names = primitive.generics.map((g) => g.name);
  const given = givenGenerics(body, [], call.generics);
  const generics = assignGenerics(body, primitive.name, names, given);
  if (generics === undefined || !checkCount(body, primitive, args.length, site)) return ERROR;
  for (const generic of primitive.generics) {
    const one = generics.get(generic.name);
    if (one === undefined) {
      if (!generic.isRequired) continue;
      body.report(types.missingGeneric, site.name, { callee: primitive.name, name: generic.name });
      return ERROR;
    }
    if (generic.role === "size" && givenSize(body, one, primitive.name, "k") === undefined) {
      return ERROR;
    }
    if (
      generic.role === "constant" &&
      givenConstant(body, one, primitive.name, "r") === undefined
    ) {
      return ERROR;
    }
    const word = one.value.tag === "written" ? one.value.expression : undefined;
    const isMetric =
      word?.type === "name" && ["euclidean", "hamming", "cosine"].includes(word.text);
    if (generic.role === "word" && !isMetric) {
      body.report(types.genericSort, one.place.span, {
        callee: primitive.name,
        name: generic.name,
        wanted: "one of `euclidean`, `hamming`, `cosine`",
      });
      return ERROR;
    }
  }
  const x = operand(body, args[0].value, args[0].span, `\`${primitive.name}\``);
  if (x === undefined) return ERROR;
  if (x.type.dims.length !== 2 || !isSpace(x.type.dims[0])) {
    body.report(
      types.rankTooSmall,
      args[0].span,
      { callee: primitive.name, rank: 2, actual: body.describe(x) },
      { related: body.definedAt(x) },
    );
    return ERROR;
  }
  if (body.gather !== undefined || body.time !== undefined) {
    const what = `a graph built inside of a block by \`${primitive.name}\``;
    body.report(types.notCompiledInModel, call.callee.span, { what });
    return ERROR;
  }
  const base = body.graphs().find((graph) => equalSizes(graph.type.nodes, x.type.dims[0]));
  if (base === undefined) {
    body.report(types.noBaseGraph, call.callee.span, { callee: primitive.name });
    return ERROR;
  }
  const metric = wordOf(generics.get("metric")) ?? "euclidean";
  if (metric === "hamming" && x.type.kind !== "sign") {
    const actual = body.describe(x);
    body.report(types.hammingOfReal, args[0].span, { actual }, { related: body.definedAt(x) });
    return ERROR;
  }
  const ref = builtGraph(freshGraph(body, primitive.name), base);
  const count = generics.get("k");
  const reach = generics.get("r");
  const attributes: OpAttributes =
    primitive.name === "knn"
      ? { graph: base, count: count && givenSize(body, count, "knn", "k"), metric }
      : { graph: base, radius: reach && givenConstant(body, reach, "radius", "r") };
  const type = tensor("real", [ref.type.edges]);
  const value = body.op(
    primitive.name === "knn" ? "knn" : "radius",
    [x],
    type,
    call.span,
    attributes,
  );
  body.builtGraphs.push({ name: ref.name, value, origin: body.origin(call.span) });
  return { tag: "graph", ref, origin: body.origin(call.span) };
}

/** `sample_neighbours<5, recent: 0.5>(g)`: some of the edges of `g`, drawn anew at every forward pass. */
function sampled(body: Body, primitive: Primitive, call: Call, piped: Checked | undefined): Value {
  const site = { name: call.callee.span, whole: call.span };
  const written = checkArguments(body, call.args);
  const args = piped === undefined ? written : [piped, ...written];
  const names = primitive.generics.map((g) => g.name);
  const generics = assignGenerics(
    body,
    primitive.name,
    names,
    givenGenerics(body, [], call.generics),
  );
  if (generics === undefined || !checkCount(body, primitive, args.length, site)) return ERROR;
  const [argument] = args;
  const k = generics.get("k");
  if (k === undefined) {
    body.report(types.missingGeneric, site.name, { callee: primitive.name, name: "k" });
    return ERROR;
  }
  const count = givenSize(body, k, primitive.name, "k");
  const share = generics.get("recent");
  const recent = share === undefined ? 0 : givenConstant(body, share, primitive.name, "recent");
  if (count === undefined || recent === undefined || argument.value.tag === "error") return ERROR;
  if (typeof recent === "number" && !(recent >= 0 && recent <= 1)) {
    body.report(types.shareRange, share?.place.span ?? site.name, { recent });
    return ERROR;
  }
  if (argument.value.tag !== "graph") {
    body.report(types.tensorForGraph, argument.span, {
      callee: primitive.name,
      name: "g",
      actual: body.describe(argument.value),
      graph: body.graphs()[0]?.name,
    });
    return ERROR;
  }
  const base = argument.value.ref;
  const built = builtGraph(freshGraphName(body, "sampled"), base);
  const ref: GraphRef = base.isStacked === true ? { ...built, isStacked: true } : built;
  const attributes: OpAttributes = { graph: base, count, recent };
  const type = tensor("real", [ref.type.edges]);
  const origin = body.origin(call.span);
  const value = body.op("sampleNeighbours", [], type, call.span, attributes);
  body.builtGraphs.push({ name: ref.name, value, origin });
  return { tag: "graph", ref, origin };
}

function wordOf(given: Given | undefined): string | undefined {
  const word = given?.value.tag === "written" ? given.value.expression : undefined;
  return word?.type === "name" ? word.text : undefined;
}

/** The name of the `let` that the graph is built in, else `knn`, with a number when it is taken. */
function freshGraph(body: Body, callee: string): string {
  return freshGraphName(
    body,
    body.base === "output" || body.base.includes(".") ? callee : body.base,
  );
}

/** A name that no value and no other graph of the body has. */
export function freshGraphName(body: Body, wanted: string): string {
  const isTaken = (name: string): boolean =>
    body.scope.find(name) !== undefined || body.graphNames.has(name);
  let name = wanted;
  for (let number = 2; isTaken(name); number++) name = `${wanted}${number}`;
  body.graphNames.add(name);
  return name;
}

/** The same nodes and graphs as `base`, with edges of its own. */
function builtGraph(name: string, base: GraphRef): GraphRef {
  const type: GraphType = {
    tag: "graph",
    nodes: base.type.nodes,
    edges: symbolSize(`E'${name}`),
    graphs: base.type.graphs,
    snapshots: base.type.snapshots,
    nodeFields: new Map(),
    edgeFields: new Map(),
  };
  return { name, type, selfLoops: false };
}
