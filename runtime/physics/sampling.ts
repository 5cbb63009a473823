/** Points in the unit cube, by the methods that `sample` names. */
import { SgnnError } from "../error.js";
import type { Rng } from "../tensor/random/rng.js";
import type { NamedCall } from "../train/spec.js";

/** Coordinates in [0, 1) by dimension. */
export type UnitPoints = readonly Float64Array[];

/**
 * `count` points (for `grid` the next smaller power) in `dimensions` dimensions.
 * @param method sobol, halton, latin, uniform, adaptive (its first points are sobol), grid
 * @param rng gives the shift, permutations or coordinates
 * @throws SgnnError R350 for another method
 */
export function unitPoints(
  method: NamedCall,
  count: number,
  dimensions: number,
  rng: Rng,
): UnitPoints {
  switch (method.name) {
    case "sobol":
    case "adaptive":
      return sobol(count, dimensions, rng);
    case "halton":
      return halton(count, dimensions, rng);
    case "latin":
      return latin(count, dimensions, rng);
    case "uniform":
      return columns(dimensions, count, () => fine(rng));
    case "grid":
      return grid(count, dimensions);
    default:
      throw new SgnnError({
        code: "R350",
        message: `there is no sampling method ${method.name}`,
        why: "Points of a problem are drawn by sobol, halton, latin, uniform, adaptive or grid.",
        fix: "Name one of these after the number of points.",
      });
  }
}

function columns(
  dimensions: number,
  count: number,
  next: (d: number, k: number) => number,
): UnitPoints {
  const result = Array.from({ length: dimensions }, () => new Float64Array(count));
  for (let k = 0; k < count; k++) result.forEach((column, d) => (column[k] = next(d, k)));
  return result;
}

/** Uniform with 48 random bits. */
function fine(rng: Rng): number {
  return (rng.uniform() + rng.uniform() / 16777216) % 1;
}

/** Primitive polynomials and first direction numbers of Joe and Kuo (2008) after the first dimension. */
const directions: readonly { readonly a: number; readonly m: readonly number[] }[] = [
  { a: 0, m: [1] },
  { a: 1, m: [1, 3] },
  { a: 1, m: [1, 3, 1] },
  { a: 2, m: [1, 1, 1] },
  { a: 1, m: [1, 1, 3, 3] },
  { a: 4, m: [1, 3, 5, 13] },
];

/** Sobol's sequence (1967) in Gray code order with a random digital shift; Halton's beyond seven dimensions. */
function sobol(count: number, dimensions: number, rng: Rng): UnitPoints {
  if (dimensions > directions.length + 1) return halton(count, dimensions, rng);
  const table = Array.from({ length: dimensions }, (_, d) => directionNumbers(d));
  const state = table.map(() => rng.word());
  const result = table.map(() => new Float64Array(count));
  for (let k = 0; k < count; k++) {
    result.forEach((column, d) => (column[k] = (state[d]! >>> 0) / 4294967296));
    // The lowest zero bit of k says which direction number comes next.
    const bit = 31 - Math.clz32(~k & (k + 1));
    table.forEach((numbers, d) => (state[d]! ^= numbers[bit]!));
  }
  return result;
}

function directionNumbers(dimension: number): number[] {
  const v: number[] = [];
  if (dimension === 0) {
    for (let k = 0; k < 32; k++) v.push((2 ** (31 - k)) | 0);
    return v;
  }
  const { a, m } = directions[dimension - 1]!;
  const s = m.length;
  for (let k = 0; k < 32; k++) {
    if (k < s) {
      v.push((m[k]! << (31 - k)) | 0);
      continue;
    }
    let next = v[k - s]! ^ (v[k - s]! >>> s);
    for (let j = 1; j < s; j++) if ((a >> (s - 1 - j)) & 1) next ^= v[k - j]!;
    v.push(next | 0);
  }
  return v;
}

const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29];

/** Halton's sequence (1960), shifted by a random vector modulo 1. */
function halton(count: number, dimensions: number, rng: Rng): UnitPoints {
  const shift = Array.from({ length: dimensions }, () => fine(rng));
  return columns(dimensions, count, (d, k) => {
    const base = primes[d % primes.length]!;
    let value = 0;
    let digit = 1 / base;
    for (let n = k + 1; n > 0; n = Math.floor(n / base)) {
      value += digit * (n % base);
      digit /= base;
    }
    return (value + shift[d]!) % 1;
  });
}

/** Latin hypercube (McKay et al. 1979): each of `count` slices of every dimension holds one point. */
function latin(count: number, dimensions: number, rng: Rng): UnitPoints {
  const orders = Array.from({ length: dimensions }, () => rng.permutation(count));
  return columns(dimensions, count, (d, k) => (orders[d]![k]! + fine(rng)) / count);
}

/** Centres of equal cells. */
function grid(count: number, dimensions: number): UnitPoints {
  const side = Math.max(1, Math.floor(count ** (1 / dimensions) + 1e-9));
  return columns(dimensions, side ** dimensions, (d, k) => {
    return ((Math.floor(k / side ** d) % side) + 0.5) / side;
  });
}
