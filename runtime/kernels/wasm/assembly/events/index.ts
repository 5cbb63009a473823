/**
 * Event lists and products over them, for inference. Addresses are bytes in the imported memory, of float32 or
 * int32 in row-major order; the meaning of each function is `runtime/inference/kernels.ts`.
 *
 * Every product adds the terms of an element in rising order of the contracted dim, each product rounded
 * before it is added: the same bits as the reference.
 */

/** Positions of the values that are not 0; -1 when there are more than `most`. A NaN counts as an event. */
export function listEvents(
  x: usize,
  rows: i32,
  width: i32,
  pointers: usize,
  columns: usize,
  most: i32,
): i32 {
  const zero = f32x4.splat(0);
  let count = 0;
  let at = x;
  store<i32>(pointers, 0);
  for (let r = 0; r < rows; r++) {
    let c = 0;
    for (; c + 16 <= width; c += 16, at += 64) {
      const a = f32x4.ne(v128.load(at), zero);
      const b = f32x4.ne(v128.load(at, 16), zero);
      const d = f32x4.ne(v128.load(at, 32), zero);
      const e = f32x4.ne(v128.load(at, 48), zero);
      if (!v128.any_true(v128.or(v128.or(a, b), v128.or(d, e)))) continue;
      let bits =
        i32x4.bitmask(a) |
        (i32x4.bitmask(b) << 4) |
        (i32x4.bitmask(d) << 8) |
        (i32x4.bitmask(e) << 12);
      if (count + popcnt(bits) > most) return -1;
      while (bits !== 0) {
        store<i32>(columns + ((<usize>count) << 2), c + ctz(bits));
        count++;
        bits &= bits - 1;
      }
    }
    for (; c < width; c++, at += 4) {
      if (load<f32>(at) === 0) continue;
      if (count === most) return -1;
      store<i32>(columns + ((<usize>count) << 2), c);
      count++;
    }
    store<i32>(pointers + ((<usize>r + 1) << 2), count);
  }
  return count;
}

/**
 * y = x w for x of zeros and ones: the rows of w at the events are added up, four events on each pass over a
 * row of y.
 */
export function spikeProduct(
  pointers: usize,
  columns: usize,
  w: usize,
  y: usize,
  rows: i32,
  outer: i32,
): void {
  const stride = (<usize>outer) << 2;
  const whole = stride & ~15;
  for (let r = 0; r < rows; r++) {
    const to = y + <usize>r * stride;
    memory.fill(to, 0, stride);
    let k = load<i32>(pointers + ((<usize>r) << 2));
    const end = load<i32>(pointers + ((<usize>r + 1) << 2));
    for (; k + 4 <= end; k += 4) {
      const event = columns + ((<usize>k) << 2);
      const a = w + <usize>load<i32>(event) * stride;
      const b = w + <usize>load<i32>(event, 4) * stride;
      const c = w + <usize>load<i32>(event, 8) * stride;
      const d = w + <usize>load<i32>(event, 12) * stride;
      let at: usize = 0;
      for (; at < whole; at += 16) {
        let sum = f32x4.add(v128.load(to + at), v128.load(a + at));
        sum = f32x4.add(sum, v128.load(b + at));
        sum = f32x4.add(sum, v128.load(c + at));
        v128.store(to + at, f32x4.add(sum, v128.load(d + at)));
      }
      for (; at < stride; at += 4) {
        let sum = load<f32>(to + at) + load<f32>(a + at);
        sum += load<f32>(b + at);
        sum += load<f32>(c + at);
        store<f32>(to + at, sum + load<f32>(d + at));
      }
    }
    for (; k < end; k++) {
      const a = w + <usize>load<i32>(columns + ((<usize>k) << 2)) * stride;
      let at: usize = 0;
      for (; at < whole; at += 16) {
        v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(a + at)));
      }
      for (; at < stride; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(a + at));
    }
  }
}

/** y = x w from the events of x [rows, inner]; four events on each pass over a row of y. */
export function gradedProduct(
  x: usize,
  pointers: usize,
  columns: usize,
  w: usize,
  y: usize,
  rows: i32,
  inner: i32,
  outer: i32,
): void {
  const stride = (<usize>outer) << 2;
  const whole = stride & ~15;
  for (let r = 0; r < rows; r++) {
    const from = x + ((<usize>r * <usize>inner) << 2);
    const to = y + <usize>r * stride;
    memory.fill(to, 0, stride);
    let k = load<i32>(pointers + ((<usize>r) << 2));
    const end = load<i32>(pointers + ((<usize>r + 1) << 2));
    for (; k + 4 <= end; k += 4) {
      const event = columns + ((<usize>k) << 2);
      const i = <usize>load<i32>(event);
      const j = <usize>load<i32>(event, 4);
      const l = <usize>load<i32>(event, 8);
      const m = <usize>load<i32>(event, 12);
      const p = load<f32>(from + (i << 2));
      const q = load<f32>(from + (j << 2));
      const s = load<f32>(from + (l << 2));
      const t = load<f32>(from + (m << 2));
      addFour(
        to,
        w + i * stride,
        w + j * stride,
        w + l * stride,
        w + m * stride,
        p,
        q,
        s,
        t,
        whole,
        stride,
      );
    }
    for (; k < end; k++) {
      const i = <usize>load<i32>(columns + ((<usize>k) << 2));
      addOne(to, w + i * stride, load<f32>(from + (i << 2)), whole, stride);
    }
  }
}

