/** Walking and rebuilding typed expressions; shared by all passes. */
import type { Program } from "../ir/program.js";
import type {
  Expr,
  FunctionIr,
  GraphRef,
  LayerIr,
  MemberIr,
  ModelIr,
  OpAttributes,
  ParamIr,
  Statement,
} from "../ir/ir.js";
import { printSize } from "../ir/print.js";

export type Callable = LayerIr | FunctionIr | ModelIr;

export function isGraphRef(value: Expr | GraphRef): value is GraphRef {
  return !("tag" in value);
}

/** The direct parts of an expression, in order of evaluation. Blocks contribute their lets too. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.tag) {
    case "constant":
    case "size":
    case "local":
    case "param":
    case "feature":
      return [];
    case "op":
      return expr.attributes.rate === undefined ? expr.args : [...expr.args, expr.attributes.rate];
    case "call":
      return expr.args.filter((arg): arg is Expr => !isGraphRef(arg));
    case "function":
      return [
        ...expr.args.filter((arg): arg is Expr => !isGraphRef(arg)),
        ...[...expr.constants.values()].filter((value): value is Expr => typeof value !== "number"),
      ];
    case "gather":
      return [...expr.lets.map((statement) => statement.value), expr.body];
    case "edge":
      return [expr.operand];
    case "time":
      return [
        ...(expr.over === undefined ? [] : [expr.over.value]),
        ...expr.lets.map((statement) => statement.value),
        expr.body,
      ];
    case "fixpoint":
      return expr.equations.map((equation) => equation.value);
  }
}

/** The member a call names by its path. */
export function memberOf(callable: Callable, path: string): MemberIr | undefined {
  if (callable.tag === "function") return undefined;
  return callable.members.find((member) => member.path === path);
}

/** The expression with its direct parts replaced; the same object when nothing changed. */
export function mapParts(expr: Expr, change: (part: Expr) => Expr): Expr {
  const statements = (lets: readonly Statement[]): readonly Statement[] =>
    lets.map((statement) => ({ ...statement, value: change(statement.value) }));
  switch (expr.tag) {
    case "constant":
    case "size":
    case "local":
    case "param":
    case "feature":
      return expr;
    case "op": {
      const args = expr.args.map(change);
      const rate = expr.attributes.rate === undefined ? undefined : change(expr.attributes.rate);
      if (rate === expr.attributes.rate && args.every((arg, k) => arg === expr.args[k]))
        return expr;
      const attributes = rate === undefined ? expr.attributes : { ...expr.attributes, rate };
      return { ...expr, args, attributes };
    }
    case "call":
      return { ...expr, args: expr.args.map((arg) => (isGraphRef(arg) ? arg : change(arg))) };
    case "function":
      return {
        ...expr,
        args: expr.args.map((arg) => (isGraphRef(arg) ? arg : change(arg))),
        constants: new Map(
          [...expr.constants].map(([name, value]) => [
            name,
            typeof value === "number" ? value : change(value),
          ]),
        ),
      };
    case "gather":
      return { ...expr, lets: statements(expr.lets), body: change(expr.body) };
    case "edge":
      return { ...expr, operand: change(expr.operand) };
    case "time":
      return {
        ...expr,
        over:
          expr.over === undefined ? undefined : { ...expr.over, value: change(expr.over.value) },
        lets: statements(expr.lets),
        body: change(expr.body),
      };
    case "fixpoint":
      return {
        ...expr,
        equations: expr.equations.map((one) => ({ ...one, value: change(one.value) })),
      };
  }
}

/** Rebuilds bottom-up: parts first, then the expression itself. */
export function mapExpr(expr: Expr, change: (part: Expr) => Expr): Expr {
  return change(mapParts(expr, (part) => mapExpr(part, change)));
}

/** True when the predicate holds for the expression or anything inside it. */
export function some(expr: Expr, test: (part: Expr) => boolean): boolean {
  return test(expr) || partsOf(expr).some((part) => some(part, test));
}

/** Visits the expression and everything inside it, outside first. */
export function visit(expr: Expr, see: (part: Expr) => void): void {
  see(expr);
  partsOf(expr).forEach((part) => visit(part, see));
}

