/** Typing of bare names, `g.x`, `e.attr`, `x[i]`. */
import type { Index, Member, Name } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import { printType } from "../ir/print.js";
import type { Body } from "./body.js";
import { CONSTANT_NAMES, namedConstant } from "./constant.js";
import { operand } from "./operators.js";
import { PRIMITIVE_NAMES } from "./primitives.js";
import type { Value } from "./scope.js";
import { ERROR } from "./scope.js";
import { asInteger, constantSize, equalSizes, spaceOf, symbolSize } from "./size.js";
import { SCALAR, graphName, ofSnapshot, placeWords, tensor } from "./types.js";

/** A size or constant generic used as a number. */
function numberNamed(body: Body, expression: Name): Value | undefined {
  const origin = body.origin(expression.span);
  const size = body.sizes.get(expression.text);
  if (size !== undefined) {
    const integer = asInteger(size);
    if (integer !== undefined) return body.constant(integer, expression.span);
    return { tag: "size", size, type: SCALAR, timed: false, origin };
  }
  if (!body.constants.has(expression.text)) return undefined;
  const value = body.constants.get(expression.text);
  if (value !== undefined) return body.constant(value, expression.span);
  return {
    tag: "size",
    size: symbolSize(expression.text),
    type: SCALAR,
    timed: false,
    origin,
  };
}

/** A bare name as a value. */
export function checkName(body: Body, expression: Name): Value {
  const name = expression.text;
  const entry = body.scope.find(name);
  const origin = body.origin(expression.span);
  if (entry !== undefined) {
    entry.used = true;
    if (entry.tag === "error") return ERROR;
    if (entry.tag === "graph") return { tag: "graph", ref: entry.ref, origin };
    const isWeight = entry.sort === "param" || entry.sort === "running";
    return {
      tag: isWeight ? "param" : "local",
      name,
      type: entry.type,
      timed: entry.timed,
      origin,
    };
  }
  const fixed = body.numbers.get(name);
  if (fixed !== undefined) return { ...fixed, origin };
  const number = numberNamed(body, expression);
  if (number !== undefined) return number;
  if (body.gather !== undefined && [body.gather.source, body.gather.target].includes(name)) {
    body.report(types.indexAsValue, expression.span, { name });
    return ERROR;
  }
  const constant = namedConstant(name);
  if (constant !== undefined && !(name === "e" && body.gather !== undefined)) {
    return body.constant(constant, expression.span);
  }
  if (name === "e" && body.gather !== undefined) {
    const fields = [...body.gather.graph.type.edgeFields.keys()];
    body.report(types.edgeAsValue, expression.span, { fields });
    return ERROR;
  }
  if (name === "spike_rate" && body.owner === "loss") {
    return body.op("spikeRate", [], SCALAR, expression.span);
  }
  reportUnknown(body, expression);
  return ERROR;
}

function reportUnknown(body: Body, expression: Name): void {
  const name = expression.text;
  const { environment } = body.services;
  if (environment.isReported(name, body.file)) return;
  const above = { start: 0, end: expression.span.start };
  if (environment.isUnread(name, body.file, above)) return;
  const found = environment.lookup(name, body.file);
  const isPrimitive = PRIMITIVE_NAMES.includes(name);
  if (found !== undefined || isPrimitive || body.callables.has(name)) {
    body.report(types.callableAsValue, expression.span, {
      name,
      what: isPrimitive ? "function" : found === undefined ? "generic" : found.declaration.type,
    });
    return;
  }
  const below = body.ownLets.get(name);
  if (below !== undefined || body.letCounts.has(name)) {
    const elsewhere = below === undefined ? "in a block" : "below";
    const related = below && [
      { file: body.file, span: below, message: `\`${name}\` is defined here` },
    ];
    body.report(
      types.unknownValue,
      expression.span,
      { name, suggestion: undefined, elsewhere },
      { related: related ?? [] },
    );
    return;
  }
  const values = [...body.scope.all()].map(([one]) => one);
  const suggestion = didYouMean(name, {
    right: [...values, ...body.sizes.keys(), ...body.constants.keys()],
    other: [...CONSTANT_NAMES, ...PRIMITIVE_NAMES],
  });
  body.report(
    types.unknownValue,
    expression.span,
    { name, suggestion },
    suggestion === undefined ? {} : { edits: [{ span: expression.span, text: suggestion }] },
  );
}

