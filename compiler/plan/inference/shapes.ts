/** Dims of the values of an inference plan: sizes become numbers, index spaces stay names. */
import type { Size } from "../../ir/types.js";
import { asInteger, asSymbol, symbolsOf } from "../../check/size.js";
import type { Access, Dim, PlanValue } from "./plan.js";

/** What a callable's sizes and constants are at the call at hand. */
export type Numbers = ReadonlyMap<string, Dim>;

/** The value of a size; undefined when it is neither a number nor one name. */
export function dimOf(size: Size, numbers: Numbers): Dim | undefined {
  const known = asInteger(size);
  if (known !== undefined) return known;
  const symbol = asSymbol(size);
  if (symbol !== undefined) return numbers.get(symbol) ?? symbol;
  let sum = 0;
  for (const [key, factor] of size.terms) {
    let product = factor;
    for (const name of key === "" ? [] : key.split("*")) {
      const value = numbers.get(name);
      if (typeof value !== "number") return undefined;
      product *= value;
    }
    sum += product;
  }
  return symbolsOf(size).size === 0 ? undefined : sum;
}

/** NumPy's rule; undefined when the shapes do not fit. */
export function broadcast(a: readonly Dim[], b: readonly Dim[]): readonly Dim[] | undefined {
  const rank = Math.max(a.length, b.length);
  const dims: Dim[] = [];
  for (let k = 0; k < rank; k++) {
    const left = a[a.length - rank + k] ?? 1;
    const right = b[b.length - rank + k] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return undefined;
    dims.push(left === 1 ? right : left);
  }
  return dims;
}

/** Product of known sizes; undefined when one is not. */
export function productOf(dims: readonly Dim[]): number | undefined {
  let product = 1;
  for (const dim of dims) {
    if (typeof dim !== "number") return undefined;
    product *= dim;
  }
  return product;
}

/**
 * How an element-wise operation reads an operand that is broadcast to the result; undefined when its dims
 * are spread over the result in a way that the plan does not know ([N, 1, F] against [N, H, F]).
 */
export function accessOf(
  operand: Pick<PlanValue, "dims" | "steps">,
  result: Pick<PlanValue, "dims" | "steps">,
): Access | undefined {
  const missing = result.dims.length - operand.dims.length;
  const own = result.dims.map((_, k) => (k < missing ? 1 : operand.dims[k - missing]));
  const fits = own.map((dim, k) => dim === result.dims[k]);
  const rank = own.length;
  if (fits.every((fit) => fit) && operand.steps === result.steps) return "element";
  if (own.every((dim) => dim === 1)) return operand.steps === 1 ? "scalar" : undefined;
  // One run of dims that fit, with dims of 1 before and after it.
  let first = 0;
  while (own[first] === 1) first++;
  let end = rank;
  while (own[end - 1] === 1) end--;
  if (!fits.slice(first, end).every((fit) => fit)) return undefined;
  const startsAtRows = first === 0;
  if (startsAtRows ? operand.steps !== result.steps : operand.steps !== 1) return undefined;
  if (end === rank && first === rank - 1) return "column";
  if (startsAtRows && end === rank - 1) return "row";
  const inner = productOf(result.dims.slice(end));
  const size = productOf(result.dims.slice(first, end));
  if (inner === undefined) return undefined;
  if (startsAtRows) return { inner };
  return size === undefined ? undefined : { inner, size };
}