/** y = x w: two rows of y and four rows of w at a time. */
export function denseProduct(
  x: usize,
  w: usize,
  y: usize,
  rows: i32,
  inner: i32,
  outer: i32,
): void {
  const stride = (<usize>outer) << 2;
  const width = (<usize>inner) << 2;
  const whole = stride & ~15;
  memory.fill(y, 0, <usize>rows * stride);
  let r = 0;
  for (; r + 2 <= rows; r += 2) {
    const from = x + <usize>r * width;
    const to = y + <usize>r * stride;
    let k: usize = 0;
    let a = w;
    for (; k + 16 <= width; k += 16, a += 4 * stride) {
      addBlock(to, a, from + k, width, whole, stride);
    }
    for (; k < width; k += 4, a += stride) {
      addOne(to, a, load<f32>(from + k), whole, stride);
      addOne(to + stride, a, load<f32>(from + width + k), whole, stride);
    }
  }
  if (r < rows) {
    const from = x + <usize>r * width;
    const to = y + <usize>r * stride;
    let a = w;
    for (let k: usize = 0; k < width; k += 4, a += stride) {
      addOne(to, a, load<f32>(from + k), whole, stride);
    }
  }
}

/** Adds four terms to each of two rows of y; `from` and `from + width` hold the factors. */
function addBlock(
  to: usize,
  a: usize,
  from: usize,
  width: usize,
  whole: usize,
  stride: usize,
): void {
  const p0 = v128.load32_splat(from);
  const p1 = v128.load32_splat(from, 4);
  const p2 = v128.load32_splat(from, 8);
  const p3 = v128.load32_splat(from, 12);
  const other = from + width;
  const q0 = v128.load32_splat(other);
  const q1 = v128.load32_splat(other, 4);
  const q2 = v128.load32_splat(other, 8);
  const q3 = v128.load32_splat(other, 12);
  const b = a + stride;
  const c = b + stride;
  const d = c + stride;
  let at: usize = 0;
  for (; at < whole; at += 16) {
    const first = to + at;
    const second = first + stride;
    let w0 = v128.load(a + at);
    let s = f32x4.add(v128.load(first), f32x4.mul(p0, w0));
    let t = f32x4.add(v128.load(second), f32x4.mul(q0, w0));
    w0 = v128.load(b + at);
    s = f32x4.add(s, f32x4.mul(p1, w0));
    t = f32x4.add(t, f32x4.mul(q1, w0));
    w0 = v128.load(c + at);
    s = f32x4.add(s, f32x4.mul(p2, w0));
    t = f32x4.add(t, f32x4.mul(q2, w0));
    w0 = v128.load(d + at);
    v128.store(first, f32x4.add(s, f32x4.mul(p3, w0)));
    v128.store(second, f32x4.add(t, f32x4.mul(q3, w0)));
  }
  for (; at < stride; at += 4) {
    const first = to + at;
    const second = first + stride;
    let s = load<f32>(first) + load<f32>(from) * load<f32>(a + at);
    let t = load<f32>(second) + load<f32>(other) * load<f32>(a + at);
    s += load<f32>(from, 4) * load<f32>(b + at);
    t += load<f32>(other, 4) * load<f32>(b + at);
    s += load<f32>(from, 8) * load<f32>(c + at);
    t += load<f32>(other, 8) * load<f32>(c + at);
    store<f32>(first, s + load<f32>(from, 12) * load<f32>(d + at));
    store<f32>(second, t + load<f32>(other, 12) * load<f32>(d + at));
  }
}

/** y += p a + q b + s c + t d, one term after the other. */
function addFour(
  to: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  p: f32,
  q: f32,
  s: f32,
  t: f32,
  whole: usize,
  stride: usize,
): void {
  const pp = f32x4.splat(p);
  const qq = f32x4.splat(q);
  const ss = f32x4.splat(s);
  const tt = f32x4.splat(t);
  let at: usize = 0;
  for (; at < whole; at += 16) {
    let sum = f32x4.add(v128.load(to + at), f32x4.mul(pp, v128.load(a + at)));
    sum = f32x4.add(sum, f32x4.mul(qq, v128.load(b + at)));
    sum = f32x4.add(sum, f32x4.mul(ss, v128.load(c + at)));
    v128.store(to + at, f32x4.add(sum, f32x4.mul(tt, v128.load(d + at))));
  }
  for (; at < stride; at += 4) {
    let sum = load<f32>(to + at) + p * load<f32>(a + at);
    sum += q * load<f32>(b + at);
    sum += s * load<f32>(c + at);
    store<f32>(to + at, sum + t * load<f32>(d + at));
  }
}

/** y += p a */
function addOne(to: usize, a: usize, p: f32, whole: usize, stride: usize): void {
  const pp = f32x4.splat(p);
  let at: usize = 0;
  for (; at < whole; at += 16) {
    v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(pp, v128.load(a + at))));
  }
  for (; at < stride; at += 4) store<f32>(to + at, load<f32>(to + at) + p * load<f32>(a + at));
}
