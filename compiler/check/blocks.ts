/** Typing of `gather`, `softmax over`, `pool` and `over time`. */
import type {
  Aggregator,
  Block,
  Gather,
  Identifier,
  Pool,
  SnapshotBlock,
  SoftmaxOver,
  Span,
  TimeBlock,
} from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import type { Expr, GraphRef, Statement, TimeExpr } from "../ir/ir.js";
import type { Size } from "../ir/types.js";
import type { Body } from "./body.js";
import { sizeIn } from "./generics.js";
import { reducedKind } from "./kinds.js";
import { checkLet } from "./lets.js";
import { operand } from "./operators.js";
import { residencyFix } from "./residency.js";
import type { Value } from "./scope.js";
import { ERROR, isTensor } from "./scope.js";
import { asInteger, constantSize, equalSizes, multiplySizes, spaceOf } from "./size.js";
import { edgeSpace, graphName, placeWords, residencyWords, tensor } from "./types.js";

const REDUCERS = ["sum", "mean", "max", "min", "std", "softmax-weighted"] as const;

interface BlockResult {
  readonly lets: readonly Statement[];
  readonly result: Value;
}

/** The lets of a block, then its result. */
export function checkBlock(body: Body, block: Block): BlockResult {
  const lets: Statement[] = [];
  for (const one of block.lets) {
    const statement = checkLet(body, one, true);
    // In a gather only time blocks and bodies hold the graphs that were built.
    if (body.gather === undefined) lets.push(...body.takeBuilt());
    if (statement !== undefined) lets.push(statement);
  }
  const result = body.check(block.result);
  if (body.gather === undefined) lets.push(...body.takeBuilt());
  return { lets, result };
}

function checkReducers(body: Body, reducers: readonly Aggregator[]): readonly string[] | undefined {
  let isFine = reducers.length > 0;
  for (const [at, { name, span }] of reducers.entries()) {
    if (!(REDUCERS as readonly string[]).includes(name)) {
      isFine = false;
      if (name === "") continue;
      const suggestion = didYouMean(name, { right: REDUCERS });
      body.report(types.unknownReducer, span, { name, names: REDUCERS, suggestion });
    } else if (reducers.findIndex((r) => r.name === name) < at) {
      isFine = false;
      body.report(types.reducerTwice, span, { name });
    }
  }
  return isFine ? reducers.map((r) => r.name) : undefined;
}

/** The graph a name means; undefined after a report. */
export function graphNamed(body: Body, identifier: Identifier): GraphRef | undefined {
  const name = identifier.text;
  if (name === "") return undefined;
  const entry = body.scope.find(name);
  if (entry === undefined) {
    const graphs = body.graphs().map(graphName);
    const suggestion = didYouMean(name, { right: graphs });
    body.report(types.unknownGraph, identifier.span, { name, graphs, suggestion });
    return undefined;
  }
  entry.used = true;
  if (entry.tag === "graph") return entry.ref;
  if (entry.tag === "tensor") {
    body.report(
      types.tensorForGraph,
      identifier.span,
      {
        callee: "over",
        name: "graph",
        actual: `\`${name}\` is a tensor from ${body.lineWords(entry.place)}`,
        graph: body.graphs()[0]?.name,
      },
      { related: [{ ...entry.place, message: `\`${name}\` is defined here` }] },
    );
  }
  return undefined;
}

function graphOfGather(body: Body, gather: Gather): GraphRef | undefined {
  if (gather.graph !== undefined) return graphNamed(body, gather.graph);
  const graphs = body.graphs();
  const at = body.wordSpan(gather.span, "gather");
  if (graphs.length === 1) {
    const entry = body.scope.find(graphs[0].name);
    if (entry !== undefined) entry.used = true;
    return graphs[0];
  }
  if (graphs.length === 0) body.report(types.noGraph, at, {});
  else body.report(types.whichGraph, at, { graphs: graphs.map(graphName) });
  return undefined;
}

