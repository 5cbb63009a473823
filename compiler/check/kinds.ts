/**
 * The lattice of kinds, `sign, spike <= trit <= graded <= real`, and how operators move in it.
 *
 * A kind promises which values can occur, so a rule may only give a narrower kind when every result
 * really is of that kind: `spike * spike` is a spike, `spike - spike` is a trit.
 * `label` (class numbers) is outside of the lattice.
 */
import type { OpName } from "../ir/ir.js";
import type { Kind } from "../ir/types.js";

const RANK: Readonly<Record<Exclude<Kind, "label">, number>> = {
  sign: 0,
  spike: 0,
  trit: 1,
  graded: 2,
  real: 3,
};

/** True when a value of kind `narrow` may be used where `wide` is declared. */
export function isWithin(narrow: Kind, wide: Kind): boolean {
  if (narrow === wide) return true;
  if (narrow === "label" || wide === "label") return false;
  return RANK[narrow] < RANK[wide];
}

/** The narrowest kind that holds both; undefined when one is a label and the other is not. */
export function joinKinds(a: Kind, b: Kind): Kind | undefined {
  if (isWithin(a, b)) return b;
  if (isWithin(b, a)) return a;
  return a === "label" || b === "label" ? undefined : "trit";
}

/** True when most values are exactly zero: what makes events cheaper than products. */
export function isSparse(kind: Kind): boolean {
  return kind === "spike" || kind === "trit" || kind === "graded";
}

/** Functions with f(0) = 0: they keep a sparse signal sparse. */
const KEEPS_ZERO: ReadonlySet<OpName> = new Set<OpName>([
  "relu",
  "leakyRelu",
  "elu",
  "tanh",
  "gelu",
  "silu",
  "sqrt",
  "square",
  "abs",
  "sin",
  "erf",
  "clip",
]);

/** Kind of a one-argument element-wise function. `label` must have been refused before. */
export function unaryKind(op: OpName, kind: Kind): Kind {
  if (op === "sign") return "sign";
  if (op === "neg") return kind === "spike" ? "trit" : kind;
  if (op === "relu" && (kind === "spike" || kind === "trit" || kind === "sign")) return "spike";
  if ((op === "square" || op === "abs") && (kind === "spike" || kind === "trit")) return "spike";
  if (KEEPS_ZERO.has(op) && isSparse(kind)) return "graded";
  return "real";
}

/** Kind of a two-argument element-wise operator. `label` must have been refused before. */
export function binaryKind(op: OpName, a: Kind, b: Kind): Kind {
  switch (op) {
    case "add":
      return isSparse(a) && isSparse(b) ? "graded" : "real";
    case "sub":
      if (a === "spike" && b === "spike") return "trit";
      return isSparse(a) && isSparse(b) ? "graded" : "real";
    case "mul":
      if (a === "real" || b === "real" || a === "graded" || b === "graded") {
        return isSparse(a) || isSparse(b) ? "graded" : "real";
      }
      if (a === b) return a;
      return "trit";
    case "div":
      return isSparse(a) ? "graded" : "real";
    case "maximum":
    case "minimum":
      return joinKinds(a, b) ?? "real";
    default:
      return "real";
  }
}

/** Kind of an aggregation over edges or nodes: only `max` and `min` return one of their inputs. */
export function reducedKind(reducers: readonly string[], kind: Kind): Kind {
  return reducers.every((r) => r === "max" || r === "min")
    ? kind === "sign"
      ? "trit"
      : kind
    : "real";
}
