/**
 * Kernels on packed signs: bit 1 is +1, bit 0 is -1, 128 bits to a vector, the last vector of a row filled with
 * zeros. Two rows of `width` signs have the product `width - 2 popcount(a xor b)`; the filling never counts.
 * Meaning: runtime/kernels/reference/bits.ts.
 */

/** Bits that differ in `vectors` vectors. Two counts of 64 bits are one instruction each on most machines. */
function differing(a: usize, b: usize, vectors: i32): i32 {
  let total: i64 = 0;
  const end: usize = (vectors as usize) << 4;
  for (let at: usize = 0; at < end; at += 16) {
    total += popcnt<i64>(load<i64>(a + at) ^ load<i64>(b + at));
    total += popcnt<i64>(load<i64>(a + at, 8) ^ load<i64>(b + at, 8));
  }
  return total as i32;
}

/** Sums of four vectors of sixteen unsigned bytes, as four lanes. */
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
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

/** y[r, c] = width - 2 popcount(x_r xor w_c), int32 [rows, columns]; rows of x and w have `vectors` vectors. */
export function bitProduct(
  x: usize,
  w: usize,
  y: usize,
  rows: i32,
  columns: i32,
  vectors: i32,
  width: i32,
): void {
  const bytes: usize = (vectors as usize) << 4;
  const full = v128.splat<i32>(width);
  for (let r: i32 = 0; r < rows; r++) {
    const row: usize = x + (r as usize) * bytes;
    const out: usize = y + (((r as usize) * (columns as usize)) << 2);
    let c: i32 = 0;
    for (; c + 4 <= columns; c += 4) {
      const w0: usize = w + (c as usize) * bytes;
      const w1: usize = w0 + bytes;
      const w2: usize = w1 + bytes;
      const w3: usize = w2 + bytes;
      let total = v128.splat<i32>(0);
      for (let first: i32 = 0; first < vectors; first += 31) {
        const last = min(vectors, first + 31);
        let s0 = v128.splat<i8>(0);
        let s1 = s0;
        let s2 = s0;
        let s3 = s0;
        for (let k: i32 = first; k < last; k++) {
          const at: usize = (k as usize) << 4;
          const v = v128.load(row + at);
          s0 = v128.add<i8>(s0, v128.popcnt<i8>(v128.xor(v, v128.load(w0 + at))));
          s1 = v128.add<i8>(s1, v128.popcnt<i8>(v128.xor(v, v128.load(w1 + at))));
          s2 = v128.add<i8>(s2, v128.popcnt<i8>(v128.xor(v, v128.load(w2 + at))));
          s3 = v128.add<i8>(s3, v128.popcnt<i8>(v128.xor(v, v128.load(w3 + at))));
        }
        total = v128.add<i32>(total, sumsOf(s0, s1, s2, s3));
      }
      v128.store(out + ((c as usize) << 2), v128.sub<i32>(full, v128.add<i32>(total, total)));
    }
    for (; c < columns; c++) {
      const column: usize = w + (c as usize) * bytes;
      const total = differing(row, column, vectors);
      store<i32>(out + ((c as usize) << 2), width - 2 * total);
    }
  }
}

/** Fewest bits in which one of `k` rows differs from `own xor weight`. Rows of one vector. */
function fewest(own: usize, weight: usize, x: usize, neighbours: usize, k: i32): i32 {
  const a = load<i64>(own) ^ load<i64>(weight);
  const b = load<i64>(own, 8) ^ load<i64>(weight, 8);
  let best: i64 = i64.MAX_VALUE;
  for (let n: i32 = 0; n < k; n++) {
    const row: usize = x + ((load<i32>(neighbours + ((n as usize) << 2)) as usize) << 4);
    best = min(best, popcnt<i64>(a ^ load<i64>(row)) + popcnt<i64>(b ^ load<i64>(row, 8)));
  }
  return best as i32;
}

/** The same for rows of any number of vectors; `turned` has room for one. */
function fewestOf(
  own: usize,
  weight: usize,
  x: usize,
  neighbours: usize,
  turned: usize,
  k: i32,
  bytes: usize,
): i32 {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(turned + at, v128.xor(v128.load(own + at), v128.load(weight + at)));
  }
  let best: i32 = i32.MAX_VALUE;
  for (let n: i32 = 0; n < k; n++) {
    const row: usize = x + (load<i32>(neighbours + ((n as usize) << 2)) as usize) * bytes;
    best = min(best, differing(turned, row, (bytes >> 4) as i32));
  }
  return best;
}

