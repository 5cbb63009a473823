/**
 * Formulas: the scalar expressions of a neuron, extended by choices, with constructors that simplify.
 *
 * A `Scalar` of the intermediate form is a `Formula` already; derivatives add `choose` (the derivative
 * of `max` is a comparison) and `read` (an array element of the emitted loop).
 */
import type { ScalarFunction } from "../ir/scalar.js";

export type Formula =
  | { readonly tag: "number"; readonly value: number }
  | { readonly tag: "name"; readonly name: string }
  | { readonly tag: "neg"; readonly operand: Formula }
  | {
      readonly tag: "binary";
      readonly op: BinaryOp;
      readonly left: Formula;
      readonly right: Formula;
    }
  | { readonly tag: "call"; readonly fn: ScalarFunction; readonly args: readonly Formula[] }
  | {
      readonly tag: "choose";
      readonly test: Condition;
      readonly yes: Formula;
      readonly no: Formula;
    }
  /** An element of an array of the loop, already printed. Never the same in two iterations. */
  | { readonly tag: "read"; readonly text: string };

export type BinaryOp = "+" | "-" | "*" | "/" | "^";
export type CompareOp = ">" | ">=" | "<" | "<=";

export type Condition =
  | {
      readonly tag: "compare";
      readonly left: Formula;
      readonly op: CompareOp;
      readonly right: Formula;
    }
  /** A boolean `const` of the emitted loop. */
  | { readonly tag: "flag"; readonly name: string }
  | { readonly tag: "not"; readonly operand: Condition }
  | { readonly tag: "both" | "either"; readonly left: Condition; readonly right: Condition };

export const ZERO: Formula = { tag: "number", value: 0 };
export const ONE: Formula = { tag: "number", value: 1 };

export function number(value: number): Formula {
  return { tag: "number", value };
}

export function name(text: string): Formula {
  return { tag: "name", name: text };
}

export function isNumber(formula: Formula, value: number): boolean {
  return formula.tag === "number" && formula.value === value;
}

/** True when both are written the same way (no algebra). */
export function same(a: Formula, b: Formula): boolean {
  return key(a) === key(b);
}

/** A text that is equal exactly for formulas written the same way. */
export function key(formula: Formula): string {
  switch (formula.tag) {
    case "number":
      return Object.is(formula.value, -0) ? "0" : String(formula.value);
    case "name":
      return formula.name;
    case "read":
      return formula.text;
    case "neg":
      return `-(${key(formula.operand)})`;
    case "binary":
      return `(${key(formula.left)}${formula.op}${key(formula.right)})`;
    case "call":
      return `${formula.fn}(${formula.args.map(key).join(",")})`;
    case "choose":
      return `(${conditionKey(formula.test)}?${key(formula.yes)}:${key(formula.no)})`;
  }
}

function conditionKey(test: Condition): string {
  switch (test.tag) {
    case "compare":
      return `${key(test.left)}${test.op}${key(test.right)}`;
    case "flag":
      return test.name;
    case "not":
      return `!(${conditionKey(test.operand)})`;
    case "both":
      return `(${conditionKey(test.left)}&&${conditionKey(test.right)})`;
    case "either":
      return `(${conditionKey(test.left)}||${conditionKey(test.right)})`;
  }
}

/** -a, without double negation. */
export function neg(a: Formula): Formula {
  if (a.tag === "number") return number(a.value === 0 ? 0 : -a.value);
  if (a.tag === "neg") return a.operand;
  if (a.tag === "binary" && a.op === "-") return sub(a.right, a.left);
  return { tag: "neg", operand: a };
}

/** a + b, folded where one side is a number. */
export function add(a: Formula, b: Formula): Formula {
  if (isNumber(a, 0)) return b;
  if (isNumber(b, 0)) return a;
  if (a.tag === "number" && b.tag === "number") return number(a.value + b.value);
  if (b.tag === "neg") return sub(a, b.operand);
  if (a.tag === "neg") return sub(b, a.operand);
  if (b.tag === "number" && b.value < 0) return sub(a, number(-b.value));
  return { tag: "binary", op: "+", left: a, right: b };
}

/** a - b; knows (a + b) - a = b and (a - b) - a = -b, which soft resets need. */
export function sub(a: Formula, b: Formula): Formula {
  if (isNumber(b, 0)) return a;
  if (isNumber(a, 0)) return neg(b);
  if (a.tag === "number" && b.tag === "number") return number(a.value - b.value);
  if (same(a, b)) return ZERO;
  if (b.tag === "neg") return add(a, b.operand);
  if (b.tag === "number" && b.value < 0) return add(a, number(-b.value));
  if (a.tag === "binary" && a.op === "-" && same(a.left, b)) return neg(a.right);
  if (a.tag === "binary" && a.op === "+" && same(a.left, b)) return a.right;
  if (a.tag === "binary" && a.op === "+" && same(a.right, b)) return a.left;
  return { tag: "binary", op: "-", left: a, right: b };
}

/** a * b: a factor 0 or 1 folds, signs move out, numbers move to the front. */
export function mul(a: Formula, b: Formula): Formula {
  if (isNumber(a, 0) || isNumber(b, 0)) return ZERO;
  if (isNumber(a, 1)) return b;
  if (isNumber(b, 1)) return a;
  if (a.tag === "number" && b.tag === "number") return number(a.value * b.value);
  if (isNumber(a, -1)) return neg(b);
  if (isNumber(b, -1)) return neg(a);
  if (a.tag === "neg") return neg(mul(a.operand, b));
  if (b.tag === "neg") return neg(mul(a, b.operand));
  if (b.tag === "number") return mul(b, a);
  if (b.tag === "binary" && b.op === "/" && isNumber(b.left, 1)) return div(a, b.right);
  if (a.tag === "number" && b.tag === "binary" && b.op === "*" && b.left.tag === "number") {
    return mul(number(a.value * b.left.value), b.right);
  }
  return { tag: "binary", op: "*", left: a, right: b };
}

