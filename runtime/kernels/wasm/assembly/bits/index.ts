/**
 * Kernels on packed signs: bit 1 is +1, bit 0 is -1, 128 bits to a vector, the last vector of a row filled with
 * zeros. Two rows of `width` signs have the product `width - 2 popcount(a xor b)`; the filling never counts.
 * Meaning: runtime/kernels/reference/bits.ts.
 */
import { counts, differing, MOST_VECTORS, sumsOf } from "./counts";
import { COLUMNS, countColumns, SUMS, SUMS_ROW } from "./tables";

export { hammingNearest } from "./nearest";

/** Bytes of a row that hold signs, up to the whole words of 64 bits that `countColumns` looks at. */
function usedBytes(width: i32): usize {
  return (((width + 63) >> 6) << 3) as usize;
}

/**
 * y[r, c] = width - 2 popcount(x_r xor w_c), int32; rows of x and w have `vectors` vectors, those of y lie `stride`
 * bytes apart. Two rows and four columns at a time, so that what is read serves for more than one product.
 */
function productOfFew(
  x: usize,
  w: usize,
  y: usize,
  rows: i32,
  columns: i32,
  vectors: i32,
  width: i32,
  stride: usize,
): void {
  const bytes: usize = (vectors as usize) << 4;
  const full = v128.splat<i32>(width);
  for (let r: i32 = 0; r < rows; r += 2) {
    const row: usize = x + (r as usize) * bytes;
    const out: usize = y + (r as usize) * stride;
    // An odd last row is taken twice.
    const isPair = r + 1 < rows;
    const other: usize = isPair ? row + bytes : row;
    const below: usize = isPair ? out + stride : out;
    let c: i32 = 0;
    for (; c + 4 <= columns; c += 4) {
      let above4 = v128.splat<i32>(0);
      let below4 = v128.splat<i32>(0);
      for (let first: i32 = 0; first < vectors; first += MOST_VECTORS) {
        const last: usize = (min(vectors, first + MOST_VECTORS) as usize) << 4;
        let w0: usize = w + (c as usize) * bytes + ((first as usize) << 4);
        let a0 = v128.splat<i8>(0);
        let a1 = a0;
        let a2 = a0;
        let a3 = a0;
        let b0 = a0;
        let b1 = a0;
        let b2 = a0;
        let b3 = a0;
        for (let at: usize = (first as usize) << 4; at < last; at += 16) {
          const a = v128.load(row + at);
          const b = v128.load(other + at);
          const w1 = w0 + bytes;
          const w2 = w1 + bytes;
          const w3 = w2 + bytes;
          a0 = v128.add<i8>(a0, counts(a, w0));
          b0 = v128.add<i8>(b0, counts(b, w0));
          a1 = v128.add<i8>(a1, counts(a, w1));
          b1 = v128.add<i8>(b1, counts(b, w1));
          a2 = v128.add<i8>(a2, counts(a, w2));
          b2 = v128.add<i8>(b2, counts(b, w2));
          a3 = v128.add<i8>(a3, counts(a, w3));
          b3 = v128.add<i8>(b3, counts(b, w3));
          w0 += 16;
        }
        above4 = v128.add<i32>(above4, sumsOf(a0, a1, a2, a3));
        below4 = v128.add<i32>(below4, sumsOf(b0, b1, b2, b3));
      }
      const at: usize = (c as usize) << 2;
      v128.store(out + at, v128.sub<i32>(full, v128.add<i32>(above4, above4)));
      v128.store(below + at, v128.sub<i32>(full, v128.add<i32>(below4, below4)));
    }
    for (; c < columns; c++) {
      const column: usize = w + (c as usize) * bytes;
      const at: usize = (c as usize) << 2;
      store<i32>(out + at, width - 2 * differing(row, column, vectors));
      store<i32>(below + at, width - 2 * differing(other, column, vectors));
    }
  }
}

/** y of 32 columns from their counts. */
function storeProducts(sums: usize, y: usize, rows: i32, stride: usize, width: i32): void {
  const full = v128.splat<i32>(width);
  for (let r: i32 = 0; r < rows; r++, sums += SUMS_ROW, y += stride) {
    for (let q: usize = 0; q < SUMS_ROW; q += 16) {
      const count = v128.load(sums + q);
      const low = v128.extend_low<u16>(count);
      const high = v128.extend_high<u16>(count);
      v128.store(y + 2 * q, v128.sub<i32>(full, v128.add<i32>(low, low)));
      v128.store(y + 2 * q, v128.sub<i32>(full, v128.add<i32>(high, high)), 16);
    }
  }
}

/**
 * y = x w^T, int32 [rows, columns].
 * @param scratch SUMS + SUMS_ROW * rows bytes where the rows are many enough for tables to pay, and the width is below
 * 65,536; or 0
 */