/** Bits of a row of whole numbers: y >= threshold, turned around where the bit of `falls` is set. */
function integerBits(row: usize, thresholds: usize, falls: usize, out: usize, channels: i32): void {
  let c: i32 = 0;
  for (; c + 8 <= channels; c += 8) {
    const at: usize = (c as usize) << 2;
    const low = v128.ge<i32>(v128.load(row + at), v128.load(thresholds + at));
    const high = v128.ge<i32>(v128.load(row + at, 16), v128.load(thresholds + at, 16));
    const bits = v128.bitmask<i32>(low) | (v128.bitmask<i32>(high) << 4);
    const byte: usize = (c >>> 3) as usize;
    store<u8>(out + byte, (bits ^ (load<u8>(falls + byte) as i32)) as u8);
  }
  if (c == channels) return;
  let bits: i32 = 0;
  for (let b: i32 = 0; c + b < channels; b++) {
    const at: usize = ((c + b) as usize) << 2;
    if (load<i32>(row + at) >= load<i32>(thresholds + at)) bits |= 1 << b;
  }
  const byte: usize = (c >>> 3) as usize;
  store<u8>(out + byte, (bits ^ (load<u8>(falls + byte) as i32)) as u8);
}

/**
 * XorEdgeConv and its maximum over the neighbours, and with thresholds the comparison with one integer per
 * channel: no number between layers, only bits.
 *
 * The edge j -> i has the bits [x_i xor x_j, x_i]; the weights of a channel are two rows of bits, `wEdge` and
 * `wNode`. A channel that wants the minimum has turned weights: the largest of -y.
 * @param x bits [nodes, width]
 * @param near int32 [nodes, k]
 * @param thresholds int32 [channels], or 0: then `out` gets the largest products, int32 [nodes, channels]
 * @param falls bits [channels]
 * @param out bits [nodes, channels], in `outVectors` vectors; the filling of a row stays as it is
 * @param scratch vectors * 16 + channels * 4 bytes
 */
export function edgeBits(
  x: usize,
  near: usize,
  wEdge: usize,
  wNode: usize,
  thresholds: usize,
  falls: usize,
  out: usize,
  scratch: usize,
  nodes: i32,
  k: i32,
  vectors: i32,
  width: i32,
  channels: i32,
  outVectors: i32,
): void {
  const bytes: usize = (vectors as usize) << 4;
  const outBytes: usize = (outVectors as usize) << 4;
  for (let i: i32 = 0; i < nodes; i++) {
    const own: usize = x + (i as usize) * bytes;
    const neighbours: usize = near + (((i as usize) * (k as usize)) << 2);
    const row: usize =
      thresholds == 0 ? out + (((i as usize) * (channels as usize)) << 2) : scratch + bytes;
    for (let c: i32 = 0; c < channels; c++) {
      const weight: usize = wEdge + (c as usize) * bytes;
      const fixed = differing(own, wNode + (c as usize) * bytes, vectors);
      const best =
        vectors == 1
          ? fewest(own, weight, x, neighbours, k)
          : fewestOf(own, weight, x, neighbours, scratch, k, bytes);
      // The product falls with the number of differing bits.
      store<i32>(row + ((c as usize) << 2), 2 * width - 2 * (best + fixed));
    }
    if (thresholds != 0) {
      integerBits(row, thresholds, falls, out + (i as usize) * outBytes, channels);
    }
  }
}

/**
 * The largest (where the bits of `least` are set the smallest) of a_i + b_j over the neighbours j of each node i, and
 * with thresholds its comparison with one number per channel.
 * @param a @param b float32 [nodes, channels]
 * @param least int32 [channels], all bits set or none
 * @param thresholds float32 [channels], or 0: then `out` gets the numbers, float32 [nodes, channels]
 * @param scratch channels * 4 bytes
 */
