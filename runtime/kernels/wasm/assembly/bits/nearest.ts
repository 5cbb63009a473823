/** The nearest rows of each row by Hamming distance. Meaning: runtime/inference/bit-kernels.ts, `typescriptBits`. */
import { differing } from "./counts";

/** Distances are compared sixteen at a time. */
const BLOCK: i32 = 16;

/** Distances of the row at `own` to `count` rows, int16. */
function distancesOf(own: usize, x: usize, out: usize, count: i32, vectors: i32): void {
  const bytes: usize = (vectors as usize) << 4;
  const end: usize = x + (count as usize) * bytes;
  if (vectors > 1) {
    for (let row: usize = x; row < end; row += bytes, out += 2) {
      store<i16>(out, differing(own, row, vectors) as i16);
    }
    return;
  }
  const a = load<i64>(own);
  const b = load<i64>(own, 8);
  for (let row: usize = x; row < end; row += 16, out += 2) {
    const distance = popcnt<i64>(a ^ load<i64>(row)) + popcnt<i64>(b ^ load<i64>(row, 8));
    store<i16>(out, distance as i16);
  }
}

/** Number of distances above `limit`. */
function countAbove(distances: usize, end: usize, limit: i32): i32 {
  const bound = v128.splat<i16>(limit as i16);
  // A comparison that holds is -1.
  let low = v128.splat<i16>(0);
  let high = low;
  for (let at: usize = distances; at < end; at += 32) {
    low = v128.sub<i16>(low, v128.gt<i16>(v128.load(at), bound));
    high = v128.sub<i16>(high, v128.gt<i16>(v128.load(at, 16), bound));
  }
  const four = v128.add<i32>(
    i32x4.extadd_pairwise_i16x8_u(low),
    i32x4.extadd_pairwise_i16x8_u(high),
  );
  return (
    v128.extract_lane<i32>(four, 0) +
    v128.extract_lane<i32>(four, 1) +
    v128.extract_lane<i32>(four, 2) +
    v128.extract_lane<i32>(four, 3)
  );
}

/**
 * The `k` nearest rows of each row by Hamming distance, nearest first, equally near ones by number. The distance of the
 * `k`-th is found by bisection, counting in vectors how many lie above; the few that lie within it are put in their
 * places by counting.
 * @param near int32 [count, k], numbers counted from `base`
 * @param places int32 [width + 2], scratch
 * @param within int32 [count], scratch
 * @param distances int16 [count up to a multiple of 16], scratch: widths up to 32,766
 */
export function hammingNearest(
  x: usize,
  near: usize,
  places: usize,
  within: usize,
  distances: usize,
  count: i32,
  k: i32,
  vectors: i32,
  width: i32,
  base: i32,
): void {
  const bytes: usize = (vectors as usize) << 4;
  const padded: i32 = (count + BLOCK - 1) & -BLOCK;
  const end: usize = distances + ((padded as usize) << 1);
  for (let i: i32 = 0; i < count; i++) {
    distancesOf(x + (i as usize) * bytes, x, distances, count, vectors);
    // The filling lies above every limit.
    for (let j: i32 = count; j < padded; j++) {
      store<i16>(distances + ((j as usize) << 1), i16.MAX_VALUE);
    }
    let limit: i32 = 0;
    let most: i32 = width;
    while (limit < most) {
      const middle = (limit + most) >> 1;
      if (padded - countAbove(distances, end, middle) >= k) most = middle;
      else limit = middle + 1;
    }
    memory.fill(places, 0, ((limit + 2) as usize) << 2);
    const found = listWithin(distances, end, limit, within, places);
    putInPlaces(
      near + (((i as usize) * (k as usize)) << 2),
      found,
      within,
      distances,
      places,
      limit,
      k,
      base,
    );
  }
}

/** Lists the rows within the limit; places[d + 1] becomes the number of them at distance d. Returns the end. */
function listWithin(distances: usize, end: usize, limit: i32, within: usize, places: usize): usize {
  const bound = v128.splat<i16>(limit as i16);
  let to: usize = within;
  for (let at: usize = distances; at < end; at += 32) {
    const low = v128.le<i16>(v128.load(at), bound);
    const high = v128.le<i16>(v128.load(at, 16), bound);
    let bits = v128.bitmask<i8>(v128.narrow<i16>(low, high));
    for (; bits != 0; bits &= bits - 1) {
      const one: usize = at + ((ctz(bits) as usize) << 1);
      store<i32>(to, ((one - distances) >> 1) as i32);
      to += 4;
      const place: usize = places + ((load<i16>(one) as usize) << 2);
      store<i32>(place, load<i32>(place, 4) + 1, 4);
    }
  }
  return to;
}

/** Nearest first: counting sort of the listed rows by distance, of which the first `k` are kept. */
function putInPlaces(
  near: usize,
  found: usize,
  within: usize,
  distances: usize,
  places: usize,
  limit: i32,
  k: i32,
  base: i32,
): void {
  let nearer: i32 = 0;
  for (let d: i32 = 0; d <= limit; d++) {
    const at: usize = places + ((d as usize) << 2);
    nearer += load<i32>(at);
    store<i32>(at, nearer);
  }
  for (let at: usize = within; at < found; at += 4) {
    const j = load<i32>(at);
    const distance = load<i16>(distances + ((j as usize) << 1));
    const place: usize = places + ((distance as usize) << 2);
    const rank = load<i32>(place);
    store<i32>(place, rank + 1);
    if (rank < k) store<i32>(near + ((rank as usize) << 2), base + j);
  }
}
