/**
 * Multi-indices of partial derivatives, and Faà di Bruno's formula for them.
 *
 * A multi-index holds the order in each variable: [2, 1] is d^3/dx^2 dt. A jet of a function is the list
 * of its derivatives for a set that holds with each derivative all smaller ones; the chain rule then never
 * needs a derivative outside the set.
 */
export type MultiIndex = readonly number[];

/** Total order of a derivative. */
export function orderOf(index: MultiIndex): number {
  return index.reduce((sum, order) => sum + order, 0);
}

/**
 * A linear combination of derivatives, propagated as one: d/dt - nu d^2/dx^2. A heat equation then needs two
 * derivatives beside the value rather than three (the "forward Laplacian" of Li et al. 2024, Nature Machine
 * Intelligence 6, for any operator with constant coefficients).
 */
export type Operator = readonly { readonly index: MultiIndex; readonly factor: number }[];

/** A single derivative as an operator. */
export function derivative(...index: number[]): Operator {
  return [{ index, factor: 1 }];
}

/** Text that is equal exactly for equal operators. */
export function operatorKey(operator: Operator): string {
  return operator.map(({ index, factor }) => `${factor}*${index.join()}`).join("+");
}

/** Place of an operator in a jet, or -1. */
export function placeIn(jet: readonly Operator[], operator: Operator): number {
  const key = operatorKey(operator);
  return jet.findIndex((one) => operatorKey(one) === key);
}

/** Place of a plain derivative in a jet, or -1. */
export function indexIn(jet: readonly Operator[], index: MultiIndex): number {
  return placeIn(jet, derivative(...index));
}

/**
 * The smallest jet that holds the wanted operators: with each derivative all below it, which the chain rule
 * asks for; the value first, then by rising order.
 * @param variables number of variables
 */
export function jetOf(wanted: readonly Operator[], variables: number): readonly Operator[] {
  const found = new Map<string, Operator>();
  const visit = (operator: Operator): void => {
    const key = operatorKey(operator);
    if (found.has(key)) return;
    found.set(key, operator);
    for (const { index } of operator) {
      index.forEach((order, k) => {
        const lower = index.map((one, m) => (m === k ? one - 1 : one));
        if (order > 0 && orderOf(lower) > 0) visit(derivative(...lower));
      });
    }
  };
  visit(derivative(...new Array<number>(variables).fill(0)));
  wanted.forEach(visit);
  return [...found.values()].sort(
    (a, b) => operatorOrder(a) - operatorOrder(b) || compare(b[0]!.index, a[0]!.index),
  );
}

/** Highest order in an operator. A combination comes after the derivatives of that order, which it may need. */
export function operatorOrder(operator: Operator): number {
  const order = Math.max(...operator.map(({ index }) => orderOf(index)));
  return operator.length > 1 ? order + 0.5 : order;
}

function compare(a: MultiIndex, b: MultiIndex): number {
  const k = a.findIndex((order, m) => order !== b[m]);
  return k < 0 ? 0 : a[k]! - b[k]!;
}

/** `factor f^(order)(z) z_parts[0] z_parts[1] ..`; parts are places in the jet. */
export interface ChainTerm {
  readonly order: number;
  readonly factor: number;
  readonly parts: readonly number[];
}

/**
 * Faà di Bruno's formula: for each operator of the jet but the value, the terms of its application to
 * y = f(z) besides f'(z) z_a. A derivative by |a| variables sums over the ways to split them into groups.
 */
export function chainTerms(jet: readonly Operator[]): readonly (readonly ChainTerm[])[] {
  return jet.slice(1).map((operator) => {
    const terms = new Map<string, { order: number; factor: number; parts: number[] }>();
    for (const { index, factor } of operator) {
      const variables = index.flatMap((order, k) => new Array<number>(order).fill(k));
      for (const groups of partitions(variables.length)) {
        if (groups.length < 2) continue;
        const parts = groups
          .map((group) => {
            const part = index.map(() => 0);
            for (const element of group) part[variables[element]!]! += 1;
            return indexIn(jet, part);
          })
          .sort((a, b) => a - b);
        const term = terms.get(parts.join());
        if (term !== undefined) term.factor += factor;
        else terms.set(parts.join(), { order: groups.length, factor, parts });
      }
    }
    return [...terms.values()].sort((a, b) => a.order - b.order);
  });
}

/** The operator applied to (x_variable - middle) / half, apart from the value. */
export function ofInput(operator: Operator, variable: number, half: number): number {
  return operator.reduce((sum, { index, factor }) => {
    const isFirst = index.every((order, k) => order === (k === variable ? 1 : 0));
    return isFirst ? sum + factor / half : sum;
  }, 0);
}

/** All ways to split 0..count-1 into groups. */
function partitions(count: number): number[][][] {
  if (count === 0) return [[]];
  return partitions(count - 1).flatMap((groups) => [
    ...groups.map((_, k) =>
      groups.map((group, m) => (m === k ? [...group, count - 1] : [...group])),
    ),
    [...groups.map((group) => [...group]), [count - 1]],
  ]);
}