/** `gather mean over j -> i { .. }`: one value per edge becomes one per node. */
export function checkGather(body: Body, gather: Gather): Value {
  const at = body.wordSpan(gather.span, "gather");
  if (body.gather !== undefined) {
    body.report(types.nestedGather, at, {});
    return ERROR;
  }
  const reduce = checkReducers(body, gather.reducers);
  const found = graphOfGather(body, gather);
  if (gather.source.text === gather.target.text && gather.source.text !== "") {
    body.report(types.sameEnds, gather.target.span, { name: gather.target.text });
    return ERROR;
  }
  if (found === undefined) return ERROR;
  for (const end of [gather.source, gather.target]) {
    const entry = body.scope.find(end.text);
    if (entry === undefined) continue;
    body.report(
      types.shadowing,
      end.span,
      { name: end.text, what: entry.sort },
      { related: [{ ...entry.place, message: `\`${end.text}\` is defined here` }] },
    );
    return ERROR;
  }
  const graph: GraphRef = { ...found, selfLoops: gather.selfLoops };
  const edges = edgeSpace(graph.type, graph.selfLoops);
  const inner = body.inBlock(() => {
    body.gather = { graph, edges, source: gather.source.text, target: gather.target.text };
    const block = checkBlock(body, gather.body);
    const result = gatherBody(body, block.result, gather.body.result.span);
    body.gather = undefined;
    return { lets: block.lets, result };
  });
  if (inner.result === undefined || reduce === undefined) return ERROR;
  const { kind, dims } = inner.result.type;
  if (reduce.length > 1 && dims.length < 2) {
    body.report(types.rankTooSmall, gather.body.result.span, {
      callee: `gather [${reduce.join(", ")}]`,
      rank: 2,
      actual: body.describe(inner.result),
    });
    return ERROR;
  }
  const type = tensor(reducedKind(reduce, kind), [
    graph.type.nodes,
    ...widened(dims, reduce.length),
  ]);
  return {
    tag: "gather",
    graph,
    reduce,
    lets: inner.lets,
    body: inner.result,
    type,
    timed: inner.result.timed,
    origin: body.origin(gather.span),
  };
}

/** Trailing dims after several reducers: their results stand side by side in the last dim. */
function widened(dims: readonly Size[], count: number): Size[] {
  const rest = dims.slice(1);
  if (count === 1 || rest.length === 0) return rest;
  return [...rest.slice(0, -1), multiplySizes(rest[rest.length - 1], constantSize(count))];
}

function gatherBody(body: Body, value: Value, span: Span): Expr | undefined {
  const { gather } = body;
  const tensorValue = operand(body, value, span, "the body of `gather`");
  if (tensorValue === undefined || gather === undefined) return undefined;
  const first = tensorValue.type.dims[0];
  if (first !== undefined && equalSizes(first, gather.edges)) return tensorValue;
  const isNode = first !== undefined && spaceOf(first) === "N";
  const isPlainEdge = first !== undefined && spaceOf(first) === "E";
  body.report(
    types.gatherBody,
    span,
    {
      actual: body.describe(tensorValue),
      place: residencyWords(tensorValue.type),
      isNode,
      withoutLoops: isPlainEdge && gather.graph.selfLoops,
      text: body.snippet(tensorValue.origin.span).replace(/^(.*[^\w.].*)$/, "($1)"),
      source: gather.source,
    },
    { related: body.definedAt(tensorValue) },
  );
  return undefined;
}

/** `softmax over i (scores)`: over the edges that enter the same node. */
export function checkSoftmaxOver(body: Body, expression: SoftmaxOver): Value {
  const value = body.check(expression.operand);
  const { gather } = body;
  const at = body.wordSpan(expression.span, "softmax");
  if (gather === undefined) {
    body.report(types.outsideGather, at, { what: "softmax over i (..)" });
    return ERROR;
  }
  const index = expression.index;
  if (index.text !== gather.target) {
    if (index.text !== "") {
      body.report(
        types.softmaxIndex,
        index.span,
        { target: gather.target, name: index.text },
        { edits: [{ span: index.span, text: gather.target }] },
      );
    }
    return ERROR;
  }
  const scores = operand(body, value, expression.operand.span, "`softmax over`");
  if (scores === undefined) return ERROR;
  const first = scores.type.dims[0];
  if (first === undefined || !equalSizes(first, gather.edges)) {
    body.report(types.softmaxScores, expression.operand.span, { actual: body.describe(scores) });
    return ERROR;
  }
  const type = tensor("real", scores.type.dims);
  return body.op("edgeSoftmax", [scores], type, expression.span, { graph: gather.graph });
}

