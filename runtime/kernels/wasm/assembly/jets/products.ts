/** Dense products. A matrix here is rows of `columns` numbers that lie `stride` bytes apart. */

function fma<T>(sum: v128, a: v128, b: v128): v128 {
  return v128.add<T>(sum, v128.mul<T>(a, b));
}
function load<T>(at: usize): v128 {
  return sizeof<T>() == 4 ? v128.load32_splat(at) : v128.load64_splat(at);
}
function horizontal<T>(v: v128): f64 {
  if (sizeof<T>() == 4) {
    return (
      <f64>f32x4.extract_lane(v, 0) +
      <f64>f32x4.extract_lane(v, 1) +
      <f64>f32x4.extract_lane(v, 2) +
      <f64>f32x4.extract_lane(v, 3)
    );
  }
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/**
 * y[o] = sum over i of w[i, o] x[i]: rows of y from rows of x. Bytes between weights of neighbouring i and
 * o are given, so the transposed product is the same call. `bytes` is the length of a row, a multiple of 32.
 */
export function product<T>(
  x: usize,
  w: usize,
  y: usize,
  inner: i32,
  rows: i32,
  bytes: i32,
  stride: i32,
  wInner: i32,
  wRow: i32,
): void {
  let o = 0;
  for (; o + 4 <= rows; o += 4) {
    const w0 = w + o * wRow;
    const out = y + o * stride;
    for (let at = 0; at < bytes; at += 32) {
      let a0 = splatZero();
      let a1 = splatZero();
      let a2 = splatZero();
      let a3 = splatZero();
      let b0 = splatZero();
      let b1 = splatZero();
      let b2 = splatZero();
      let b3 = splatZero();
      let px: usize = x + at;
      let pw: usize = w0;
      for (let i = 0; i < inner; i++) {
        const xa = v128.load(px);
        const xb = v128.load(px, 16);
        const u0 = load<T>(pw);
        a0 = fma<T>(a0, xa, u0);
        b0 = fma<T>(b0, xb, u0);
        const u1 = load<T>(pw + wRow);
        a1 = fma<T>(a1, xa, u1);
        b1 = fma<T>(b1, xb, u1);
        const u2 = load<T>(pw + 2 * wRow);
        a2 = fma<T>(a2, xa, u2);
        b2 = fma<T>(b2, xb, u2);
        const u3 = load<T>(pw + 3 * wRow);
        a3 = fma<T>(a3, xa, u3);
        b3 = fma<T>(b3, xb, u3);
        px += stride;
        pw += wInner;
      }
      const to: usize = out + at;
      v128.store(to, a0);
      v128.store(to, b0, 16);
      v128.store(to + stride, a1);
      v128.store(to + stride, b1, 16);
      v128.store(to + 2 * stride, a2);
      v128.store(to + 2 * stride, b2, 16);
      v128.store(to + 3 * stride, a3);
      v128.store(to + 3 * stride, b3, 16);
    }
  }
  for (; o < rows; o++) {
    for (let at = 0; at < bytes; at += 32) {
      let a = splatZero();
      let b = splatZero();
      let px: usize = x + at;
      let pw: usize = w + o * wRow;
      for (let i = 0; i < inner; i++) {
        const u = load<T>(pw);
        a = fma<T>(a, v128.load(px), u);
        b = fma<T>(b, v128.load(px, 16), u);
        px += stride;
        pw += wInner;
      }
      const to: usize = y + o * stride + at;
      v128.store(to, a);
      v128.store(to, b, 16);
    }
  }
}

function splatZero(): v128 {
  return i64x2.splat(0);
}

/** g[i, o] += sum over columns of x[i] d[o]; g is f64 and row-major, so many blocks add up without loss. */
export function outer<T>(
  x: usize,
  d: usize,
  g: usize,
  inner: i32,
  rows: i32,
  bytes: i32,
  stride: i32,
): void {
  let i = 0;
  for (; i + 4 <= inner; i += 4) {
    let o = 0;
    for (; o + 2 <= rows; o += 2) {
      let a0 = splatZero();
      let a1 = splatZero();
      let a2 = splatZero();
      let a3 = splatZero();
      let b0 = splatZero();
      let b1 = splatZero();
      let b2 = splatZero();
      let b3 = splatZero();
      let px: usize = x + i * stride;
      let pd: usize = d + o * stride;
      for (let at = 0; at < bytes; at += 16) {
        const da = v128.load(pd);
        const db = v128.load(pd + stride);
        const x0 = v128.load(px);
        a0 = fma<T>(a0, x0, da);
        b0 = fma<T>(b0, x0, db);
        const x1 = v128.load(px + stride);
        a1 = fma<T>(a1, x1, da);
        b1 = fma<T>(b1, x1, db);
        const x2 = v128.load(px + 2 * stride);
        a2 = fma<T>(a2, x2, da);
        b2 = fma<T>(b2, x2, db);
        const x3 = v128.load(px + 3 * stride);
        a3 = fma<T>(a3, x3, da);
        b3 = fma<T>(b3, x3, db);
        px += 16;
        pd += 16;
      }
      accumulate<T>(g, i, o, rows, a0, b0);
      accumulate<T>(g, i + 1, o, rows, a1, b1);
      accumulate<T>(g, i + 2, o, rows, a2, b2);
      accumulate<T>(g, i + 3, o, rows, a3, b3);
    }
    for (; o < rows; o++) {
      for (let k = 0; k < 4; k++) single<T>(x, d, g, i + k, o, rows, bytes, stride);
    }
  }
  for (; i < inner; i++) {
    for (let o = 0; o < rows; o++) single<T>(x, d, g, i, o, rows, bytes, stride);
  }
}

function accumulate<T>(g: usize, i: i32, o: i32, rows: i32, a: v128, b: v128): void {
  const at = g + ((i * rows + o) << 3);
  f64.store(at, f64.load(at) + horizontal<T>(a));
  f64.store(at, f64.load(at, 8) + horizontal<T>(b), 8);
}

function single<T>(
  x: usize,
  d: usize,
  g: usize,
  i: i32,
  o: i32,
  rows: i32,
  bytes: i32,
  stride: i32,
): void {
  let sum = splatZero();
  const px: usize = x + i * stride;
  const pd: usize = d + o * stride;
  for (let at = 0; at < bytes; at += 16) {
    sum = fma<T>(sum, v128.load(px + at), v128.load(pd + at));
  }
  const to = g + ((i * rows + o) << 3);
  f64.store(to, f64.load(to) + horizontal<T>(sum));
}

/** Adds b[o] to the first `bytes` of every row (the values, not the derivatives). */
export function addBias<T>(y: usize, b: usize, rows: i32, bytes: i32, stride: i32): void {
  for (let o = 0; o < rows; o++) {
    const u = load<T>(b + o * sizeof<T>());
    const row: usize = y + o * stride;
    for (let at = 0; at < bytes; at += 16) {
      v128.store(row + at, v128.add<T>(v128.load(row + at), u));
    }
  }
}

/** g[o] += sum of the first `bytes` of row o. */
export function biasGradient<T>(d: usize, g: usize, rows: i32, bytes: i32, stride: i32): void {
  for (let o = 0; o < rows; o++) {
    let sum = splatZero();
    const row: usize = d + o * stride;
    for (let at = 0; at < bytes; at += 16) sum = v128.add<T>(sum, v128.load(row + at));
    const to = g + (o << 3);
    f64.store(to, f64.load(to) + horizontal<T>(sum));
  }
}
