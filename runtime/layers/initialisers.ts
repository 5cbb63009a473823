/** Initial values of parameters: a function of shape and a random stream. */
import type { Rng } from "../tensor/random/rng.js";

/** Fills a new array of `shape` (row-major) from `rng`. */
export type Initialiser = (shape: readonly number[], rng: Rng) => Float32Array;

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** First dim; 1 for a scalar. */
function fanIn(shape: readonly number[]): number {
  return shape[0] ?? 1;
}

/** Product of the dims after the first. */
function fanOut(shape: readonly number[]): number {
  return size(shape.slice(1));
}

/** All 0. */
export function zeros(): Initialiser {
  return (shape) => new Float32Array(size(shape));
}

/** All 1. */
export function ones(): Initialiser {
  return constant(1);
}

/** All `value`. */
export function constant(value: number): Initialiser {
  return (shape) => new Float32Array(size(shape)).fill(value);
}

/** Uniform in [low, high). */
export function uniform(low = 0, high = 1): Initialiser {
  return (shape, rng) => rng.uniforms(size(shape), low, high);
}

/** Normal with the given mean and standard deviation. */
export function normal(mean = 0, deviation = 1): Initialiser {
  return (shape, rng) => rng.normals(size(shape), mean, deviation);
}

/** Uniform in +-sqrt(6 / (fan-in + fan-out)) (Glorot and Bengio 2010). */
export function glorot(): Initialiser {
  return (shape, rng) => {
    const bound = Math.sqrt(6 / (fanIn(shape) + fanOut(shape)));
    return rng.uniforms(size(shape), -bound, bound);
  };
}

/** Uniform in +-sqrt(6 / fan-in), for layers followed by relu (He et al. 2015). */
export function kaiming(): Initialiser {
  return (shape, rng) => {
    const bound = Math.sqrt(6 / fanIn(shape));
    return rng.uniforms(size(shape), -bound, bound);
  };
}

/**
 * A random matrix [fan-in, fan-out] with orthonormal rows or columns, whichever are fewer, times
 * `gain` (Saxe et al. 2014): Gram-Schmidt in double precision, twice, over normal vectors.
 */
export function orthogonal(gain = 1): Initialiser {
  return (shape, rng) => {
    const rows = fanIn(shape);
    const columns = fanOut(shape);
    const count = Math.min(rows, columns);
    const length = Math.max(rows, columns);
    const vectors: Float64Array[] = [];
    for (let k = 0; k < count; k++) vectors.push(unitVector(length, vectors, rng));
    const values = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const entry = rows <= columns ? vectors[r]![c]! : vectors[c]![r]!;
        values[r * columns + c] = gain * entry;
      }
    }
    return values;
  };
}

/** A random unit vector orthogonal to `others`. */
function unitVector(length: number, others: readonly Float64Array[], rng: Rng): Float64Array {
  for (;;) {
    const vector = Float64Array.from({ length }, () => rng.normal());
    // Once loses orthogonality to rounding; twice is enough (Giraud et al. 2005).
    for (let pass = 0; pass < 2; pass++) {
      for (const other of others) {
        let along = 0;
        for (let k = 0; k < length; k++) along += vector[k]! * other[k]!;
        for (let k = 0; k < length; k++) vector[k]! -= along * other[k]!;
      }
    }
    let norm = 0;
    for (let k = 0; k < length; k++) norm += vector[k]! * vector[k]!;
    norm = Math.sqrt(norm);
    if (norm > 1e-6) return vector.map((value) => value / norm);
  }
}
