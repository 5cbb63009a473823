/** Whole rows: `reference/rows.ts`. Sums are in double precision like there. */

/**
 * y[b, c] = sum over k of x[b, k, c], for x [before, n, after].
 * @param sums scratch, `after` numbers of 8 bytes
 */
export function sumMiddle(x: usize, y: usize, before: i32, n: i32, after: i32, sums: usize): void {
  const width = (<usize>after) << 2;
  for (let b = 0; b < before; b++) {
    if (after == 1) {
      store<f32>(y, <f32>total(x, n));
      x += (<usize>n) << 2;
      y += 4;
      continue;
    }
    memory.fill(sums, 0, width << 1);
    for (let k = 0; k < n; k++) {
      addRow(x, sums, after);
      x += width;
    }
    for (let at: usize = 0; at < width; at += 4) {
      store<f32>(y + at, <f32>load<f64>(sums + (at << 1)));
    }
    y += width;
  }
}

function addRow(x: usize, sums: usize, width: i32): void {
  let c = 0;
  for (; c + 4 <= width; c += 4) {
    const four = v128.load(x);
    const upper = i64x2.shuffle(four, four, 1, 1);
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(four)));
    v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.promote_low_f32x4(upper)), 16);
    x += 16;
    sums += 32;
  }
  for (; c < width; c++) {
    store<f64>(sums, load<f64>(sums) + <f64>load<f32>(x));
    x += 4;
    sums += 8;
  }
}

function total(x: usize, n: i32): f64 {
  let even = f64x2.splat(0);
  let odd = even;
  let k = 0;
  for (; k + 4 <= n; k += 4) {
    const four = v128.load(x);
    even = f64x2.add(even, f64x2.promote_low_f32x4(four));
    odd = f64x2.add(odd, f64x2.promote_low_f32x4(i64x2.shuffle(four, four, 1, 1)));
    x += 16;
  }
  even = f64x2.add(even, odd);
  let sum = f64x2.extract_lane(even, 0) + f64x2.extract_lane(even, 1);
  for (; k < n; k++) {
    sum += <f64>load<f32>(x);
    x += 4;
  }
  return sum;
}

/** y[r, c] = x[r, c] + row[c], for x [rows, width]. */
export function addRows(x: usize, row: usize, y: usize, rows: i32, width: i32): void {
  const whole = (<usize>(width & ~3)) << 2;
  const bytes = (<usize>width) << 2;
  for (let r = 0; r < rows; r++) {
    let at: usize = 0;
    for (; at < whole; at += 16) {
      v128.store(y + at, f32x4.add(v128.load(x + at), v128.load(row + at)));
    }
    for (; at < bytes; at += 4) store<f32>(y + at, load<f32>(x + at) + load<f32>(row + at));
    x += bytes;
    y += bytes;
  }
}

/** y[r, to + c] = x[r, from + c] for c < width, for x [rows, columnsX] and y [rows, columnsY]. */
export function copyColumns(
  x: usize,
  y: usize,
  rows: i32,
  columnsX: i32,
  from: i32,
  columnsY: i32,
  to: i32,
  width: i32,
): void {
  const stepX = (<usize>columnsX) << 2;
  const stepY = (<usize>columnsY) << 2;
  const whole = (<usize>(width & ~3)) << 2;
  const bytes = (<usize>width) << 2;
  x += (<usize>from) << 2;
  y += (<usize>to) << 2;
  for (let r = 0; r < rows; r++) {
    let at: usize = 0;
    for (; at < whole; at += 16) v128.store(y + at, v128.load(x + at));
    for (; at < bytes; at += 4) store<f32>(y + at, load<f32>(x + at));
    x += stepX;
    y += stepY;
  }
}

/** y[b, k, c] = x[b, c] for k < n, for x [before, after]. */
export function spreadMiddle(x: usize, y: usize, before: i32, n: i32, after: i32): void {
  const bytes = (<usize>after) << 2;
  for (let b = 0; b < before; b++) {
    if (after == 1) {
      const value = load<f32>(x);
      const four = f32x4.splat(value);
      let k = 0;
      for (; k + 4 <= n; k += 4) {
        v128.store(y, four);
        y += 16;
      }
      for (; k < n; k++) {
        store<f32>(y, value);
        y += 4;
      }
    } else {
      for (let k = 0; k < n; k++) {
        memory.copy(y, x, bytes);
        y += bytes;
      }
    }
    x += bytes;
  }
}
