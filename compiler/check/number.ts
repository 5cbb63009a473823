/** Numbers that are known without running anything. */
import type { Expression } from "../../grammar/tree.js";
import { evaluateConstant } from "./constant.js";

/**
 * The value of an expression made of numbers only, or undefined. Reports nothing. `known` gives the
 * values of further names.
 */
export function numberOf(
  expression: Expression,
  known: (name: string) => number | undefined = () => undefined,
): number | undefined {
  return evaluateConstant(expression, known).value;
}

/** The smallest part of an expression that keeps it from being a number; itself when it is one. */
export function notANumber(
  expression: Expression,
  known: (name: string) => number | undefined = () => undefined,
): Expression {
  const result = evaluateConstant(expression, known);
  return result.value === undefined ? result.bad : expression;
}
