/** Walks syntax trees of expressions without recursion, so a deep tree cannot exhaust the stack. */
import type { Block, Expression } from "../../grammar/tree.js";

function ofBlock(block: Block): Expression[] {
  return [...block.lets.map((l) => l.value), block.result];
}

/** The direct sub-expressions, in source order. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case "call":
      return [
        ...expression.generics.map((g) => g.value),
        ...(expression.args ?? []).map((a) => a.value),
      ];
    case "member":
      return [expression.object];
    case "index":
      return [expression.object, ...expression.indices];
    case "unary":
      return [expression.operand];
    case "binary":
    case "comparison":
      return [expression.left, expression.right];
    case "pipe":
      return [expression.head, ...expression.stages.map((s) => s.call)];
    case "softmaxOver":
      return [expression.operand];
    case "gather":
      return ofBlock(expression.body);
    case "pool":
      return [expression.operand];
    case "timeBlock":
      return [expression.steps, ...ofBlock(expression.body)];
    case "snapshotBlock":
      return ofBlock(expression.body);
    case "list":
      return expression.items;
    default:
      return [];
  }
}

/** Calls `visit` for the expression and everything in it, outer before inner. */
export function walk(expression: Expression, visit: (inner: Expression) => void): void {
  const open: Expression[] = [expression];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    visit(next);
    open.push(...[...childrenOf(next)].reverse());
  }
}
