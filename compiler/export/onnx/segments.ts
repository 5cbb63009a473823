/** Reductions of rows into groups: messages into nodes, nodes into graphs. */
import type { OnnxGraph } from "./graph.js";

export interface Segments {
  /** Rows, the group of each `[rows]`, and how many groups there are `[1]`. */
  readonly x: string;
  readonly index: string;
  readonly groups: string;
  /** Number of dimensions of x. */
  readonly rank: number;
}

const LARGEST = 3.4028234663852886e38;
/** As the runtime's `std`, and PyTorch Geometric's. */
const VARIANCE_FLOOR = 1e-5;

/** Number of rows of each group. */
export function degree(graph: OnnxGraph, index: string, groups: string): string {
  const ones = graph.node("Expand", [graph.number(1), graph.node("Shape", [index])]);
  return scatter(graph, { x: ones, index, groups, rank: 1 }, "add", 0);
}

/** Each group's reduction, 0 for an empty one; undefined for a reducer that is not covered. */
export function reduceSegments(
  graph: OnnxGraph,
  segments: Segments,
  reducer: string,
): string | undefined {
  switch (reducer) {
    case "sum":
      return scatter(graph, segments, "add", 0);
    case "mean":
      return mean(graph, segments);
    case "max":
    case "min": {
      const start = reducer === "max" ? -LARGEST : LARGEST;
      const best = scatter(graph, segments, reducer, start);
      const isEmpty = graph.node("Equal", [counts(graph, segments), graph.number(0)]);
      return graph.node("Where", [isEmpty, graph.number(0), best]);
    }
    case "std": {
      const { x } = segments;
      const centre = mean(graph, segments);
      const squares = mean(graph, { ...segments, x: graph.node("Mul", [x, x]) });
      const variance = graph.node("Sub", [squares, graph.node("Mul", [centre, centre])]);
      const isAbove = graph.node("Greater", [variance, graph.number(VARIANCE_FLOOR)]);
      const root = graph.node("Sqrt", [
        graph.node("Max", [variance, graph.number(VARIANCE_FLOOR)]),
      ]);
      return graph.node("Where", [isAbove, root, graph.number(0)]);
    }
    case "softmax-weighted": {
      const weights = softmax(graph, segments);
      return scatter(graph, { ...segments, x: graph.node("Mul", [weights, segments.x]) }, "add", 0);
    }
    default:
      return undefined;
  }
}

/** Softmax over the rows of each group. */
export function softmax(graph: OnnxGraph, segments: Segments): string {
  const { x, index } = segments;
  const at = (values: string): string => graph.node("Gather", [values, index], { axis: 0 });
  const best = scatter(graph, segments, "max", -LARGEST);
  const powers = graph.node("Exp", [graph.node("Sub", [x, at(best)])]);
  const sums = scatter(graph, { ...segments, x: powers }, "add", 0);
  return graph.node("Div", [powers, at(sums)]);
}

function mean(graph: OnnxGraph, segments: Segments): string {
  const sum = scatter(graph, segments, "add", 0);
  const count = graph.node("Max", [counts(graph, segments), graph.number(1)]);
  return graph.node("Div", [sum, count]);
}

/** Rows of each group, with the dimensions of the rows behind. */
function counts(graph: OnnxGraph, { index, groups, rank }: Segments): string {
  return graph.expand(degree(graph, index, groups), rank - 1, 1);
}

/** Rows of `x` combined by group, from a start value. */
function scatter(
  graph: OnnxGraph,
  { x, index, groups, rank }: Segments,
  reduction: "add" | "max" | "min",
  start: number,
): string {
  const shape =
    rank === 1
      ? groups
      : graph.node("Concat", [groups, graph.node("Shape", [x], { start: 1 })], { axis: 0 });
  const empty = graph.node("Expand", [graph.number(start), shape]);
  const column = graph.node("Unsqueeze", [index, graph.constant("int64", [1])]);
  return graph.node("ScatterND", [empty, column, x], { reduction });
}
