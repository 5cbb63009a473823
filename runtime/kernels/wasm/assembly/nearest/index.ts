/**
 * The nearest rows of each row of a cloud: squared Euclidean distances and the selection in one pass.
 * Meaning: runtime/kernels/reference/nearest.ts, bit for bit: every distance adds its terms in rising order of the
 * channels in float32.
 */

/** Rows whose distances are summed together, and vectors of four columns. */
const ROWS: i32 = 2;

/** Squared distances of two rows to columns j .. j + 15; `columns` has `stride` bytes to a channel. */
function block(
  x: usize,
  other: usize,
  columns: usize,
  stride: usize,
  width: i32,
  out: usize,
  outStride: usize,
): void {
  let a0 = v128.splat<f32>(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (let c: i32 = 0; c < width; c++) {
    const at: usize = (c as usize) << 2;
    const a = v128.splat<f32>(load<f32>(x + at));
    const b = v128.splat<f32>(load<f32>(other + at));
    const y0 = v128.load(columns);
    const y1 = v128.load(columns, 16);
    const y2 = v128.load(columns, 32);
    const y3 = v128.load(columns, 48);
    let d = v128.sub<f32>(a, y0);
    a0 = v128.add<f32>(a0, v128.mul<f32>(d, d));
    d = v128.sub<f32>(a, y1);
    a1 = v128.add<f32>(a1, v128.mul<f32>(d, d));
    d = v128.sub<f32>(a, y2);
    a2 = v128.add<f32>(a2, v128.mul<f32>(d, d));
    d = v128.sub<f32>(a, y3);
    a3 = v128.add<f32>(a3, v128.mul<f32>(d, d));
    d = v128.sub<f32>(b, y0);
    b0 = v128.add<f32>(b0, v128.mul<f32>(d, d));
    d = v128.sub<f32>(b, y1);
    b1 = v128.add<f32>(b1, v128.mul<f32>(d, d));
    d = v128.sub<f32>(b, y2);
    b2 = v128.add<f32>(b2, v128.mul<f32>(d, d));
    d = v128.sub<f32>(b, y3);
    b3 = v128.add<f32>(b3, v128.mul<f32>(d, d));
    columns += stride;
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  out += outStride;
  v128.store(out, b0);
  v128.store(out, b1, 16);
  v128.store(out, b2, 32);
  v128.store(out, b3, 48);
}

/** The k smallest of a row of distances, smallest first, equal ones by number. */
function select(distances: usize, count: i32, k: i32, near: usize, best: usize, base: i32): void {
  let filled: i32 = 0;
  let worst = v128.splat<f32>(Infinity);
  for (let first: i32 = 0; first < count; first += 4) {
    // Four that are all too far, the usual case, cost one comparison.
    if (filled == k) {
      const four = v128.load(distances + ((first as usize) << 2));
      if (!v128.any_true(v128.lt<f32>(four, worst))) continue;
    }
    const last = min(count, first + 4);
    for (let j: i32 = first; j < last; j++) {
      const distance = load<f32>(distances + ((j as usize) << 2));
      if (filled == k && distance >= load<f32>(best + (((k - 1) as usize) << 2))) continue;
      let place = filled < k ? filled++ : k - 1;
      while (place > 0) {
        const before: usize = ((place - 1) as usize) << 2;
        const smaller = load<f32>(best + before);
        if (smaller <= distance) break;
        store<f32>(best + before, smaller, 4);
        store<i32>(near + before, load<i32>(near + before), 4);
        place--;
      }
      store<f32>(best + ((place as usize) << 2), distance);
      store<i32>(near + ((place as usize) << 2), base + j);
    }
    if (filled == k) worst = v128.splat<f32>(load<f32>(best + (((k - 1) as usize) << 2)));
  }
}

/**
 * The `k` nearest rows of each row of a cloud, itself among them.
 * @param x float32 [count, width]
 * @param near int32 [count, k], numbers counted from `base`
 * @param columns scratch, float32 [width, padded]
 * @param distances scratch, float32 [2, padded]
 * @param best scratch, float32 [k]
 * @param padded `count` rounded up to 16
 */
export function nearestRows(
  x: usize,
  near: usize,
  columns: usize,
  distances: usize,
  best: usize,
  count: i32,
  padded: i32,
  k: i32,
  width: i32,
  base: i32,
): void {
  const stride: usize = (padded as usize) << 2;
  memory.fill(columns, 0, stride * (width as usize));
  for (let j: i32 = 0; j < count; j++) {
    for (let c: i32 = 0; c < width; c++) {
      const from: usize = x + (((j * width + c) as usize) << 2);
      store<f32>(columns + (c as usize) * stride + ((j as usize) << 2), load<f32>(from));
    }
  }
  for (let i: i32 = 0; i < count; i += ROWS) {
    const rows: usize = x + (((i * width) as usize) << 2);
    // An odd last row is taken twice.
    const other: usize = i + 1 < count ? rows + ((width as usize) << 2) : rows;
    for (let j: i32 = 0; j < padded; j += 16) {
      const at: usize = (j as usize) << 2;
      block(rows, other, columns + at, stride, width, distances + at, stride);
    }
    const into: usize = near + (((i * k) as usize) << 2);
    select(distances, count, k, into, best, base);
    if (i + 1 < count) {
      select(distances + stride, count, k, into + ((k as usize) << 2), best, base);
    }
  }
}