/** All top expressions of a callable: what its statistics follow, its lets, its result. */
export function rootsOf(callable: Callable): readonly Expr[] {
  const followed = callable.tag === "function" ? [] : callable.params.flatMap(followsOf);
  return [...followed, ...callable.body.map((statement) => statement.value), callable.result];
}

function followsOf(param: ParamIr): readonly Expr[] {
  return param.running === undefined ? [] : [param.running.follows];
}

/** A statement list with what it computes. */
export interface Block {
  readonly lets: readonly Statement[];
  readonly result: Expr;
}

/** Rewrites the body of every function, layer and model; the callees of function calls follow. */
export function mapCallables(
  program: Program,
  change: (block: Block, callable: Callable) => Block,
): Program {
  const functions = new Map<string, FunctionIr>();
  const rewrite = <C extends Callable>(callable: C): C => {
    const { lets, result } = change({ lets: callable.body, result: callable.result }, callable);
    const changed = { ...callable, body: lets, result };
    return relink(changed, functions);
  };
  const add = (fn: FunctionIr): FunctionIr => {
    const changed = rewrite(fn);
    functions.set(fn.name, changed);
    return changed;
  };
  const changed = program.functions.map(add);
  const layers = new Map<string, LayerIr>();
  for (const layer of program.layers) layers.set(layer.name, withTargets(rewrite(layer), layers));
  return {
    ...program,
    functions: changed,
    layers: [...layers.values()],
    models: program.models.map((model) => withTargets(rewrite(model), layers)),
    trains: program.trains.map((train) => ({ ...train, loss: rewrite(train.loss) })),
  };
}

/** Members point at the given (rewritten) layers, so that nobody sees an old body. */
export function withTargets<C extends LayerIr | ModelIr>(
  owner: C,
  layers: ReadonlyMap<string, LayerIr>,
): C {
  const members = owner.members.map((member) => ({
    ...member,
    target:
      member.target.tag === "layer"
        ? (layers.get(member.target.name) ?? member.target)
        : member.target,
  }));
  return { ...owner, members };
}

/** Function calls point at the rewritten functions, so that no pass sees an old body. */
function relink<C extends Callable>(callable: C, functions: ReadonlyMap<string, FunctionIr>): C {
  const change = (expr: Expr): Expr =>
    expr.tag === "function"
      ? { ...expr, callee: functions.get(expr.callee.name) ?? expr.callee }
      : expr;
  return {
    ...callable,
    body: callable.body.map((statement) => ({
      ...statement,
      value: mapExpr(statement.value, change),
    })),
    result: mapExpr(callable.result, change),
  };
}

/** Replaces a list by another list, and those of the time blocks inside it as well. */
export function mapBlocks(block: Block, change: (block: Block) => Block): Block {
  const inside = (expr: Expr): Expr =>
    mapExpr(expr, (part) => {
      if (part.tag !== "time") return part;
      const { lets, result } = change({ lets: part.lets, result: part.body });
      return { ...part, lets, body: result };
    });
  return change({
    lets: block.lets.map((statement) => ({ ...statement, value: inside(statement.value) })),
    result: inside(block.result),
  });
}

