/** Typing of `+ - * / ^ @` and unary minus. */
import type { Binary, Span, Unary } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { Expr, OpName } from "../ir/ir.js";
import { printSize, printType } from "../ir/print.js";
import type { Body } from "./body.js";
import type { Broadcast } from "./broadcast.js";
import { broadcast } from "./broadcast.js";
import { foldBinary } from "./constant.js";
import { binaryKind, unaryKind } from "./kinds.js";
import type { Value } from "./scope.js";
import { ERROR } from "./scope.js";
import { equalSizes, isSpace, spaceOf } from "./size.js";
import { graphName, placeWords, tensor } from "./types.js";

const OPERATORS: Readonly<Record<string, OpName>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "^": "pow",
};

/** The tensor of an operand, or undefined after reporting a graph or a label. */
export function operand(body: Body, value: Value, span: Span, user: string): Expr | undefined {
  if (value.tag === "error") return undefined;
  if (value.tag === "graph") {
    body.report(types.graphForTensor, span, {
      user,
      name: graphName(value.ref),
      fields: fieldsOf(value),
    });
    return undefined;
  }
  if (value.type.kind === "label") {
    body.report(types.labelArithmetic, span, { user, actual: body.describe(value) });
    return undefined;
  }
  return value;
}

/** Names of the node features of a graph value, for the repair `g.x`. */
export function fieldsOf(value: Extract<Value, { tag: "graph" }>): readonly string[] {
  return [...value.ref.type.nodeFields.keys()];
}

/** `-x` */
export function checkUnary(body: Body, expression: Unary): Value {
  const value = operand(body, body.check(expression.operand), expression.operand.span, "`-`");
  if (value === undefined) return ERROR;
  if (value.tag === "constant") return body.constant(-value.value, expression.span);
  const type = tensor(unaryKind("neg", value.type.kind), value.type.dims);
  return body.op("neg", [value], type, expression.span);
}

/** `a + b` and the others; `@` is a product. */
export function checkBinary(body: Body, expression: Binary): Value {
  const user = `\`${expression.operator}\``;
  const left = operand(body, body.check(expression.left), expression.left.span, user);
  const right = operand(body, body.check(expression.right), expression.right.span, user);
  if (left === undefined || right === undefined) return ERROR;
  if (expression.operator === "@") {
    return product(body, left, right, expression.operatorSpan, expression.span);
  }
  if (left.tag === "constant" && right.tag === "constant") {
    const folded = foldBinary(expression.operator, left.value, right.value);
    if (folded !== undefined) return body.constant(folded, expression.span);
  }
  if (expression.operator === "^" && right.tag === "constant" && right.value === 2) {
    const type = tensor(unaryKind("square", left.type.kind), left.type.dims);
    return body.op("square", [left], type, expression.span);
  }
  const op = OPERATORS[expression.operator];
  return elementWise(body, op, left, right, {
    at: expression.operatorSpan,
    whole: expression.span,
    name: expression.operator,
  });
}

export interface ElementWiseSite {
  /** Where a problem is shown. */
  readonly at: Span;
  readonly whole: Span;
  /** How messages call the operator: `+`, `max`. */
  readonly name: string;
}

/** A two-argument element-wise operation with broadcasting; `pow` of sparse stays graded. */
export function elementWise(
  body: Body,
  op: OpName,
  left: Expr,
  right: Expr,
  site: ElementWiseSite,
): Value {
  const aligned = align(body, left, right, site);
  if (aligned === undefined) return ERROR;
  const kind = binaryKind(op, left.type.kind, right.type.kind);
  return body.op(op, aligned.args, tensor(kind, aligned.dims), site.whole);
}

