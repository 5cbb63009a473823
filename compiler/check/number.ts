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
