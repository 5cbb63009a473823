/** Numbers known at compile time: `0.01 / pi`, `-inf`, `sqrt(2)`. */
import type { Expression } from "../../grammar/tree.js";

const NAMED: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E, inf: Infinity };

const FUNCTIONS: Readonly<Record<string, (...args: number[]) => number>> = {
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  abs: Math.abs,
  max: Math.max,
  min: Math.min,
};

/** Names of the constants every expression may use. */
export const CONSTANT_NAMES: readonly string[] = Object.keys(NAMED);

/** `pi`, `e` or `inf`; undefined for any other name. */
export function namedConstant(name: string): number | undefined {
  return Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
}

/** The value, or the smallest part that is not a compile-time number. */
export type ConstantResult =
  { readonly value: number } | { readonly value: undefined; readonly bad: Expression };

/** Evaluates `expression`; `lookup` gives the value of names that are neither pi, e nor inf. */
export function evaluateConstant(
  expression: Expression,
  lookup: (name: string) => number | undefined,
  depth = 0,
): ConstantResult {
  const bad: ConstantResult = { value: undefined, bad: expression };
  if (depth > 200) return bad;
  switch (expression.type) {
    case "number":
      return { value: expression.value };
    case "name": {
      const value = lookup(expression.text) ?? namedConstant(expression.text);
      return value === undefined ? bad : { value };
    }
    case "unary": {
      const inner = evaluateConstant(expression.operand, lookup, depth + 1);
      return inner.value === undefined ? inner : { value: -inner.value };
    }
    case "binary": {
      const left = evaluateConstant(expression.left, lookup, depth + 1);
      if (left.value === undefined) return left;
      const right = evaluateConstant(expression.right, lookup, depth + 1);
      if (right.value === undefined) return right;
      const value = foldBinary(expression.operator, left.value, right.value);
      return value === undefined ? bad : { value };
    }
    case "call": {
      const name = expression.callee.text;
      if (!Object.hasOwn(FUNCTIONS, name) || expression.generics.length > 0) return bad;
      const args: number[] = [];
      for (const argument of expression.args ?? []) {
        const inner = evaluateConstant(argument.value, lookup, depth + 1);
        if (inner.value === undefined) return inner;
        args.push(inner.value);
      }
      const fn = FUNCTIONS[name];
      const variadic = name === "max" || name === "min";
      if (variadic ? args.length < 2 : args.length !== 1) return bad;
      return { value: fn(...args) };
    }
    default:
      return bad;
  }
}

/** The value of an operator on two numbers; undefined for `@`. */
export function foldBinary(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "^":
      return a ** b;
    default:
      return undefined;
  }
}
