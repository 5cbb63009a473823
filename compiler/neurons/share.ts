/**
 * Names what a loop body would compute twice: parts that do not depend on the unit or the step move in
 * front of the loops, parts that occur more than once become a `const` of the body.
 */
import { key, mapParts, mul, number, partsOf, div, name as named } from "./formula.js";
import type { Formula } from "./formula.js";
import { formulasOf, mapLine } from "./lines.js";
import type { Line } from "./lines.js";
import { capitalised } from "./names.js";
import type { Names } from "./names.js";

export interface Shared {
  /** Constants to compute once, before the loops. */
  readonly hoisted: readonly Line[];
  readonly lines: readonly Line[];
}

/** A part must cost this much to be worth a name: a call, a division, or three operations. */
const WORTH_HOISTING = 4;
const WORTH_NAMING = 3;

/** Hoists what depends only on `invariants` (names) and shares repeated parts. */
export function share(
  lines: readonly Line[],
  invariants: ReadonlySet<string>,
  names: Names,
): Shared {
  const expanded = lines.map((line) => mapLine(line, expandPowers));
  const hoisted = new Map<string, Line & { tag: "const" }>();
  const lift = (part: Formula): Formula => {
    if (cost(part) >= WORTH_HOISTING && isInvariant(part, invariants)) {
      const known = hoisted.get(key(part));
      if (known !== undefined) return named(known.name);
      const name = names.fresh(nameFor(part));
      hoisted.set(key(part), { tag: "const", name, value: part });
      return named(name);
    }
    return mapParts(part, lift);
  };
  const inner = expanded.map((line) => mapLine(line, lift));
  return { hoisted: [...hoisted.values()], lines: nameRepeated(inner, names) };
}

function nameRepeated(lines: readonly Line[], names: Names): readonly Line[] {
  let current = [...lines];
  for (;;) {
    const found = mostExpensiveRepeated(current);
    if (found === undefined) return current;
    const target = key(found);
    const first = current.findIndex((line) => formulasOf(line).some((f) => contains(f, target)));
    const at = current[first];
    const reuse = at.tag === "const" && key(at.value) === target;
    const name = reuse ? at.name : names.fresh(nameFor(found));
    const replace = (part: Formula): Formula =>
      key(part) === target ? named(name) : mapParts(part, replace);
    current = current.map((line, k) => (reuse && k === first ? line : mapLine(line, replace)));
    if (!reuse) current.splice(first, 0, { tag: "const", name, value: found });
  }
}

function mostExpensiveRepeated(lines: readonly Line[]): Formula | undefined {
  const counts = new Map<string, { formula: Formula; count: number }>();
  const visit = (formula: Formula): void => {
    if (cost(formula) >= WORTH_NAMING) {
      const entry = counts.get(key(formula));
      if (entry === undefined) counts.set(key(formula), { formula, count: 1 });
      else entry.count++;
    }
    partsOf(formula).forEach(visit);
  };
  lines.forEach((line) => formulasOf(line).forEach(visit));
  let best: Formula | undefined;
  for (const { formula, count } of counts.values()) {
    if (count > 1 && (best === undefined || cost(formula) > cost(best))) best = formula;
  }
  return best;
}

function contains(formula: Formula, target: string): boolean {
  return key(formula) === target || partsOf(formula).some((part) => contains(part, target));
}

function isInvariant(formula: Formula, invariants: ReadonlySet<string>): boolean {
  if (formula.tag === "name") return invariants.has(formula.name) || formula.name === "Math.PI";
  if (formula.tag === "read") return false;
  if (formula.tag === "choose" && formula.test.tag !== "compare") return false;
  return partsOf(formula).every((part) => isInvariant(part, invariants));
}

function cost(formula: Formula): number {
  const own =
    formula.tag === "call"
      ? 10
      : formula.tag === "binary"
        ? formula.op === "/" || formula.op === "^"
          ? 4
          : 1
        : formula.tag === "choose"
          ? 1
          : 0;
  return partsOf(formula).reduce((sum, part) => sum + cost(part), own);
}

/** `x^2` as `x * x`, `x^-1` as a division: `Math.pow` is many times slower. */
function expandPowers(formula: Formula): Formula {
  const inner = mapParts(formula, expandPowers);
  if (inner.tag !== "binary" || inner.op !== "^" || inner.right.tag !== "number") return inner;
  const exponent = inner.right.value;
  const size = Math.abs(exponent);
  if (!Number.isInteger(exponent) || size > 4 || size === 0) return inner;
  let product = inner.left;
  for (let k = 1; k < size; k++) product = mul(product, inner.left);
  return exponent < 0 ? div(number(1), product) : product;
}

/** `sigmoid(w)` -> `sigmoidW`, anything else -> `part`. */
function nameFor(formula: Formula): string {
  if (formula.tag !== "call") return "part";
  const [only] = formula.args;
  return only.tag === "name" ? `${formula.fn}${capitalised(only.name)}` : `${formula.fn}Part`;
}
