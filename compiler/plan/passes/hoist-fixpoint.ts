/**
 * What an equation of a fixpoint does not read from its states is computed once, in front of the solve:
 *
 *   fixpoint a = rate(propagate(a) @ w + x @ u + bias)
 *     becomes   drive = x @ u + bias;   fixpoint a = rate(propagate(a) @ w + drive)
 *
 * Sums are regrouped for this, which changes rounding and nothing else.
 */
import type { Program } from "../../ir/program.js";
import type { Expr, FixpointExpr, OpExpr, Statement } from "../../ir/ir.js";
import { Names } from "../../neurons/names.js";
import { isNumeric } from "../numeric.js";
import { mapCallables, mapParts, some } from "../walk.js";

export function hoistFixpoint(program: Program): Program {
  return mapCallables(program, (block, callable) => {
    if (block.result.tag !== "fixpoint") return block;
    const names = new Names([
      ...callable.inputs.map((input) => input.name),
      ...(callable.tag === "function" ? [] : callable.params.map((param) => param.name)),
      ...block.result.equations.map((equation) => equation.name),
    ]);
    block.lets.forEach((statement) => names.fresh(statement.name));
    const { result, lets } = hoisted(block.result, names);
    return { lets: [...block.lets, ...lets], result };
  });
}

function hoisted(
  fixpoint: FixpointExpr,
  names: Names,
): { readonly lets: readonly Statement[]; readonly result: FixpointExpr } {
  const states = new Set([...fixpoint.equations.map((one) => one.name), "previous"]);
  const lets: Statement[] = [];
  const depends = (expr: Expr): boolean =>
    some(expr, (part) => part.tag === "local" && states.has(part.name));
  const named = (expr: Expr): Expr => {
    const name = names.fresh("drive");
    const { origin, type, timed } = expr;
    lets.push({ name, value: expr, origin });
    return { tag: "local", name, origin, type, timed };
  };
  const change = (expr: Expr): Expr => {
    if (!depends(expr)) return isWork(expr) ? named(expr) : expr;
    const terms = isSum(expr) ? termsOf(expr) : [];
    const free = terms.filter((term) => !depends(term));
    if (free.length < 2 || !isSum(expr)) return mapParts(expr, change);
    const bound = terms.filter(depends).map(change);
    return [...bound, named(sumOf(free, expr))].reduce((a, b) => add(a, b, expr));
  };
  const equations = fixpoint.equations.map((one) => ({ ...one, value: change(one.value) }));
  return { lets, result: { ...fixpoint, equations } };
}

/** Names, weights and numbers cost nothing. */
function isWork(expr: Expr): boolean {
  return (
    (expr.tag === "op" || expr.tag === "call" || expr.tag === "function") &&
    !isNumeric(expr) &&
    expr.type.dims.length > 0 &&
    !(expr.tag === "op" && expr.op === "symmetricNorm")
  );
}

function isSum(expr: Expr): expr is OpExpr {
  return expr.tag === "op" && expr.op === "add";
}

/** add(add(a, b), c) -> a, b, c */
function termsOf(expr: Expr): readonly Expr[] {
  return isSum(expr) ? expr.args.flatMap(termsOf) : [expr];
}

function sumOf(terms: readonly Expr[], like: OpExpr): Expr {
  return terms.reduce((a, b) => add(a, b, like));
}

/** The sum has the shape of the larger term: a bias [H] joins rows [N, H]. */
function add(a: Expr, b: Expr, like: OpExpr): Expr {
  const wide = b.type.dims.length > a.type.dims.length ? b : a;
  const timed = a.timed || b.timed;
  return { ...like, args: [a, b], type: { ...wide.type, kind: "real" }, timed };
}