export function nearestExtreme(
  a: usize,
  b: usize,
  near: usize,
  least: usize,
  thresholds: usize,
  falls: usize,
  out: usize,
  scratch: usize,
  nodes: i32,
  k: i32,
  channels: i32,
  outVectors: i32,
): void {
  const bytes: usize = (channels as usize) << 2;
  const four: usize = ((channels & ~3) as usize) << 2;
  for (let i: i32 = 0; i < nodes; i++) {
    const own: usize = a + (i as usize) * bytes;
    const neighbours: usize = near + (((i as usize) * (k as usize)) << 2);
    const row: usize = thresholds == 0 ? out + (i as usize) * bytes : scratch;
    for (let at: usize = 0; at < four; at += 16) {
      const low = v128.load(least + at);
      let best = v128.load(b + at + (load<i32>(neighbours) as usize) * bytes);
      for (let n: i32 = 1; n < k; n++) {
        const j: usize = load<i32>(neighbours + ((n as usize) << 2)) as usize;
        const value = v128.load(b + at + j * bytes);
        const above = v128.max<f32>(best, value);
        best = v128.bitselect(v128.min<f32>(best, value), above, low);
      }
      v128.store(row + at, v128.add<f32>(v128.load(own + at), best));
    }
    for (let at: usize = four; at < bytes; at += 4) {
      const low = load<i32>(least + at) != 0;
      let best = load<f32>(b + at + (load<i32>(neighbours) as usize) * bytes);
      for (let n: i32 = 1; n < k; n++) {
        const j: usize = load<i32>(neighbours + ((n as usize) << 2)) as usize;
        const value = load<f32>(b + at + j * bytes);
        best = low ? min(best, value) : max(best, value);
      }
      store<f32>(row + at, load<f32>(own + at) + best);
    }
    if (thresholds == 0) continue;
    const bits: usize = out + (((i as usize) * (outVectors as usize)) << 4);
    for (let first: i32 = 0; first < channels; first += 8) {
      const last = min(channels, first + 8);
      let byte: i32 = 0;
      for (let c: i32 = first; c < last; c++) {
        const at: usize = (c as usize) << 2;
        if (load<f32>(row + at) >= load<f32>(thresholds + at)) byte |= 1 << (c & 7);
      }
      const at: usize = (first >>> 3) as usize;
      store<u8>(bits + at, (byte ^ (load<u8>(falls + at) as i32)) as u8);
    }
  }
}

/**
 * Largest product and sum of the products of `rows` rows with each column, int32 [columns] each.
 */
export function poolProduct(
  x: usize,
  w: usize,
  largest: usize,
  sums: usize,
  rows: i32,
  columns: i32,
  vectors: i32,
  width: i32,
): void {
  const bytes: usize = (vectors as usize) << 4;
  const end: usize = x + (rows as usize) * bytes;
  for (let c: i32 = 0; c < columns; c++) {
    const column: usize = w + (c as usize) * bytes;
    let least: i32 = i32.MAX_VALUE;
    let total: i32 = 0;
    for (let row: usize = x; row < end; row += bytes) {
      const count = differing(row, column, vectors);
      least = min(least, count);
      total += count;
    }
    const at: usize = (c as usize) << 2;
    store<i32>(largest + at, rows == 0 ? 0 : width - 2 * least);
    store<i32>(sums + at, rows * width - 2 * total);
  }
}

/**
 * The `k` nearest rows of each row by Hamming distance, nearest first, equally near ones by number: distances of a
 * row to all others, counted by their value on the way, then one pass that puts the nearest in their places.
 * @param near int32 [count, k], numbers counted from `base`
 * @param distances uint16 [count], scratch
 * @param places int32 [width + 2], scratch
 */
export function hammingNearest(
  x: usize,
  near: usize,
  distances: usize,
  places: usize,
  count: i32,
  k: i32,
  vectors: i32,
  width: i32,
  base: i32,
): void {
  const bytes: usize = (vectors as usize) << 4;
  const room: usize = ((width + 2) as usize) << 2;
  for (let i: i32 = 0; i < count; i++) {
    const own: usize = x + (i as usize) * bytes;
    memory.fill(places, 0, room);
    for (let j: i32 = 0; j < count; j++) {
      const distance = differing(own, x + (j as usize) * bytes, vectors);
      store<u16>(distances + ((j as usize) << 1), <u16>distance);
      const at: usize = places + (((distance + 1) as usize) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
    // places[d] becomes the number of rows nearer than d; the farthest that still fits is `limit`.
    let limit: i32 = 0;
    let nearer: i32 = 0;
    for (let d: i32 = 0; d <= width; d++) {
      const at: usize = places + ((d as usize) << 2);
      nearer += load<i32>(at);
      store<i32>(at, nearer);
      if (nearer < k) limit = d;
    }
    const into: usize = near + (((i as usize) * (k as usize)) << 2);
    for (let j: i32 = 0; j < count; j++) {
      const distance = load<u16>(distances + ((j as usize) << 1)) as i32;
      if (distance > limit) continue;
      const at: usize = places + ((distance as usize) << 2);
      const place = load<i32>(at);
      store<i32>(at, place + 1);
      if (place < k) store<i32>(into + ((place as usize) << 2), base + j);
    }
  }
}
