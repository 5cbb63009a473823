/** Counts of the bits in which rows differ, for a few rows or a few columns. */

/** Bits that differ in `vectors` vectors. Two counts of 64 bits are one instruction each on most machines. */
export function differing(a: usize, b: usize, vectors: i32): i32 {
  let total: i64 = 0;
  const end: usize = (vectors as usize) << 4;
  for (let at: usize = 0; at < end; at += 16) {
    total += popcnt<i64>(load<i64>(a + at) ^ load<i64>(b + at));
    total += popcnt<i64>(load<i64>(a + at, 8) ^ load<i64>(b + at, 8));
  }
  return total as i32;
}

/** Sums of four vectors of sixteen unsigned bytes, as four lanes. */
export function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const a4 = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(a));
  const b4 = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(b));
  const c4 = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(c));
  const d4 = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(d));
  // A transposition of 4 x 4 lanes, then three sums.
  const ab0 = v128.shuffle<i32>(a4, b4, 0, 4, 1, 5);
  const ab1 = v128.shuffle<i32>(a4, b4, 2, 6, 3, 7);
  const cd0 = v128.shuffle<i32>(c4, d4, 0, 4, 1, 5);
  const cd1 = v128.shuffle<i32>(c4, d4, 2, 6, 3, 7);
  const ab = v128.add<i32>(ab0, ab1);
  const cd = v128.add<i32>(cd0, cd1);
  return v128.add<i32>(
    v128.shuffle<i32>(ab, cd, 0, 1, 4, 5),
    v128.shuffle<i32>(ab, cd, 2, 3, 6, 7),
  );
}

/** Bits that differ, byte by byte. */
export function counts(x: v128, w: usize): v128 {
  return v128.popcnt<i8>(v128.xor(x, v128.load(w)));
}

/** Bytes of a count overflow after 31 vectors. */
export const MOST_VECTORS: i32 = 31;
