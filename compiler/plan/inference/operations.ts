/** Dims and kinds of what each operation of an inference plan computes. */
import type { OpExpr } from "../../ir/ir.js";
import type { Kind } from "../../ir/types.js";
import type { Dim, PlanGraph, PlanValue } from "./plan.js";
import { broadcast, productOf } from "./shapes.js";

/** What is known of a value without knowing where it comes from. */
export type Shape = Pick<PlanValue, "kind" | "dims" | "steps">;

/** Operations that only give the numbers of their argument other dims. */
export function viewOf(expr: OpExpr, x: Shape, steps: Dim): Shape | undefined {
  const { attributes } = expr;
  switch (expr.op) {
    case "dropout":
      return x; // the identity outside of training
    case "expand":
      return { ...x, dims: [...x.dims, ...Array<number>(attributes.axes ?? 1).fill(1)] };
    case "flatten": {
      const width = productOf(x.dims.slice(1));
      if (width === undefined) return undefined;
      return x.dims.length === 2 ? x : { ...x, dims: [x.dims[0], width] };
    }
    case "hold":
      return steps === 1 || x.dims.length === 0 ? x : undefined;
    default:
      return undefined;
  }
}

const BROADCASTING = ["add", "sub", "mul", "div", "pow", "maximum", "minimum"];
const POINTWISE = [
  ...["neg", "relu", "leakyRelu", "elu", "tanh", "sigmoid", "softplus", "gelu", "silu", "exp"],
  ...["log", "sqrt", "square", "abs", "sin", "cos", "erf", "clip", "sign"],
];
const ROW_WISE = ["softmax", "logSoftmax"];

/** Whether the operation works on every element by itself, with NumPy's broadcasting. */
export function isElementwise(op: string): boolean {
  return BROADCASTING.includes(op) || POINTWISE.includes(op);
}

/** The result of an operation; undefined when the plan has no such operation. */
export function resultOf(
  expr: OpExpr,
  args: readonly Shape[],
  graph: PlanGraph | undefined,
  steps: Dim,
  rows?: Dim,
): Shape | undefined {
  const dims = dimsOf(expr, args, graph, rows);
  if (dims === undefined) return undefined;
  const own = args.find((arg) => arg.steps !== 1)?.steps ?? 1;
  const isTotal = ["sum", "mean", "columnMean", "columnVariance"].includes(expr.op);
  // Without a dim in front there is no place for the steps.
  if (isTotal && own !== 1 && dims.length === 0 && expr.timed) return undefined;
  const timed = expr.op === "rate" || isTotal ? 1 : expr.op === "hold" ? steps : own;
  return { dims, steps: timed, kind: kindOf(expr, args) };
}

function dimsOf(
  { op, attributes }: OpExpr,
  args: readonly Shape[],
  graph: PlanGraph | undefined,
  rows: Dim | undefined,
): readonly Dim[] | undefined {
  const [x, y] = args;
  if (BROADCASTING.includes(op)) return broadcast(x.dims, y.dims);
  if (POINTWISE.includes(op) || ROW_WISE.includes(op) || op === "edgeSoftmax") return x.dims;
  switch (op) {
    case "matMul":
      return [...x.dims.slice(0, -1), ...y.dims.slice(1)];
    case "dot":
      return broadcast(x.dims, y.dims)?.slice(0, -1);
    case "concat": {
      const width = args.map((arg) => arg.dims[arg.dims.length - 1]);
      if (!width.every((dim) => typeof dim === "number")) return undefined;
      return [...x.dims.slice(0, -1), width.reduce((a, b) => a + b, 0)];
    }
    case "rows":
      return rows === undefined ? undefined : [rows, ...x.dims.slice(1)];
    case "hold":
    case "rate":
    case "propagate":
    case "reached":
      return x.dims;
    case "rowSum":
    case "rowMean":
    case "rowVariance":
      return [...x.dims.slice(0, -1), 1];
    case "columnMean":
    case "columnVariance":
      return x.dims.slice(-1);
    case "sum":
    case "mean":
      return [];
    case "source":
    case "target":
      return graph === undefined ? undefined : [graph.edges, ...x.dims.slice(1)];
    case "attentionScores":
      return graph === undefined ? undefined : [graph.edges, ...x.dims.slice(1, -1)];
    case "symmetricNorm":
      return graph === undefined ? undefined : [graph.edges];
    case "degree":
      return graph === undefined ? undefined : [graph.nodes];
    case "aggregate":
    case "pool": {
      if (graph === undefined) return undefined;
      const space = op === "pool" ? graph.graphs : graph.nodes;
      const reducers = attributes.reduce?.length ?? 1;
      if (reducers === 1) return [space, ...x.dims.slice(1)];
      if (x.dims.length === 1) return [space, reducers];
      const last = x.dims[x.dims.length - 1];
      if (typeof last !== "number") return undefined;
      return [space, ...x.dims.slice(1, -1), reducers * last];
    }
    default:
      return undefined;
  }
}

/** Which operations keep an exact 0 where their argument has one. */
function kindOf({ op, attributes }: OpExpr, args: readonly Shape[]): Kind {
  const kinds = args.map((arg) => arg.kind);
  const [kind] = kinds;
  const isSparse = (one: Kind): boolean => one === "spike" || one === "trit" || one === "graded";
  const graded: Kind = kinds.length > 0 && kinds.every(isSparse) ? "graded" : "real";
  switch (op) {
    case "source":
    case "target":
    case "hold":
    case "reached":
      return kind;
    case "concat":
      return kinds.every((one) => one === kind) ? kind : graded;
    case "aggregate":
    case "pool": {
      const isExtreme = attributes.reduce?.every((one) => one === "max" || one === "min") === true;
      return isExtreme ? (kind === "sign" ? "trit" : kind) : graded;
    }
    case "relu":
      return "graded";
    case "mul":
      return kinds.some(isSparse) ? "graded" : "real";
    case "propagate":
      return isSparse(kind) ? "graded" : "real";
    case "add":
    case "sub":
    case "neg":
    case "abs":
    case "square":
    case "rate":
    case "maximum":
    case "minimum":
      return graded;
    case "sign":
      return "sign";
    default:
      return "real";
  }
}
