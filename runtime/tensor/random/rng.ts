/** Numbers drawn one after the other from a keyed Philox stream. */
import { philox } from "./philox.js";
import { randomKey, type RandomKey } from "./key.js";

/**
 * A random stream. Two streams with the same key give the same numbers; the position is the number
 * of 32-bit words drawn so far.
 */
export class Rng {
  readonly key: RandomKey;
  private readonly block = new Uint32Array(4);
  private used = 4;
  private counter = 0;
  private spare: number | undefined;

  constructor(key: RandomKey) {
    this.key = key;
  }

  /** The stream named (seed, purpose, indices...); see `randomKey`. */
  static of(seed: number, purpose: string, ...indices: number[]): Rng {
    return new Rng(randomKey(seed, purpose, ...indices));
  }

  /** Next unsigned 32-bit word. */
  word(): number {
    if (this.used === 4) {
      const high = Math.floor(this.counter / 4294967296);
      philox(this.counter | 0, high, 0, 0, this.key.k0, this.key.k1, this.block, 0);
      this.counter += 1;
      this.used = 0;
    }
    return this.block[this.used++]!;
  }

  /** Uniform in [low, high): 24 random bits, so that rounding to a 32-bit float never reaches 1. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * ((this.word() >>> 8) / 16777216);
  }

  /** Normal by Box and Muller (1958), two words for two numbers. */
  normal(mean = 0, deviation = 1): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return mean + deviation * value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return mean + deviation * radius * Math.cos(angle);
  }

  /** Uniform integer in [0, count), unbiased (rejection). `count` is between 1 and 2^32. */
  integer(count: number): number {
    const limit = 4294967296 - (4294967296 % count);
    let word = this.word();
    while (word >= limit) word = this.word();
    return word % count;
  }

  /** A random order of 0..count - 1 (Fisher and Yates). */
  permutation(count: number): Int32Array {
    const order = new Int32Array(count);
    for (let k = 0; k < count; k++) order[k] = k;
    for (let k = count - 1; k > 0; k--) {
      const other = this.integer(k + 1);
      const kept = order[k]!;
      order[k] = order[other]!;
      order[other] = kept;
    }
    return order;
  }

  /** `count` uniforms in [low, high). */
  uniforms(count: number, low = 0, high = 1): Float32Array {
    const values = new Float32Array(count);
    for (let k = 0; k < count; k++) values[k] = this.uniform(low, high);
    return values;
  }

  /** `count` normals. */
  normals(count: number, mean = 0, deviation = 1): Float32Array {
    const values = new Float32Array(count);
    for (let k = 0; k < count; k++) values[k] = this.normal(mean, deviation);
    return values;
  }

  /** `count` integers in [0, bound). */
  integers(count: number, bound: number): Int32Array {
    const values = new Int32Array(count);
    for (let k = 0; k < count; k++) values[k] = this.integer(bound);
    return values;
  }
}
