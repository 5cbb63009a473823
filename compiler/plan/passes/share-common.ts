/**
 * What a statement list computes twice becomes one statement: `x @ w` under both `source` and `target`
 * of an attention layer is one product. When one of the two places is a let, its name is used.
 * Neurons, layers and dropout are never merged: they draw random numbers or count spikes.
 */
import { Names, capitalised } from "../../neurons/names.js";
import type { Program } from "../../ir/program.js";
import type { Expr, Statement } from "../../ir/ir.js";
import { isBlock, isEffectful, keyOf, mapCallables, mapParts, partsOf, visit } from "../walk.js";
import type { Block } from "../walk.js";

export function shareCommon(program: Program): Program {
  return mapCallables(program, (block, callable) => {
    const taken = callable.inputs.map((input) => input.name);
    const names = new Names(taken);
    for (const statement of block.lets) names.fresh(statement.name);
    for (const root of [...block.lets.map((s) => s.value), block.result]) {
      visit(root, (part) => {
        if (part.tag !== "time") return;
        part.lets.forEach((statement) => names.fresh(statement.name));
      });
    }
    return shareBlock(block, names);
  });
}

function shareBlock(block: Block, names: Names): Block {
  let { lets, result } = inTimeBlocks(block, names);
  for (;;) {
    const found = largestRepeated([...lets.map((s) => s.value), result]);
    if (found === undefined) return { lets, result };
    const key = keyOf(found);
    const first = lets.findIndex((statement) => contains(statement.value, key));
    const at = first < 0 ? lets.length : first;
    const reuse = first >= 0 && keyOf(lets[at].value) === key ? lets[at].name : undefined;
    const name = reuse ?? names.fresh(nameFor(found));
    const { type, origin, timed } = found;
    const local: Expr = { tag: "local", name, type, origin, timed };
    const replace = (expr: Expr): Expr => {
      if (isBlock(expr)) return expr;
      return keyOf(expr) === key ? local : mapParts(expr, replace);
    };
    const added: Statement[] = reuse === undefined ? [{ name, value: found, origin }] : [];
    lets = [
      ...lets.slice(0, at),
      ...added,
      ...lets
        .slice(at)
        .map((s, k) => (reuse !== undefined && k === 0 ? s : { ...s, value: replace(s.value) })),
    ];
    result = replace(result);
  }
}

/** The lists of time blocks are shared on their own: their names are not visible outside. */
function inTimeBlocks(block: Block, names: Names): Block {
  const inside = (expr: Expr): Expr => {
    const inner = mapParts(expr, inside);
    if (inner.tag !== "time") return inner;
    const { lets, result } = shareBlock({ lets: inner.lets, result: inner.body }, names);
    return { ...inner, lets, body: result };
  };
  return {
    lets: block.lets.map((statement) => ({ ...statement, value: inside(statement.value) })),
    result: inside(block.result),
  };
}

function largestRepeated(roots: readonly Expr[]): Expr | undefined {
  const seen = new Map<string, { expr: Expr; count: number }>();
  const see = (expr: Expr): void => {
    if (isBlock(expr)) return;
    if (isWorthSharing(expr)) {
      const entry = seen.get(keyOf(expr));
      if (entry === undefined) seen.set(keyOf(expr), { expr, count: 1 });
      else entry.count++;
    }
    partsOf(expr).forEach(see);
  };
  roots.forEach(see);
  let best: Expr | undefined;
  for (const { expr, count } of seen.values()) {
    if (count > 1 && (best === undefined || keyOf(expr).length > keyOf(best).length)) best = expr;
  }
  return best;
}

/** Numbers, names and parameters cost nothing; nor do products of numbers (all scalars). */
function isWorthSharing(expr: Expr): boolean {
  if (expr.tag !== "op" && expr.tag !== "function") return false;
  return expr.type.dims.length > 0 && !isEffectful(expr);
}

function contains(expr: Expr, key: string): boolean {
  if (isBlock(expr)) return false;
  return keyOf(expr) === key || partsOf(expr).some((part) => contains(part, key));
}

/** A name that tells what it is: `x @ w` -> `xW`, `x[j]` -> `xSource`. */
function nameFor(expr: Expr): string {
  if (expr.tag === "function") return expr.callee.declaredName;
  if (expr.tag !== "op") return "shared";
  const names = expr.args.map((arg) =>
    arg.tag === "local" || arg.tag === "param" || arg.tag === "feature" ? arg.name : undefined,
  );
  const [a, b] = names;
  if (expr.op === "matMul" && a !== undefined && b !== undefined) return a + capitalised(b);
  if (names.length === 1 && a !== undefined) return a + capitalised(expr.op);
  return expr.op === "matMul" ? "product" : expr.op;
}
