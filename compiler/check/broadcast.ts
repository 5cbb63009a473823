/**
 * Which shapes may meet in an element-wise operator, and what comes out.
 *
 * - a scalar meets anything;
 * - a value without index space (a weight) aligns right: `real[N, 64] + real[64]`;
 * - two values on the same index space align left: `[E, heads] * [E, heads, out]` (the shorter one
 *   gets trailing axes of size 1);
 * - a dim of size 1 meets any size.
 */
import type { Size } from "../ir/types.js";
import { asInteger, equalSizes, isSpace, spaceOf } from "./size.js";

export type Broadcast =
  | {
      readonly dims: readonly Size[];
      /** Trailing axes of size 1 to add to the left and right operand. */
      readonly expandLeft: number;
      readonly expandRight: number;
    }
  | { readonly dims: undefined; readonly problem: "residency" | "shape" };

function pair(a: Size, b: Size): Size | undefined {
  if (equalSizes(a, b)) return a;
  // An index space is never a mere broadcast of one row: that would hide a wrong residency.
  if (asInteger(a) === 1) return b;
  if (asInteger(b) === 1) return a;
  return undefined;
}

function alignRight(long: readonly Size[], short: readonly Size[]): Size[] | undefined {
  const offset = long.length - short.length;
  const dims: Size[] = [];
  for (const [i, dim] of long.entries()) {
    const one = i < offset ? dim : pair(dim, short[i - offset]);
    if (one === undefined) return undefined;
    dims.push(one);
  }
  return dims;
}

function alignLeft(long: readonly Size[], short: readonly Size[]): Size[] | undefined {
  const dims: Size[] = [];
  for (const [i, dim] of long.entries()) {
    const one = i < short.length ? pair(dim, short[i]) : dim;
    if (one === undefined) return undefined;
    dims.push(one);
  }
  return dims;
}

/** Aligns two shapes; see the head of the file. */
export function broadcast(a: readonly Size[], b: readonly Size[]): Broadcast {
  const done = (dims: readonly Size[] | undefined, left = 0, right = 0): Broadcast =>
    dims === undefined
      ? { dims, problem: "shape" }
      : { dims, expandLeft: left, expandRight: right };
  if (a.length === 0) return done(b);
  if (b.length === 0) return done(a);
  const isResidentA = a.some(isSpace);
  const isResidentB = b.some(isSpace);
  if (isResidentA && isResidentB) {
    const spaceA = spaceOf(a[0]);
    const spaceB = spaceOf(b[0]);
    if (!equalSizes(a[0], b[0])) {
      const isResidency = spaceA !== undefined || spaceB !== undefined;
      return { dims: undefined, problem: isResidency ? "residency" : "shape" };
    }
    const difference = a.length - b.length;
    return difference >= 0
      ? done(alignLeft(a, b), 0, difference)
      : done(alignLeft(b, a), -difference, 0);
  }
  if (isResidentA) return a.length >= b.length ? done(alignRight(a, b)) : done(undefined);
  if (isResidentB) return b.length >= a.length ? done(alignRight(b, a)) : done(undefined);
  return done(a.length >= b.length ? alignRight(a, b) : alignRight(b, a));
}
