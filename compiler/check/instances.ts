/**
 * Sizes and rates that only the numbers of a model decide: `heads: out - 8` of a layer is 0 in a model that
 * calls it with `out` 8. The layer itself is right, so the call in the model is what is marked; the place inside
 * of the layer is related.
 */
import { walkCallable } from "../ir/walk.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import type { Expr, LayerIr, MemberIr, ModelIr, OpName, Origin } from "../ir/ir.js";
import type { Size } from "../ir/types.js";
import { asInteger, asSymbol, substituteSize } from "./size.js";

type Sizes = ReadonlyMap<string, Size>;
type Constants = ReadonlyMap<string, number>;

/** Reports what is wrong inside of the layers that a model calls, once per call. */
export function checkInstances(model: ModelIr, reporter: Reporter): void {
  for (const member of model.members) checkCall(member, reporter);
}

interface Problem {
  /** Where it is written, inside of a layer. */
  readonly origin: Origin;
  report(reporter: Reporter, call: Origin, callee: string, related: Related): void;
}
type Related = readonly { readonly file: string; readonly span: Origin["span"]; message: string }[];

function checkCall(member: MemberIr, reporter: Reporter): void {
  const problem = problemOf(member, new Map(), new Map());
  if (problem === undefined) return;
  const { origin } = problem;
  const isInside = origin !== member.origin;
  const related = isInside ? [{ ...origin, message: "it is written here" }] : [];
  const name = member.target.tag === "layer" ? member.target.declaredName : member.target.name;
  problem.report(reporter, member.origin, name, related);
}

/** What the numbers of the owner make of a member, and of everything in it. */
function problemOf(
  member: MemberIr,
  outerSizes: Sizes,
  outerConstants: Constants,
): Problem | undefined {
  const { target, origin } = member;
  const name = target.tag === "layer" ? target.declaredName : target.name;
  const sizes = new Map<string, Size>();
  for (const [symbol, written] of member.sizes) {
    const size = substituteSize(written, outerSizes);
    if (isEmpty(size)) return badSize(`\`${symbol}\` of \`${name}\``, size, origin);
    sizes.set(symbol, size);
  }
  if (target.tag === "neuron") return undefined;
  const constants = new Map<string, number>();
  for (const [symbol, fallback] of target.constants) {
    const value = numberOf(member.constants.get(symbol) ?? fallback, outerSizes, outerConstants);
    if (value !== undefined) constants.set(symbol, value);
  }
  return problemIn(target, sizes, constants);
}

function problemIn(layer: LayerIr, sizes: Sizes, constants: Constants): Problem | undefined {
  for (const { name, type, origin } of layer.params) {
    const empty = type.dims.map((dim) => substituteSize(dim, sizes)).find(isEmpty);
    if (empty !== undefined) {
      return badSize(`a dimension of \`${name}\` in \`${layer.declaredName}\``, empty, origin);
    }
  }
  let found: Problem | undefined;
  walkCallable(layer, (expr) => {
    found ??= problemAt(expr, sizes, constants);
  });
  if (found !== undefined) return found;
  for (const member of layer.members) {
    const inside = problemOf(member, sizes, constants);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function problemAt(expr: Expr, sizes: Sizes, constants: Constants): Problem | undefined {
  if (expr.tag === "time") {
    const steps = substituteSize(expr.steps, sizes);
    return isEmpty(steps) ? badSize("the number of steps", steps, expr.origin) : undefined;
  }
  if (expr.tag !== "op") return undefined;
  const { count, rate } = expr.attributes;
  if (expr.op === "knn" && count !== undefined) {
    const neighbours = substituteSize(count, sizes);
    if (isEmpty(neighbours)) return badSize("the number of neighbours", neighbours, expr.origin);
  }
  const value = rate === undefined ? undefined : numberOf(rate, sizes, constants);
  if (value === undefined || (value >= 0 && value < 1)) return undefined;
  return {
    origin: expr.origin,
    report: (reporter, call, _callee, related) =>
      reporter.report(types.rateRange, call, { rate: value }, { related }),
  };
}

function badSize(what: string, size: Size, origin: Origin): Problem {
  const value = asInteger(size) ?? 0;
  return {
    origin,
    report: (reporter, call, callee, related) =>
      reporter.report(types.sizeInside, call, { callee, what, value }, { related }),
  };
}

/** A number below 1; sizes with an index space left in them are never empty. */
function isEmpty(size: Size): boolean {
  const value = asInteger(size);
  return value !== undefined && value < 1;
}

const ARITHMETIC: Partial<Record<OpName, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};

/** The value of a constant expression over generics; undefined for anything that is not simple arithmetic. */
function numberOf(
  value: number | Expr | undefined,
  sizes: Sizes,
  constants: Constants,
): number | undefined {
  if (value === undefined || typeof value === "number") return value;
  if (value.tag === "constant") return value.value;
  if (value.tag === "size") {
    const symbol = asSymbol(value.size);
    const constant = symbol === undefined ? undefined : constants.get(symbol);
    return constant ?? asInteger(substituteSize(value.size, sizes));
  }
  if (value.tag !== "op") return undefined;
  const [a, b] = value.args.map((arg) => numberOf(arg, sizes, constants));
  if (a === undefined) return undefined;
  if (value.op === "neg") return -a;
  return b === undefined ? undefined : ARITHMETIC[value.op]?.(a, b);
}