/** `pool mean h over g`: node to graph. */
export function checkPool(body: Body, pool: Pool): Value {
  const reduce = checkReducers(body, pool.reducers);
  const value = body.check(pool.operand);
  const graph = graphNamed(body, pool.graph);
  const x = operand(body, value, pool.operand.span, "`pool`");
  if (x === undefined || graph === undefined || reduce === undefined) return ERROR;
  const first = x.type.dims[0];
  if (first === undefined || !equalSizes(first, graph.type.nodes)) {
    const space = first === undefined ? undefined : spaceOf(first);
    const expected = tensor("real", [graph.type.nodes]);
    body.report(
      types.poolResidency,
      pool.operand.span,
      {
        actual: body.describe(x),
        graph: graphName(graph),
        place: space === undefined ? residencyWords(x.type) : placeWords(space),
        fix:
          space === "N"
            ? undefined
            : space === "G"
              ? `use \`${body.snippet(x.origin.span)}\` as it is: it has one row per graph already`
              : residencyFix(body, x, expected),
      },
      { related: body.definedAt(x) },
    );
    return ERROR;
  }
  if (reduce.length > 1 && x.type.dims.length < 2) {
    body.report(types.rankTooSmall, pool.operand.span, {
      callee: `pool [${reduce.join(", ")}]`,
      rank: 2,
      actual: body.describe(x),
    });
    return ERROR;
  }
  const dims = [graph.type.graphs, ...widened(x.type.dims, reduce.length)];
  const type = tensor(reducedKind(reduce, x.type.kind), dims);
  return body.op("pool", [x], type, pool.span, { graph, reduce });
}

/** Reports steps inside of steps, and steps in a message: neither `over time` nor `over snapshots` stands there. */
export function mayStep(body: Body, block: TimeBlock | SnapshotBlock): boolean {
  const at = body.wordSpan(block.span, "over");
  if (body.time !== undefined) {
    body.report(types.nestedTime, at, { isCaller: body.time.implicit });
    return false;
  }
  if (body.gather !== undefined) body.report(types.timeInGather, at, {});
  return body.gather === undefined;
}

interface StepsResult {
  readonly lets: readonly Statement[];
  readonly result: Expr | undefined;
}

/**
 * The lets and the result of a block that runs once per step.
 * @param define what means something else inside of it
 */
export function checkSteps(
  body: Body,
  block: Block,
  steps: Size,
  place: string,
  define: () => void,
): StepsResult {
  return body.inBlock(() => {
    body.time = { steps, implicit: false };
    define();
    const { lets, result } = checkBlock(body, block);
    const value = operand(body, result, block.result.span, place);
    const held = value === undefined ? undefined : body.hold(value);
    body.time = undefined;
    return { lets, result: held };
  });
}

/** `over time 8 { .. }`: the block runs once per step, neurons keep their state between steps. */
export function checkTimeBlock(body: Body, block: TimeBlock): Value {
  if (!mayStep(body, block)) return ERROR;
  const over = sequence(body, block);
  if (over === "error") return ERROR;
  const steps = over?.steps ?? sizeIn(body, block.steps);
  if (steps === undefined) return ERROR;
  if (asInteger(steps) === 0) {
    body.report(types.noSteps, block.steps.span, {});
    return ERROR;
  }
  const inner = checkSteps(body, block.body, steps, "`over time`", () => {
    if (over !== undefined) {
      const { dims, kind } = over.value.type;
      body.define(over.name, {
        tag: "tensor",
        type: tensor(kind, dims.slice(1)),
        timed: true,
        sort: "input",
        place: over.place,
        used: true,
      });
    }
  });
  if (inner.result === undefined) return ERROR;
  const { kind, dims } = inner.result.type;
  const expr: TimeExpr = {
    tag: "time",
    steps,
    over: over === undefined ? undefined : { name: over.name, value: over.value },
    lets: inner.lets,
    body: inner.result,
    type: tensor(kind, [steps, ...dims]),
    timed: false,
    origin: body.origin(block.span),
  };
  return expr;
}

interface Sequence {
  readonly name: string;
  readonly value: Expr;
  readonly steps: Size;
  readonly place: { readonly file: string; readonly span: Span };
}

/** The tensor a block walks through; undefined when the steps are a number. */
function sequence(body: Body, block: TimeBlock): Sequence | undefined | "error" {
  const { steps } = block;
  if (steps.type !== "name") {
    if (steps.type !== "member" && steps.type !== "call" && steps.type !== "index")
      return undefined;
    const value = body.check(steps);
    if (isTensor(value)) {
      body.report(types.sequenceWithoutName, steps.span, { text: body.snippet(steps.span) });
    }
    return "error";
  }
  const entry = body.scope.find(steps.text);
  if (entry === undefined) return undefined;
  const value = operand(body, body.check(steps), steps.span, "`over time`");
  if (value === undefined) return "error";
  const first = value.type.dims[0];
  const space = first === undefined ? undefined : spaceOf(first);
  if (first === undefined || (space !== undefined && space !== "T")) {
    body.report(
      types.sequenceWithoutTime,
      steps.span,
      { actual: body.describe(value) },
      { related: body.definedAt(value) },
    );
    return "error";
  }
  return { name: steps.text, value, steps: first, place: entry.place };
}