/** Both operands with the axes and steps they need to meet; undefined after a report. */
export function align(
  body: Body,
  left: Expr,
  right: Expr,
  site: ElementWiseSite,
):
  | {
      readonly args: readonly Expr[];
      readonly dims: Extract<Broadcast, { expandLeft: number }>["dims"];
    }
  | undefined {
  const shape = broadcast(left.type.dims, right.type.dims);
  if (shape.dims === undefined) {
    reportMismatch(body, left, right, shape.problem, site);
    return undefined;
  }
  const args = [expand(body, left, shape.expandLeft), expand(body, right, shape.expandRight)];
  return { args: body.alignTime(args), dims: shape.dims };
}

function expand(body: Body, value: Expr, axes: number): Expr {
  if (axes === 0) return value;
  const one = { terms: new Map([["", 1]]) };
  const dims = [...value.type.dims, ...Array.from({ length: axes }, () => one)];
  return {
    ...body.op("expand", [value], tensor(value.type.kind, dims), value.origin.span, { axes }),
    origin: value.origin,
  };
}

function reportMismatch(
  body: Body,
  left: Expr,
  right: Expr,
  problem: "residency" | "shape",
  site: ElementWiseSite,
): void {
  const related = body.definedAt(left, right);
  const shared = {
    operator: site.name,
    left: body.describe(left),
    right: body.describe(right),
  };
  if (problem === "shape") {
    body.report(types.elementWiseShape, site.at, shared, { related });
    return;
  }
  const spaces = [left, right].map((v) => spaceOf(v.type.dims[0]));
  const words = spaces.map((s) => (s === undefined ? "a value with time in front" : placeWords(s)));
  const nodeAt = spaces.indexOf("N");
  const node = nodeAt < 0 ? undefined : [left, right][nodeAt];
  const isEdgeAndNode = spaces.includes("E") && node !== undefined;
  const isNodeAndGraph = spaces.includes("G") && node !== undefined;
  const name = node === undefined ? "" : body.snippet(node.origin.span);
  let fix: string;
  if (spaces[0] === spaces[1]) {
    words[1] += " of another graph, or without its self loops";
    fix = "bring both values to the same graph";
  } else if (isEdgeAndNode && body.gather !== undefined) {
    fix = `take the node value at one end of the edge: \`${name}[${body.gather.target}]\` or \`${name}[${body.gather.source}]\``;
  } else if (isEdgeAndNode) {
    fix = "bring the edge value to the nodes first: `gather sum over j -> i { .. }`";
  } else if (isNodeAndGraph) {
    fix = `bring the node value to the graphs first: \`pool mean ${name} over g\``;
  } else {
    fix = "bring both values to the same index space first; `rate(s)` removes the time in front";
  }
  body.report(
    types.elementWiseResidency,
    site.at,
    { ...shared, leftPlace: words[0], rightPlace: words[1], fix },
    { related },
  );
}

/** `a @ b`: contracts the last dim of `a` with the first dim of `b`. */
export function product(body: Body, left: Expr, right: Expr, at: Span, whole: Span): Value {
  const a = left.type.dims;
  const b = right.type.dims;
  const related = body.definedAt(left, right);
  const shared = { left: body.describe(left), right: body.describe(right) };
  if (a.length === 0 || b.length === 0) {
    body.report(types.productOfScalar, at, shared, { related });
    return ERROR;
  }
  const inner = a[a.length - 1];
  if (isSpace(b[0]) || isSpace(inner)) {
    body.report(types.productOverSpace, at, shared, { related });
    return ERROR;
  }
  if (!equalSizes(inner, b[0])) {
    const wanted = printType({ ...right.type, dims: [inner, ...b.slice(1)] });
    const weight = right.tag === "param" ? `${right.name}: ${wanted}` : undefined;
    body.report(
      types.productSizes,
      at,
      { ...shared, last: printSize(inner), first: printSize(b[0]), weight },
      { related },
    );
    return ERROR;
  }
  const type = tensor("real", [...a.slice(0, -1), ...b.slice(1)]);
  return body.op("matMul", body.alignTime([left, right]), type, whole);
}
