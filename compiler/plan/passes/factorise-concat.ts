/**
 * concat(x[i], x[j] - x[i]) @ w   becomes   (x @ (w1 - w2))[i] + (x @ w2)[j]
 *
 * with w1 and w2 the rows of w that meet each part. A product with values side by side is the sum of products
 * with the parts, and one with a difference is a difference of products; parts that were only copied from
 * nodes to edges are multiplied on the nodes, of which there are fewer. Parts that live on edges keep their
 * product there, with their own rows of w.
 */
import { addSizes, constantSize, equalSizes } from "../../check/size.js";
import type { Program } from "../../ir/program.js";
import type { Expr, OpExpr } from "../../ir/ir.js";
import type { Size, TensorType } from "../../ir/types.js";
import { isEffectful, keyOf, mapBlocks, mapCallables, mapExpr } from "../walk.js";

export function factoriseConcat(program: Program): Program {
  return mapCallables(program, (block) =>
    mapBlocks(block, ({ lets, result }) => {
      const named = new Map(lets.map(({ name, value }) => [name, value]));
      const change = (expr: Expr): Expr => mapExpr(expr, (part) => factorised(part, named));
      return {
        lets: lets.map((statement) => ({ ...statement, value: change(statement.value) })),
        result: change(result),
      };
    }),
  );
}

/** A value that is multiplied by a sum of row blocks of the weight. */
interface Term {
  readonly value: Expr;
  weight: Expr;
}

/** @param named what the names of the list stand for: the values side by side may have one */
function factorised(expr: Expr, named: ReadonlyMap<string, Expr>): Expr {
  if (expr.tag !== "op" || expr.op !== "matMul") return expr;
  const [operand, weight] = expr.args;
  const value = operand.tag === "local" ? named.get(operand.name) : undefined;
  const joined = value === undefined || isEffectful(value) ? operand : value;
  if (joined.tag !== "op" || joined.op !== "concat" || weight.tag !== "param") return expr;
  // Signs are multiplied with signs bit by bit as they are; a difference of two signs is none.
  const kinds = joined.args.map((one) => one.type.kind);
  if (kinds.includes("sign") || weight.type.dims.length !== 2) return expr;
  const terms = new Map<string, Term>();
  let start = constantSize(0);
  let moved = 0;
  for (const part of joined.args) {
    const count = part.type.dims[part.type.dims.length - 1];
    const rows = rowsOf(weight, start, count);
    const summands = summandsOf(part) ?? [{ value: part, sign: 1 as const }];
    for (const { value, sign } of summands) {
      if (isMove(value)) moved++;
      add(terms, value, rows, sign);
    }
    start = addSizes(start, count);
  }
  if (moved === 0) return expr;
  const products = [...terms.values()].map(({ value, weight: rows }) => product(value, rows, expr));
  return products.reduce((sum, one) => elementwise("add", sum, one, expr.type, expr.timed));
}

interface Summand {
  readonly value: Expr;
  readonly sign: 1 | -1;
}

/** The copied rows that a part is a sum or difference of; undefined when it is anything else. */
function summandsOf(part: Expr): readonly Summand[] | undefined {
  if (isMove(part)) return [{ value: part, sign: 1 }];
  if (part.tag !== "op" || (part.op !== "add" && part.op !== "sub")) return undefined;
  const [left, right] = part.args.map(summandsOf);
  if (left === undefined || right === undefined) return undefined;
  if (!part.args.every((arg) => equalSizes(lastDim(arg), lastDim(part)))) return undefined;
  const turned = part.op === "add" ? right : right.map(opposite);
  return [...left, ...turned];
}

function opposite({ value, sign }: Summand): Summand {
  return { value, sign: sign === 1 ? -1 : 1 };
}

function lastDim(expr: Expr): Size {
  return expr.type.dims[expr.type.dims.length - 1];
}

/** Whether rows of nodes are only copied to edges. */
export function isMove(expr: Expr): boolean {
  return expr.tag === "op" && (expr.op === "source" || expr.op === "target");
}

/** The same value meets one sum of row blocks. */
function add(terms: Map<string, Term>, value: Expr, rows: Expr, sign: 1 | -1): void {
  const key = keyOf(value);
  const known = terms.get(key);
  const { timed } = rows;
  const type: TensorType = { ...rows.type, kind: "real" };
  if (known !== undefined) {
    known.weight = elementwise(sign === 1 ? "add" : "sub", known.weight, rows, type, timed);
    return;
  }
  const negative: OpExpr = {
    ...base(rows),
    type,
    tag: "op",
    op: "neg",
    args: [rows],
    attributes: {},
  };
  terms.set(key, { value, weight: sign === 1 ? rows : negative });
}

/** The product of a value with rows of a weight, in the place of one that is there. */
export function product(
  value: Expr,
  weight: Expr,
  { type, timed, origin, attributes }: OpExpr,
): OpExpr {
  return { tag: "op", op: "matMul", args: [value, weight], attributes, type, timed, origin };
}

/** The sum or difference of two values of one type. */
export function elementwise(
  op: "add" | "sub",
  left: Expr,
  right: Expr,
  type: TensorType,
  timed: boolean,
): OpExpr {
  return { tag: "op", op, args: [left, right], attributes: {}, type, timed, origin: left.origin };
}

/** Rows start .. start + count - 1 of a weight. */
export function rowsOf(weight: Expr, start: Size, count: Size): OpExpr {
  const { kind, dims } = weight.type;
  const type: TensorType = { tag: "tensor", kind, dims: [count, ...dims.slice(1)] };
  return {
    ...base(weight),
    tag: "op",
    op: "rows",
    args: [weight],
    attributes: { start, count },
    type,
  };
}

function base({ type, timed, origin }: Expr): Pick<Expr, "type" | "timed" | "origin"> {
  return { type, timed, origin };
}
