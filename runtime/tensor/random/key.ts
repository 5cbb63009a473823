/**
 * Keys of random streams. A stream is named by (seed, purpose, indices...); its Philox key is the
 * hash of that name, so two purposes never share numbers and a resumed run finds its streams again.
 */
import { philox } from "./philox.js";

/** A 64-bit Philox key as two 32-bit words. */
export interface RandomKey {
  readonly k0: number;
  readonly k1: number;
}

/**
 * Key of the stream (seed, purpose, indices...).
 *
 * The words of the message (the seed as two words, the purpose as UTF-8 bytes packed little-endian,
 * its length, the indices as two words each) are absorbed four at a time: `key <- key ^ philox(words, key)`
 * (Davies-Meyer over the first two output words).
 * @param seed any finite number; integers up to 2^53 are distinct
 * @param purpose what the stream is for, e.g. "dropout" or the path of a parameter
 * @param indices non-negative integers: epoch, step, call number, ...
 */
export function randomKey(seed: number, purpose: string, ...indices: number[]): RandomKey {
  const bytes = new TextEncoder().encode(purpose);
  const words: number[] = [];
  pushNumber(words, seed);
  words.push(bytes.length, indices.length);
  for (let at = 0; at < bytes.length; at += 4) {
    words.push(
      (bytes[at] ?? 0) |
        ((bytes[at + 1] ?? 0) << 8) |
        ((bytes[at + 2] ?? 0) << 16) |
        ((bytes[at + 3] ?? 0) << 24),
    );
  }
  for (const index of indices) pushNumber(words, index);

  const block = new Uint32Array(4);
  let k0 = 0;
  let k1 = 0;
  for (let at = 0; at < words.length; at += 4) {
    philox(
      words[at] ?? 0,
      words[at + 1] ?? 0,
      words[at + 2] ?? 0,
      words[at + 3] ?? 0,
      k0,
      k1,
      block,
      0,
    );
    k0 = (k0 ^ block[0]!) | 0;
    k1 = (k1 ^ block[1]!) | 0;
  }
  return { k0, k1 };
}

const scratch = new DataView(new ArrayBuffer(8));

/** The number's IEEE double as two words: exact for every seed, fractional or negative ones too. */
function pushNumber(words: number[], value: number): void {
  scratch.setFloat64(0, value);
  words.push(scratch.getInt32(4), scratch.getInt32(0));
}