export function bitProduct(
  x: usize,
  w: usize,
  y: usize,
  scratch: usize,
  rows: i32,
  columns: i32,
  vectors: i32,
  width: i32,
): void {
  const bytes: usize = (vectors as usize) << 4;
  const stride: usize = (columns as usize) << 2;
  let c: i32 = 0;
  for (; scratch != 0 && c + COLUMNS <= columns; c += COLUMNS) {
    countColumns(x, w + (c as usize) * bytes, scratch, rows, bytes, usedBytes(width));
    storeProducts(scratch + SUMS, y + ((c as usize) << 2), rows, stride, width);
  }
  const rest: usize = w + (c as usize) * bytes;
  productOfFew(x, rest, y + ((c as usize) << 2), rows, columns - c, vectors, width, stride);
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
 * @param a float32 [nodes, channels], or 0 for none
 * @param b float32 [nodes, channels]
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
      if (a != 0) best = v128.add<f32>(v128.load(own + at), best);
      v128.store(row + at, best);
    }
    for (let at: usize = four; at < bytes; at += 4) {
      const low = load<i32>(least + at) != 0;
      let best = load<f32>(b + at + (load<i32>(neighbours) as usize) * bytes);
      for (let n: i32 = 1; n < k; n++) {
        const j: usize = load<i32>(neighbours + ((n as usize) << 2)) as usize;
        const value = load<f32>(b + at + j * bytes);
        best = low ? min(best, value) : max(best, value);
      }
      if (a != 0) best = load<f32>(own + at) + best;
      store<f32>(row + at, best);
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

/** Largest product and sum of the products of `rows` rows with 32 columns, from their counts. */
function storePooled(sums: usize, largest: usize, totals: usize, rows: i32, width: i32): void {
  const full = v128.splat<i32>(width);
  const all = v128.splat<i32>(rows * width);
  const end: usize = sums + (rows as usize) * SUMS_ROW;
  for (let q: usize = 0; q < SUMS_ROW; q += 16) {
    let least = v128.splat<i16>(-1);
    let low = v128.splat<i32>(0);
    let high = low;
    for (let sum: usize = sums + q; sum < end; sum += SUMS_ROW) {
      const count = v128.load(sum);
      least = v128.min<u16>(least, count);
      low = v128.add<i32>(low, v128.extend_low<u16>(count));
      high = v128.add<i32>(high, v128.extend_high<u16>(count));
    }
    const first = v128.extend_low<u16>(least);
    const second = v128.extend_high<u16>(least);
    v128.store(largest + 2 * q, v128.sub<i32>(full, v128.add<i32>(first, first)));
    v128.store(largest + 2 * q, v128.sub<i32>(full, v128.add<i32>(second, second)), 16);
    v128.store(totals + 2 * q, v128.sub<i32>(all, v128.add<i32>(low, low)));
    v128.store(totals + 2 * q, v128.sub<i32>(all, v128.add<i32>(high, high)), 16);
  }
}

/**
 * Largest product and sum of the products of `rows` rows with each column, int32 [columns] each.
 * @param scratch as for `bitProduct`
 */
export function poolProduct(
  x: usize,
  w: usize,
  largest: usize,
  sums: usize,
  scratch: usize,
  rows: i32,
  columns: i32,
  vectors: i32,
  width: i32,
): void {
  const bytes: usize = (vectors as usize) << 4;
  const end: usize = x + (rows as usize) * bytes;
  let c: i32 = 0;
  for (; scratch != 0 && c + COLUMNS <= columns; c += COLUMNS) {
    const at: usize = (c as usize) << 2;
    countColumns(x, w + (c as usize) * bytes, scratch, rows, bytes, usedBytes(width));
    storePooled(scratch + SUMS, largest + at, sums + at, rows, width);
  }
  // Four columns at a time.
  for (; c + 4 <= columns && rows > 0 && vectors <= MOST_VECTORS; c += 4) {
    const w0: usize = w + (c as usize) * bytes;
    let least4 = v128.splat<i32>(i32.MAX_VALUE);
    let total4 = v128.splat<i32>(0);
    for (let row: usize = x; row < end; row += bytes) {
      let s0 = v128.splat<i8>(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let column = w0;
      for (let at: usize = row; at < row + bytes; at += 16) {
        const v = v128.load(at);
        s0 = v128.add<i8>(s0, counts(v, column));
        s1 = v128.add<i8>(s1, counts(v, column + bytes));
        s2 = v128.add<i8>(s2, counts(v, column + 2 * bytes));
        s3 = v128.add<i8>(s3, counts(v, column + 3 * bytes));
        column += 16;
      }
      const four = sumsOf(s0, s1, s2, s3);
      least4 = v128.min<i32>(least4, four);
      total4 = v128.add<i32>(total4, four);
    }
    const at: usize = (c as usize) << 2;
    const full = v128.splat<i32>(width);
    const all = v128.splat<i32>(rows * width);
    v128.store(largest + at, v128.sub<i32>(full, v128.add<i32>(least4, least4)));
    v128.store(sums + at, v128.sub<i32>(all, v128.add<i32>(total4, total4)));
  }
  for (; c < columns; c++) {
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