/** A text that is equal exactly for expressions that compute the same from the same names. */
export function keyOf(expr: Expr): string {
  switch (expr.tag) {
    case "constant":
      return String(expr.value);
    case "size":
      return `<${printSize(expr.size)}>`;
    case "local":
      return expr.name;
    case "param":
      return `param ${expr.member ?? ""}.${expr.name}`;
    case "feature":
      return `${graphKey(expr.graph)}.${expr.on}.${expr.name}`;
    case "op":
      return `${expr.op}<${attributesKey(expr.attributes)}>(${expr.args.map(keyOf).join(",")})`;
    case "call":
    case "function": {
      const args = expr.args.map((arg) => (isGraphRef(arg) ? graphKey(arg) : keyOf(arg)));
      const callee =
        expr.tag === "call"
          ? `@${expr.member}<${expr.steps === undefined ? "" : printSize(expr.steps)}>`
          : `${expr.callee.name}<${[
              ...[...expr.sizes].map(([name, size]) => `${name}=${printSize(size)}`),
              ...[...expr.constants].map(
                ([name, value]) => `${name}=${typeof value === "number" ? value : keyOf(value)}`,
              ),
            ].join(",")}>`;
      return `${callee}(${args.join(",")})`;
    }
    case "edge":
      return `edge ${expr.end} ${graphKey(expr.graph)}(${keyOf(expr.operand)})`;
    case "gather":
      return `gather ${expr.reduce.join("+")} ${graphKey(expr.graph)}${blockKey(expr.lets, expr.body)}`;
    case "time":
      return `time ${printSize(expr.steps)} ${expr.over === undefined ? "" : `${expr.over.name}=${keyOf(expr.over.value)}`}${blockKey(expr.lets, expr.body)}`;
    case "fixpoint": {
      const { solve, gradient, carry, equations } = expr;
      const settings = [solve, gradient].map(
        ({ name, args, words }) => `${name}(${[...args, ...words].join(";")})`,
      );
      const lines = equations.map(
        ({ name, value, neuron }) =>
          `${name}=${neuron === undefined ? "" : `${keyOf(neuron.threshold)},${keyOf(neuron.leak)} `}${keyOf(value)}`,
      );
      return `fixpoint ${settings.join(" ")} ${carry}{${lines.join(";")}}`;
    }
  }
}

function blockKey(lets: readonly Statement[], body: Expr): string {
  return `{${lets.map((s) => `${s.name}=${keyOf(s.value)};`).join("")}${keyOf(body)}}`;
}

function graphKey(graph: GraphRef): string {
  return graph.selfLoops ? `${graph.name}+loops` : graph.name;
}

function attributesKey(attributes: OpAttributes): string {
  const { graph, reduce, steps, rate, slope, low, high, classes, axes } = attributes;
  const { start, count, metric, radius, recent } = attributes;
  return [
    graph === undefined ? "" : graphKey(graph),
    reduce?.join("+") ?? "",
    steps === undefined ? "" : printSize(steps),
    rate === undefined ? "" : keyOf(rate),
    slope ?? "",
    low ?? "",
    high ?? "",
    classes === undefined ? "" : printSize(classes),
    axes ?? "",
    start === undefined ? "" : printSize(start),
    count === undefined ? "" : printSize(count),
    metric ?? "",
    radius === undefined ? "" : typeof radius === "number" ? radius : keyOf(radius),
    recent === undefined ? "" : typeof recent === "number" ? recent : keyOf(recent),
  ].join(";");
}

/** True when two references mean the same graph with the same edges. */
export function sameGraph(a: GraphRef | undefined, b: GraphRef | undefined): boolean {
  return a !== undefined && b !== undefined && graphKey(a) === graphKey(b);
}

/** The graphs that an expression itself names, without those of its parts. */
export function graphsOf(expr: Expr): readonly GraphRef[] {
  switch (expr.tag) {
    case "op":
      return expr.attributes.graph === undefined ? [] : [expr.attributes.graph];
    case "feature":
    case "gather":
    case "edge":
      return [expr.graph];
    case "call":
    case "function":
      return expr.args.filter(isGraphRef);
    default:
      return [];
  }
}

/** True when it is a list of its own, whose names are not visible outside. */
export function isBlock(expr: Expr): boolean {
  return expr.tag === "time" || expr.tag === "fixpoint";
}

const DRAWS: ReadonlySet<string> = new Set(["dropout", "spikeRate", "sampleNeighbours"]);

/** True when calling it twice is not the same as calling it once: neurons, dropout, statistics. */
export function isEffectful(expr: Expr): boolean {
  return some(expr, (part) => {
    if (part.tag === "call") return true;
    if (part.tag === "op") return DRAWS.has(part.op);
    return part.tag === "function" && rootsOf(part.callee).some(isEffectful);
  });
}

/** True when every reader of a block's result takes its rate: then it stays time-major rows. */
export function isOnlyRated(callable: Callable, name: string): boolean {
  let read = 0;
  let rated = 0;
  for (const root of rootsOf(callable)) {
    visit(root, (part) => {
      if (part.tag === "local" && part.name === name) read++;
      if (part.tag !== "op" || part.op !== "rate") return;
      const [operand] = part.args;
      if (operand.tag === "local" && operand.name === name) rated++;
    });
  }
  return read > 0 && read === rated;
}
