/**
 * Dropout over flat arrays. Element k of the array is decided by 16 bits of Philox block floor(k / 8)
 * (word (k >> 1) & 3, low half for even k), so a block whose elements are all 0 is never drawn: on a
 * sparse feature matrix most of the work disappears, and the gradient finds the same mask again.
 */
import { philox } from "../../tensor/random/philox.js";
import type { RandomKey } from "../../tensor/random/key.js";

const BLOCK = 8;

/** An element whose 16 bits are below the threshold is dropped; the others are multiplied by the factor. */
export function chances(rate: number): { threshold: number; factor: number } {
  return { threshold: Math.round(rate * 65536), factor: rate >= 1 ? 0 : 1 / (1 - rate) };
}

/**
 * y[k] = x[k] / (1 - rate) where kept, 0 where dropped; an element is dropped with probability
 * round(rate * 65536) / 65536.
 */
export function dropout(x: Float32Array, y: Float32Array, rate: number, key: RandomKey): void {
  const { threshold, factor } = chances(rate);
  const words = new Uint32Array(4);
  y.fill(0);
  for (let start = 0; start < x.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, x.length);
    let at = start;
    while (at < end && x[at] === 0) at++;
    if (at === end) continue;
    const block = start / BLOCK;
    philox(block | 0, Math.floor(block / 4294967296), 0, 0, key.k0, key.k1, words, 0);
    for (; at < end; at++) {
      const word = words[((at - start) >> 1) & 3]!;
      const bits = (at & 1) === 0 ? word & 0xffff : word >>> 16;
      if (bits >= threshold) y[at] = x[at]! * factor;
    }
  }
}
