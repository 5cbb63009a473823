/**
 * What follows a product up to the sign, as one comparison per channel: the float computation itself says where its
 * sign changes, so the bits are those of the float simulation, rounding included (Bahri, Bahl, Zafeiriou 2021,
 * section 3; thresholds as in Umuroglu et al. 2017, FINN, section 4.2.2). The compiler folds only chains that rise or fall
 * with the product in every channel.
 */
import type { PointwiseLoop } from "../plan.js";

/** A chain over one row of products: fills `into` [channels] from `y` [channels]. */
export type RowChain = (y: Float32Array, into: Float32Array) => void;

/** A loop of the plan, its constant operands filled in. */
export function rowChain(loop: PointwiseLoop, constants: readonly Float32Array[]): RowChain {
  return (y, into) => loop([y, ...constants], into, 1, y.length);
}

/** One chain after the other; missing ones are the identity. */
export function composed(chains: readonly (RowChain | undefined)[], channels: number): RowChain {
  const present = chains.filter((chain) => chain !== undefined);
  const between = new Float32Array(channels);
  return (y, into) => {
    let from = y;
    present.forEach((chain, k) => {
      const to = k === present.length - 1 ? into : between;
      chain(from, to);
      from = to;
    });
    if (present.length === 0) into.set(y);
  };
}

/** Whether a chain falls with the product in each channel. */
export function falling(
  chain: RowChain | undefined,
  channels: number,
  low: number,
  high: number,
): Uint8Array {
  const falls = new Uint8Array(channels);
  if (chain === undefined) return falls;
  const [first, last] = [new Float32Array(channels), new Float32Array(channels)];
  chain(new Float32Array(channels).fill(low), first);
  chain(new Float32Array(channels).fill(high), last);
  return falls.map((_, c) => (last[c]! < first[c]! ? 1 : 0));
}

/** Where the sign of a chain changes: it is +1 where (y >= number at the place) xor falls. */
export interface Change {
  readonly places: Float64Array;
  readonly falls: Uint8Array;
}

/**
 * Bisects for the first value at which the sign differs from that at the low end, in all channels at once.
 * @param numberAt the value at a place; rises with the place
 * @param from first place @param to last place; a sign that never changes does so at `to + 1`
 */
export function changeOf(
  signs: RowChain,
  channels: number,
  numberAt: (place: number, channel: number) => number,
  from: number,
  to: number,
): Change {
  const y = new Float32Array(channels);
  const sign = new Float32Array(channels);
  const set = (place: (c: number) => number): Uint8Array => {
    for (let c = 0; c < channels; c++) y[c] = numberAt(place(c), c);
    signs(y, sign);
    return Uint8Array.from(sign, (value) => (value < 0 ? 0 : 1));
  };
  const falls = set(() => from);
  const same = new Float64Array(channels).fill(from);
  const changed = new Float64Array(channels).fill(to + 1);
  const ends = set(() => to);
  ends.forEach((value, c) => {
    if (value !== falls[c]) changed[c] = to;
    else same[c] = to;
  });
  while (changed.some((place, c) => place - same[c]! > 1)) {
    const middle = changed.map((place, c) => Math.floor((place + same[c]!) / 2));
    set((c) => middle[c]!).forEach((value, c) => {
      if (changed[c]! - same[c]! <= 1) return;
      if (value === falls[c]) same[c] = middle[c]!;
      else changed[c] = middle[c]!;
    });
  }
  return { places: changed, falls };
}

/** Whole numbers are their own places. */
export const wholeNumber = (place: number): number => place;

const bits = new DataView(new ArrayBuffer(4));

/** Floats in their order: place 0 is 0, place 1 the smallest number above it. */
export function floatAt(place: number): number {
  bits.setInt32(0, Math.abs(place));
  const size = bits.getFloat32(0);
  return place < 0 ? -size : size;
}

/** The place of the largest float that products reach: 2^100. */
export const LAST_FLOAT = (127 + 100) << 23;

/** Rows of flags as bits, one row. */
export function flagBits(flags: Uint8Array, into: Uint8Array): void {
  into.fill(0);
  flags.forEach((flag, c) => {
    if (flag === 1) into[c >> 3]! |= 1 << (c & 7);
  });
}
