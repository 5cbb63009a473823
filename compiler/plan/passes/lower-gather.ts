/**
 * gather sum over j -> i { let m = f(x[j]); m * y[i] }
 *   becomes   m = f(source(x));  aggregate<sum>(mul(m, target(y)))
 *
 * The lets of a gather become statements in front of the one that holds it; they keep their names
 * unless the list has such a name already.
 */
import { Names } from "../../neurons/names.js";
import type { Program } from "../../ir/program.js";
import type { Expr, GatherExpr, Statement } from "../../ir/ir.js";
import type { Size } from "../../ir/types.js";
import { mapCallables, mapParts, rootsOf, visit } from "../walk.js";
import type { Block, Callable } from "../walk.js";

export function lowerGather(program: Program): Program {
  return mapCallables(program, (block, callable) => {
    const names = new Names(namesIn(callable));
    return lowerBlock(block, names, undefined);
  });
}

/** Lowers every gather of a list; `steps` is the length of the time block the list is in. */
function lowerBlock(block: Block, names: Names, steps: Size | undefined): Block {
  const lets: Statement[] = [];
  for (const statement of block.lets) {
    const value = lower(statement.value, lets, names, steps);
    lets.push({ ...statement, value });
  }
  const result = lower(block.result, lets, names, steps);
  return { lets, result };
}

function lower(expr: Expr, before: Statement[], names: Names, steps: Size | undefined): Expr {
  if (expr.tag === "time") {
    const over =
      expr.over === undefined
        ? undefined
        : { ...expr.over, value: lower(expr.over.value, before, names, steps) };
    const { lets, result } = lowerBlock({ lets: expr.lets, result: expr.body }, names, expr.steps);
    return { ...expr, over, lets, body: result };
  }
  if (expr.tag === "gather") return lowerOne(expr, before, names, steps);
  if (expr.tag === "edge") {
    const operand = lower(expr.operand, before, names, steps);
    const { type, origin, timed, graph, end } = expr;
    return { tag: "op", op: end, args: [operand], attributes: { graph }, type, origin, timed };
  }
  return mapParts(expr, (part) => lower(part, before, names, steps));
}

function lowerOne(
  gather: GatherExpr,
  before: Statement[],
  names: Names,
  steps: Size | undefined,
): Expr {
  const renamed = new Map<string, string>();
  const inner: Statement[] = gather.lets.map((statement) => {
    const value = renameLocals(statement.value, renamed);
    const name = names.fresh(statement.name);
    renamed.set(statement.name, name);
    return { ...statement, name, value };
  });
  for (const statement of inner) {
    before.push({ ...statement, value: lower(statement.value, before, names, steps) });
  }
  const body = lower(renameLocals(gather.body, renamed), before, names, steps);
  const { graph, reduce, type, origin, timed } = gather;
  // With all snapshots side by side the steps are rows of the graph itself.
  const ownSteps = timed && graph.isStacked !== true ? steps : undefined;
  return {
    tag: "op",
    op: "aggregate",
    args: [body],
    attributes: ownSteps === undefined ? { graph, reduce } : { graph, reduce, steps: ownSteps },
    type,
    origin,
    timed,
  };
}

/** Inner blocks have been renamed apart already, or shadow nothing: the checker refuses shadowing. */
function renameLocals(expr: Expr, renamed: ReadonlyMap<string, string>): Expr {
  if (expr.tag === "local") {
    const name = renamed.get(expr.name);
    return name === undefined ? expr : { ...expr, name };
  }
  return mapParts(expr, (part) => renameLocals(part, renamed));
}

/** Every name a statement of the callable can read, but not the lets inside gathers. */
function namesIn(callable: Callable): readonly string[] {
  const found = new Set<string>(callable.inputs.map((input) => input.name));
  callable.body.forEach((statement) => found.add(statement.name));
  for (const root of rootsOf(callable)) {
    visit(root, (part) => {
      if (part.tag !== "time") return;
      part.lets.forEach((statement) => found.add(statement.name));
      if (part.over !== undefined) found.add(part.over.name);
    });
  }
  return [...found];
}
