/**
 * Derivatives that occur in one fixed linear combination only become one operator: the network then carries
 * d/dt - nu d^2/dx^2 as a single coefficient of its jet.
 *
 * A derivative may join when every residual is linear in it with a constant factor, and no other derivative
 * needs it in the chain rule. Those whose factors have the same ratios in all residuals form one operator.
 */
import type { OperatorIr, ResidualIr, SymbolIr } from "../ir/physics.js";
import { differentiate } from "../neurons/differentiate.js";
import { ZERO, name as named, rename } from "../neurons/formula.js";
import { plainOperator, type FieldSymbol, type Symbols } from "./symbols.js";

export interface Merged {
  readonly residuals: readonly ResidualIr[];
  readonly symbols: readonly SymbolIr[];
}

/** The residuals of one term with its symbols, merged where the term has a single site. */
export function mergeOperators(
  residuals: readonly ResidualIr[],
  symbols: Symbols,
  sites: number,
): Merged {
  const used: FieldSymbol[] = [];
  for (const { value } of residuals) {
    for (const symbol of symbols.in(value)) if (!used.includes(symbol)) used.push(symbol);
  }
  const plain = (one: FieldSymbol): SymbolIr => ({
    name: one.name,
    site: one.site,
    field: one.field,
    operator: plainOperator(one.index),
  });
  const groups = sites === 1 ? groupsOf(residuals, used, symbols) : [];
  if (groups.length === 0) return { residuals, symbols: used.map(plain) };

  const replaced = new Map<string, string | undefined>();
  const combined: SymbolIr[] = [];
  groups.forEach((operator, k) => {
    const keys = operator.map(({ index }) => index.join());
    for (const symbol of used) {
      const place = keys.indexOf(symbol.index.join());
      if (place < 0) continue;
      const name = `${symbols.fields[symbol.field]}_L${k === 0 ? "" : k + 1}`;
      replaced.set(symbol.name, place === 0 ? name : undefined);
      if (!combined.some((one) => one.name === name)) {
        combined.push({ name, site: 0, field: symbol.field, operator });
      }
    }
  });
  const rest = used.filter((one) => !replaced.has(one.name)).map(plain);
  return {
    symbols: [...rest, ...combined],
    residuals: residuals.map((residual) => ({
      ...residual,
      value: rename(residual.value, (text) => {
        if (!replaced.has(text)) return named(text);
        const name = replaced.get(text);
        return name === undefined ? ZERO : named(name);
      }),
    })),
  };
}

/** Operators of at least two derivatives, each normalised to factor 1 for its first. */
function groupsOf(
  residuals: readonly ResidualIr[],
  used: readonly FieldSymbol[],
  symbols: Symbols,
): OperatorIr[] {
  const indices = new Map(used.map(({ index }) => [index.join(), index]));
  const byRatio = new Map<string, { index: readonly number[]; factors: number[] }[]>();
  for (const [key, index] of indices) {
    if (index.every((order) => order === 0)) continue;
    if ([...indices.values()].some((other) => isBelow(index, other))) continue;
    const factors = constantFactors(residuals, symbols, index);
    const lead = factors?.find((factor) => factor !== 0);
    if (factors === undefined || lead === undefined) continue;
    const ratio = factors.map((factor) => (factor / lead).toPrecision(12)).join(" ");
    byRatio.set(ratio, [
      ...(byRatio.get(ratio) ?? []),
      { index: indices.get(key) ?? index, factors },
    ]);
  }
  return [...byRatio.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const lead = (factors: readonly number[]): number =>
        factors.find((factor) => factor !== 0) ?? 1;
      const first = lead(group[0].factors);
      return group.map(({ index, factors }) => ({ index, factor: lead(factors) / first }));
    });
}

function isBelow(index: readonly number[], other: readonly number[]): boolean {
  return index.join() !== other.join() && index.every((order, k) => order <= other[k]);
}

/** The factor of d^index of every field in every residual; undefined when one is not constant. */
function constantFactors(
  residuals: readonly ResidualIr[],
  symbols: Symbols,
  index: readonly number[],
): number[] | undefined {
  const factors: number[] = [];
  for (const { value } of residuals) {
    for (const [field] of symbols.fields.entries()) {
      const slope = differentiate(value, symbols.of(field, index).name);
      if (slope.tag !== "number") return undefined;
      factors.push(slope.value);
    }
  }
  return factors;
}