/** `g.x` on nodes, `e.attr` on the edges of the surrounding gather. */
export function checkMember(body: Body, expression: Member): Value {
  const { object, name } = expression;
  const isEdge =
    object.type === "name" && object.text === "e" && body.scope.find("e") === undefined;
  if (isEdge) return checkEdgeFeature(body, expression);
  const value = body.check(object);
  if (value.tag === "error") return ERROR;
  if (value.tag !== "graph") {
    body.report(types.memberOfTensor, name.span, {
      name: name.text,
      actual: body.describe(value),
    });
    return ERROR;
  }
  const { ref } = value;
  const type = ref.type.nodeFields.get(name.text);
  if (type !== undefined) {
    // A table that all snapshots share is read from the graph itself: it is the same at every step.
    const own = ref.whole?.type.nodeFields.get(name.text);
    const isShared = own !== undefined && own.dims.length === type.dims.length;
    return {
      tag: "feature",
      graph: isShared && ref.whole !== undefined ? ref.whole : ref,
      on: "nodes",
      name: name.text,
      // Outside of `over snapshots` a graph is the graph at the end, with the last of its tables.
      type: ref.isStacked === true ? type : ofSnapshot(type, ref.type),
      timed: ref.isStacked === true && !isShared,
      origin: body.origin(expression.span),
    };
  }
  const onEdges = ref.type.edgeFields.get(name.text);
  if (onEdges !== undefined) {
    if (body.gather?.graph.selfLoops === true && body.gather.graph.name === ref.name) {
      body.report(types.selfLoopFeature, expression.span, { name: name.text });
      return ERROR;
    }
    return {
      tag: "feature",
      graph: ref,
      on: "edges",
      name: name.text,
      type: onEdges,
      timed: ref.isStacked === true,
      origin: body.origin(expression.span),
    };
  }
  const known = [...ref.type.nodeFields.keys(), ...ref.type.edgeFields.keys()];
  const [edge] = name.text === "e" ? ref.type.edgeFields.keys() : [];
  reportField(body, expression, graphName(ref), known, "nodes", edge);
  return ERROR;
}

function reportField(
  body: Body,
  expression: Member,
  graph: string,
  known: readonly string[],
  on: "nodes" | "edges",
  edge?: string,
): void {
  const suggestion =
    edge === undefined ? didYouMean(expression.name.text, { right: known }) : undefined;
  body.report(
    types.unknownField,
    expression.name.span,
    { graph, name: expression.name.text, known, on, suggestion, edge },
    suggestion === undefined ? {} : { edits: [{ span: expression.name.span, text: suggestion }] },
  );
}

function checkEdgeFeature(body: Body, expression: Member): Value {
  const { name } = expression;
  const { gather } = body;
  if (gather === undefined) {
    body.report(types.edgeOutside, expression.span, { name: name.text });
    return ERROR;
  }
  const type = gather.graph.type.edgeFields.get(name.text);
  if (type === undefined) {
    const known = [...gather.graph.type.edgeFields.keys()];
    reportField(body, expression, graphName(gather.graph), known, "edges");
    return ERROR;
  }
  if (gather.graph.selfLoops) {
    body.report(types.selfLoopFeature, expression.span, { name: name.text });
    return ERROR;
  }
  return {
    tag: "feature",
    graph: gather.graph,
    on: "edges",
    name: name.text,
    type,
    timed: gather.graph.isStacked === true,
    origin: body.origin(expression.span),
  };
}

/** `x[i]`, `x[j]`: a node value at one end of every edge. */
export function checkIndex(body: Body, expression: Index): Value {
  const { gather } = body;
  const index = expression.indices[0];
  const value = body.check(expression.object);
  if (index === undefined || index.type === "invalid") return ERROR;
  if (gather === undefined) {
    body.report(types.indexOutside, index.span, { text: body.snippet(expression.span) });
    return ERROR;
  }
  const isEnd =
    index.type === "name" && (index.text === gather.source || index.text === gather.target);
  if (!isEnd || expression.indices.length !== 1) {
    body.report(types.wrongIndex, index.span, { source: gather.source, target: gather.target });
    return ERROR;
  }
  if (value.tag === "error") return ERROR;
  if (value.tag === "graph") {
    operand(body, value, expression.object.span, `\`[${index.text}]\``);
    return ERROR;
  }
  const first = value.type.dims[0];
  if (first === undefined || !equalSizes(first, gather.graph.type.nodes)) {
    const space = first === undefined ? undefined : spaceOf(first);
    body.report(
      types.indexResidency,
      expression.object.span,
      {
        actual: body.describe(value),
        place: space === undefined ? "not a value on nodes" : placeWords(space),
        isEdge: space === "E",
        graph: graphName(gather.graph),
        nodes: printType(tensor("real", [gather.graph.type.nodes, constantSize(16)])),
      },
      { related: body.definedAt(value) },
    );
    return ERROR;
  }
  const node = body.onGraph(value, gather.graph);
  return {
    tag: "edge",
    end: index.text === gather.source ? "source" : "target",
    graph: gather.graph,
    operand: node,
    type: tensor(value.type.kind, [gather.edges, ...value.type.dims.slice(1)]),
    timed: node.timed,
    origin: body.origin(expression.span),
  };
}
