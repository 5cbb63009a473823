/**
 * Exact arithmetic on sizes: polynomials with integer coefficients over symbols, in normal form.
 *
 * Two sizes are equal exactly when their term maps are equal, so `heads * out` and `out * heads` are
 * the same size and `2 * in` is never confused with `in + 2`.
 */
import type { Size } from "../ir/types.js";

/** The size that is the integer `value`. */
export function constantSize(value: number): Size {
  return { terms: value === 0 ? new Map() : new Map([["", value]]) };
}

/** The size that is one symbol: `in`, `N`. */
export function symbolSize(name: string): Size {
  return { terms: new Map([[name, 1]]) };
}

/** Stands for any number of leading dims, inside the callable that wrote `...`. */
export const ELLIPSIS: Size = symbolSize("...");

/** True when the dim is `...`. */
export function isEllipsis(size: Size): boolean {
  return asSymbol(size) === "...";
}

function normal(terms: Map<string, number>): Size {
  for (const [key, value] of terms) if (value === 0) terms.delete(key);
  return { terms };
}

export function addSizes(a: Size, b: Size): Size {
  const terms = new Map(a.terms);
  for (const [key, value] of b.terms) terms.set(key, (terms.get(key) ?? 0) + value);
  return normal(terms);
}

export function subtractSizes(a: Size, b: Size): Size {
  return addSizes(a, multiplySizes(b, constantSize(-1)));
}

function symbolsOfKey(key: string): string[] {
  return key === "" ? [] : key.split("*");
}

export function multiplySizes(a: Size, b: Size): Size {
  const terms = new Map<string, number>();
  for (const [keyA, valueA] of a.terms) {
    for (const [keyB, valueB] of b.terms) {
      const key = [...symbolsOfKey(keyA), ...symbolsOfKey(keyB)].sort().join("*");
      terms.set(key, (terms.get(key) ?? 0) + valueA * valueB);
    }
  }
  return normal(terms);
}

/** a / b when it is exact and b is a single term; undefined otherwise. */
export function divideSizes(a: Size, b: Size): Size | undefined {
  const divisor = [...b.terms];
  if (divisor.length !== 1) return equalSizes(a, b) ? constantSize(1) : undefined;
  const [divisorKey, divisorValue] = divisor[0]!;
  const terms = new Map<string, number>();
  for (const [key, value] of a.terms) {
    const rest = symbolsOfKey(key);
    for (const symbol of symbolsOfKey(divisorKey)) {
      const at = rest.indexOf(symbol);
      if (at < 0) return undefined;
      rest.splice(at, 1);
    }
    if (value % divisorValue !== 0) return undefined;
    terms.set(rest.join("*"), value / divisorValue);
  }
  return normal(terms);
}

export function equalSizes(a: Size, b: Size): boolean {
  if (a.terms.size !== b.terms.size) return false;
  for (const [key, value] of a.terms) if (b.terms.get(key) !== value) return false;
  return true;
}

/** The integer, when the size has no symbol. */
export function asInteger(size: Size): number | undefined {
  if (size.terms.size === 0) return 0;
  return size.terms.size === 1 ? size.terms.get("") : undefined;
}

/** The name, when the size is exactly one symbol. */
export function asSymbol(size: Size): string | undefined {
  if (size.terms.size !== 1) return undefined;
  const [key, value] = [...size.terms][0]!;
  return value === 1 && key !== "" && !key.includes("*") ? key : undefined;
}

/** All symbols that occur in the size. */
export function symbolsOf(size: Size): Set<string> {
  const found = new Set<string>();
  for (const key of size.terms.keys()) for (const symbol of symbolsOfKey(key)) found.add(symbol);
  return found;
}

/** Replaces symbols by sizes; symbols without a binding stay. */
export function substituteSize(size: Size, bindings: ReadonlyMap<string, Size>): Size {
  let touched = false;
  for (const symbol of symbolsOf(size)) if (bindings.has(symbol)) touched = true;
  if (!touched) return size;
  let sum = constantSize(0);
  for (const [key, value] of size.terms) {
    let product = constantSize(value);
    for (const symbol of symbolsOfKey(key)) {
      product = multiplySizes(product, bindings.get(symbol) ?? symbolSize(symbol));
    }
    sum = addSizes(sum, product);
  }
  return sum;
}

/** Index spaces: N, E, G, T, those of further graphs (`N'g2`), and edges with self loops. */
export function isSpace(size: Size): boolean {
  const symbol = asSymbol(size);
  return symbol !== undefined && (/^[NEGT]('|\+|$)/.test(symbol) || symbol === "...");
}

/** Which index space a dim is, without the name of the graph: "N", "E", "G", "T". */
export function spaceOf(size: Size): "N" | "E" | "G" | "T" | undefined {
  const symbol = asSymbol(size);
  const match = symbol === undefined ? null : /^([NEGT])('|\+|$)/.exec(symbol);
  return match === null ? undefined : (match[1] as "N" | "E" | "G" | "T");
}

export type SolveResult =
  | { readonly outcome: "equal" }
  | { readonly outcome: "bound"; readonly symbol: string; readonly value: Size }
  | { readonly outcome: "different" }
  | { readonly outcome: "indivisible"; readonly symbol: string; readonly factor: Size }
  /** More than one unknown: to be tried again when another argument has bound one of them. */
  | { readonly outcome: "open" };

/**
 * Solves `pattern = value` for the one symbol of `unknown` that is left in the pattern.
 * The pattern must be linear in it: `in`, `2 * in`, `in + 3`, `heads * out` with `heads` known.
 */
export function solveSize(
  pattern: Size,
  value: Size,
  bindings: ReadonlyMap<string, Size>,
  unknown: ReadonlySet<string>,
): SolveResult {
  const known = substituteSize(pattern, bindings);
  const left = [...symbolsOf(pattern)].filter((s) => unknown.has(s) && !bindings.has(s));
  if (left.length === 0) return { outcome: equalSizes(known, value) ? "equal" : "different" };
  if (left.length > 1) return { outcome: "open" };
  const symbol = left[0]!;
  const factor = new Map<string, number>();
  const rest = new Map<string, number>();
  for (const [key, coefficient] of substituteExcept(pattern, bindings, symbol).terms) {
    const symbols = symbolsOfKey(key);
    const at = symbols.indexOf(symbol);
    if (at < 0) rest.set(key, coefficient);
    else {
      symbols.splice(at, 1);
      if (symbols.includes(symbol)) return { outcome: "open" };
      factor.set(symbols.join("*"), coefficient);
    }
  }
  const difference = subtractSizes(value, { terms: rest });
  const solution = divideSizes(difference, { terms: factor });
  if (solution === undefined) return { outcome: "indivisible", symbol, factor: { terms: factor } };
  const integer = asInteger(solution);
  if (integer !== undefined && integer < 0) return { outcome: "different" };
  return { outcome: "bound", symbol, value: solution };
}

function substituteExcept(size: Size, bindings: ReadonlyMap<string, Size>, kept: string): Size {
  if (!bindings.has(kept)) return substituteSize(size, bindings);
  const others = new Map(bindings);
  others.delete(kept);
  return substituteSize(size, others);
}
