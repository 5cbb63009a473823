/** From the expressions of a problem to formulas: fields and their derivatives become symbols. */
import type { Call, Expression, FunctionDeclaration, Span } from "../../grammar/tree.js";
import { physics as rows } from "../diagnostics/catalogue/physics.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import { namedConstant } from "../check/constant.js";
import { numberOf } from "../check/number.js";
import type { SiteIr } from "../ir/physics.js";
import type { ScalarFunction } from "../ir/scalar.js";
import { binary, call, mul, name as named, neg, number, type Formula } from "../neurons/formula.js";
import { printFormula } from "../neurons/print.js";
import type { Environment } from "../resolve/environment.js";
import type { Symbols } from "./symbols.js";

/** Highest order of a derivative: what the jets of the runtime carry. */
export const HIGHEST_ORDER = 4;

/** Solutions that only the runtime computes, by the name of its function. */
const libraryFunctions: ReadonlyMap<string, string> = new Map([
  ["burgers_cole_hopf", "sg.burgersColeHopf"],
]);

const functions: readonly ScalarFunction[] = [
  ...(["sin", "cos", "exp", "log", "sqrt", "tanh", "abs", "max", "min"] as const),
];

/** What the formulas of one problem share. */
export interface FormulaContext {
  readonly file: string;
  readonly environment: Environment;
  readonly reporter: Reporter;
  readonly symbols: Symbols;
  readonly constants: ReadonlyMap<string, number>;
  readonly ranges: readonly { readonly low: number; readonly high: number }[];
}

/** The sites that the formulas of one line name, in order of first use; shared by both sides. */
export class Sites {
  readonly list: SiteIr[] = [];

  /** Place of a site; the same fixed values are the same site. */
  place(site: SiteIr): number {
    const key = siteKey(site);
    const known = this.list.findIndex((one) => siteKey(one) === key);
    return known >= 0 ? known : this.list.push(site) - 1;
  }
}

export function siteKey(site: SiteIr): string {
  return typeof site === "string" ? site : [...site].map((entry) => entry.join("=")).join();
}

/**
 * The formula of an expression, or undefined after reporting why there is none.
 * @param bare the site of fields that are written without arguments
 */
export function formulaOf(
  expression: Expression,
  context: FormulaContext,
  sites: Sites,
  bare: () => SiteIr,
  locals: ReadonlyMap<string, Formula> = new Map(),
  depth = 0,
): Formula | undefined {
  const { symbols, constants, reporter, file } = context;
  const inner = (one: Expression): Formula | undefined =>
    formulaOf(one, context, sites, bare, locals, depth);
  switch (expression.type) {
    case "number":
      return number(expression.value);
    case "name": {
      const { text } = expression;
      const local = locals.get(text);
      if (local !== undefined) return local;
      const constant = constants.get(text) ?? namedConstant(text);
      if (constant !== undefined) return number(constant);
      const field = symbols.fields.indexOf(text);
      if (field >= 0) return symbols.value(field, sites.place(bare()));
      return symbols.variables.includes(text) ? named(text) : undefined;
    }
    case "unary": {
      const operand = inner(expression.operand);
      return operand && neg(operand);
    }
    case "binary": {
      const left = inner(expression.left);
      const right = inner(expression.right);
      if (left === undefined || right === undefined || expression.operator === "@") {
        return undefined;
      }
      return binary(expression.operator, left, right);
    }
    case "call":
      return callFormula(expression, inner);
    default:
      return undefined;
  }

  function callFormula(
    expr: Call,
    convert: (one: Expression) => Formula | undefined,
  ): Formula | undefined {
    const name = expr.callee.text;
    const args = (expr.args ?? []).map((argument) => argument.value);
    if (name === "d") return derivativeFormula(expr, args);
    const field = symbols.fields.indexOf(name);
    if (field >= 0) {
      const site = siteOf(args, context);
      return site && symbols.value(field, sites.place(site));
    }
    const values = args.map(convert);
    const known = values.filter((value) => value !== undefined);
    if (known.length < values.length) return undefined;
    if (name === "square") return mul(known[0], known[0]);
    const fn = functions.find((one) => one === name);
    if (fn !== undefined) return call(fn, ...known);
    const library = libraryFunctions.get(name);
    if (library !== undefined) {
      const list = known.map((value) => printFormula(value, (helper) => helper));
      return { tag: "read", text: `${library}(${list.join(", ")})` };
    }
    return inlined(expr, known);
  }

  /** A function of the file, its body in place of the call. */
  function inlined(expr: Call, args: readonly Formula[]): Formula | undefined {
    const found = context.environment.lookup(expr.callee.text, file);
    const declaration = found?.declaration;
    if (found === undefined || declaration?.type !== "function" || depth > 20) return undefined;
    const inside = new Map<string, Formula>();
    declaration.parameters.forEach((parameter, k) => inside.set(parameter.name.text, args[k]));
    const place = { ...context, file: found.file };
    const convert = (one: Expression): Formula | undefined =>
      formulaOf(one, place, sites, bare, inside, depth + 1);
    for (const item of declaration.items) {
      const value = item.type === "let" ? convert(item.value) : undefined;
      if (item.type !== "let" || value === undefined) return notInlined(expr, declaration);
      inside.set(item.name.text, value);
    }
    return convert(declaration.result) ?? notInlined(expr, declaration);
  }

  function notInlined(expr: Call, declaration: FunctionDeclaration): undefined {
    const what = `the function \`${declaration.name.text}\``;
    const at = { file, span: expr.callee.span };
    reporter.report(rows.notInProblem, at, { owner: "problem", what });
    return undefined;
  }

  /** `d(u, x, x)`, or `d(u(0, t), x)` at a place. */
  function derivativeFormula(expr: Call, args: readonly Expression[]): Formula | undefined {
    const [of, ...by] = args;
    const name = of.type === "call" ? of.callee.text : of.type === "name" ? of.text : "";
    const field = symbols.fields.indexOf(name);
    const site =
      of.type === "call"
        ? siteOf(
            (of.args ?? []).map((a) => a.value),
            context,
          )
        : bare();
    if (field < 0 || site === undefined) return undefined;
    const index = symbols.variables.map(
      (variable) => by.filter((one) => one.type === "name" && one.text === variable).length,
    );
    const order = by.length;
    if (order > HIGHEST_ORDER) {
      reporter.report(rows.orderTooHigh, { file, span: expr.span }, { order });
      return undefined;
    }
    return named(symbols.of(field, index, sites.place(site)).name);
  }
}

/** The site `u(x, 0)` names: variables stay free or get a number inside the domain. */
function siteOf(args: readonly Expression[], context: FormulaContext): SiteIr | undefined {
  const { symbols, constants, ranges, reporter, file } = context;
  const fixed = new Map<number, number>();
  let isFine = true;
  args.forEach((arg, k) => {
    const variable = symbols.variables[k];
    if (arg.type === "name" && arg.text === variable) return;
    const at: { file: string; span: Span } = { file, span: arg.span };
    const value = numberOf(arg, (name) => constants.get(name));
    if (value === undefined) {
      isFine = false;
      if (arg.type !== "invalid") reporter.report(rows.fieldPlace, at, { variable });
      return;
    }
    const { low, high } = ranges[k];
    if (value < low || value > high) {
      isFine = false;
      reporter.report(rows.outsideDomain, at, { variable, value, low, high });
      return;
    }
    fixed.set(k, value);
  });
  if (!isFine) return undefined;
  return fixed.size === 0 ? "everywhere" : fixed;
}