/** a / b; 0 / b is 0, signs move out. */
export function div(a: Formula, b: Formula): Formula {
  if (isNumber(a, 0)) return ZERO;
  if (isNumber(b, 1)) return a;
  if (a.tag === "number" && b.tag === "number") return number(a.value / b.value);
  if (a.tag === "neg") return neg(div(a.operand, b));
  if (b.tag === "neg") return neg(div(a, b.operand));
  return { tag: "binary", op: "/", left: a, right: b };
}

/** a ^ b; exponents 0 and 1 fold. */
export function pow(a: Formula, b: Formula): Formula {
  if (isNumber(b, 0)) return ONE;
  if (isNumber(b, 1)) return a;
  if (a.tag === "number" && b.tag === "number") return number(Math.pow(a.value, b.value));
  return { tag: "binary", op: "^", left: a, right: b };
}

export function call(fn: ScalarFunction, ...args: Formula[]): Formula {
  return { tag: "call", fn, args };
}

/** test ? yes : no; equal branches need no test. */
export function choose(test: Condition, yes: Formula, no: Formula): Formula {
  if (same(yes, no)) return yes;
  return { tag: "choose", test, yes, no };
}

export function compare(left: Formula, op: CompareOp, right: Formula): Condition {
  return { tag: "compare", left, op, right };
}

export function flag(text: string): Condition {
  return { tag: "flag", name: text };
}

/** The sum of all terms; 0 when there are none. */
export function sumOf(terms: readonly Formula[]): Formula {
  return terms.reduce(add, ZERO);
}

/** Rebuilds a formula with its direct parts replaced, simplifying on the way. */
export function mapParts(formula: Formula, change: (part: Formula) => Formula): Formula {
  switch (formula.tag) {
    case "number":
    case "name":
    case "read":
      return formula;
    case "neg":
      return neg(change(formula.operand));
    case "binary":
      return binary(formula.op, change(formula.left), change(formula.right));
    case "call":
      return { tag: "call", fn: formula.fn, args: formula.args.map(change) };
    case "choose":
      return choose(mapCondition(formula.test, change), change(formula.yes), change(formula.no));
  }
}

/** Replaces the formulas directly inside a condition. */
export function mapCondition(test: Condition, change: (part: Formula) => Formula): Condition {
  switch (test.tag) {
    case "compare":
      return compare(change(test.left), test.op, change(test.right));
    case "flag":
      return test;
    case "not":
      return { tag: "not", operand: mapCondition(test.operand, change) };
    case "both":
    case "either":
      return {
        tag: test.tag,
        left: mapCondition(test.left, change),
        right: mapCondition(test.right, change),
      };
  }
}

export function binary(op: BinaryOp, left: Formula, right: Formula): Formula {
  switch (op) {
    case "+":
      return add(left, right);
    case "-":
      return sub(left, right);
    case "*":
      return mul(left, right);
    case "/":
      return div(left, right);
    case "^":
      return pow(left, right);
  }
}

/** Replaces names, e.g. by the version of a state that is current at this line. */
export function rename(formula: Formula, to: (text: string) => Formula): Formula {
  if (formula.tag === "name") return to(formula.name);
  return mapParts(formula, (part) => rename(part, to));
}

/** The direct parts of a formula, those inside its condition first. */
export function partsOf(formula: Formula): readonly Formula[] {
  switch (formula.tag) {
    case "number":
    case "name":
    case "read":
      return [];
    case "neg":
      return [formula.operand];
    case "binary":
      return [formula.left, formula.right];
    case "call":
      return formula.args;
    case "choose":
      return [...conditionParts(formula.test), formula.yes, formula.no];
  }
}

/** The formulas directly inside a condition. */
export function conditionParts(test: Condition): readonly Formula[] {
  switch (test.tag) {
    case "compare":
      return [test.left, test.right];
    case "flag":
      return [];
    case "not":
      return conditionParts(test.operand);
    case "both":
    case "either":
      return [...conditionParts(test.left), ...conditionParts(test.right)];
  }
}

/** Names of the flags a condition reads. */
export function conditionFlags(test: Condition): readonly string[] {
  switch (test.tag) {
    case "compare":
      return [];
    case "flag":
      return [test.name];
    case "not":
      return conditionFlags(test.operand);
    case "both":
    case "either":
      return [...conditionFlags(test.left), ...conditionFlags(test.right)];
  }
}

/** Adds all names and flags a formula reads to `found`. */
export function collectNames(formula: Formula, found: Set<string>): void {
  if (formula.tag === "name") found.add(formula.name);
  if (formula.tag === "choose") conditionFlags(formula.test).forEach((flag) => found.add(flag));
  partsOf(formula).forEach((part) => collectNames(part, found));
}

/** True for what sums and products make of names and numbers: finite wherever those are. */
export function isPolynomial(formula: Formula): boolean {
  if (formula.tag === "call" || formula.tag === "choose") return false;
  if (formula.tag === "binary" && (formula.op === "/" || formula.op === "^")) return false;
  return partsOf(formula).every(isPolynomial);
}
