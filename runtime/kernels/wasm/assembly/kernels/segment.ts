/** Movements between items and segments: `reference/segment.ts`, four columns at a time. */
import { exp4 } from "../common/exp";

/** y[t, e, :] = scale[owner e] * x[t, owner e, :]. @param scale 0: 1 */
export function gatherRows(
  x: usize,
  y: usize,
  width: i32,
  owner: usize,
  items: i32,
  count: i32,
  steps: i32,
  scale: usize,
): void {
  let to = y;
  for (let t = 0; t < steps; t++) {
    for (let e = 0; e < items; e++) {
      const s = load<i32>(owner + ((<usize>e) << 2));
      let from = x + (((<usize>t * count + s) * width) << 2);
      const factor = scale ? load<f32>(scale + ((<usize>s) << 2)) : <f32>1;
      const f = f32x4.splat(factor);
      let c = 0;
      for (; c + 4 <= width; c += 4) {
        v128.store(to, f32x4.mul(f, v128.load(from)));
        from += 16;
        to += 16;
      }
      for (; c < width; c++) {
        store<f32>(to, factor * load<f32>(from));
        from += 4;
        to += 4;
      }
    }
  }
}

/** Byte offset of row `t * items + (item at position k)`. */
function rowAt(members: usize, k: i32, t: i32, items: i32, width: i32): usize {
  const item = members ? load<i32>(members + ((<usize>k) << 2)) : k;
  return ((<usize>t * items + item) * width) << 2;
}

/** Four floats, or one in the first lane. */
function load4(at: usize, whole: bool): v128 {
  return whole ? v128.load(at) : v128.load32_zero(at);
}

function store4(at: usize, value: v128, whole: bool): void {
  if (whole) v128.store(at, value);
  else v128.store_lane<f32>(at, value, 0);
}

/**
 * Mean of v over the items at which direction * x is largest in its segment.
 * @param direction 1 or -1
 */
export function extremeSelect(
  x: usize,
  v: usize,
  y: usize,
  width: i32,
  pointers: usize,
  members: usize,
  count: i32,
  items: i32,
  steps: i32,
  direction: f32,
): void {
  const sign = f32x4.splat(direction);
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  for (let t = 0; t < steps; t++) {
    for (let s = 0; s < count; s++) {
      const start = load<i32>(pointers + ((<usize>s) << 2));
      const end = load<i32>(pointers + ((<usize>s) << 2), 4);
      const to = y + (((<usize>t * count + s) * width) << 2);
      for (let c = 0; c < width;) {
        const whole = c + 4 <= width;
        const at = (<usize>c) << 2;
        if (start == end) {
          store4(to + at, zero, whole);
        } else {
          const first = rowAt(members, start, t, items, width) + at;
          let best = f32x4.mul(sign, load4(x + first, whole));
          let sum = load4(v + first, whole);
          let ties = one;
          for (let k = start + 1; k < end; k++) {
            const from = rowAt(members, k, t, items, width) + at;
            const value = f32x4.mul(sign, load4(x + from, whole));
            const other = load4(v + from, whole);
            const above = f32x4.gt(value, best);
            const equal = f32x4.eq(value, best);
            best = v128.bitselect(value, best, above);
            sum = v128.bitselect(other, f32x4.add(sum, v128.and(other, equal)), above);
            ties = v128.bitselect(one, f32x4.add(ties, v128.and(one, equal)), above);
          }
          store4(to + at, f32x4.div(sum, ties), whole);
        }
        c += whole ? 4 : 1;
      }
    }
  }
}

/** Adjoint of `extremeSelect` in v. */
export function extremeSpread(
  x: usize,
  g: usize,
  y: usize,
  width: i32,
  pointers: usize,
  members: usize,
  count: i32,
  items: i32,
  steps: i32,
  direction: f32,
): void {
  const sign = f32x4.splat(direction);
  const one = f32x4.splat(1);
  for (let t = 0; t < steps; t++) {
    for (let s = 0; s < count; s++) {
      const start = load<i32>(pointers + ((<usize>s) << 2));
      const end = load<i32>(pointers + ((<usize>s) << 2), 4);
      if (start == end) continue;
      const row = g + (((<usize>t * count + s) * width) << 2);
      for (let c = 0; c < width;) {
        const whole = c + 4 <= width;
        const at = (<usize>c) << 2;
        let best = f32x4.mul(sign, load4(x + rowAt(members, start, t, items, width) + at, whole));
        let ties = one;
        for (let k = start + 1; k < end; k++) {
          const from = rowAt(members, k, t, items, width) + at;
          const value = f32x4.mul(sign, load4(x + from, whole));
          const above = f32x4.gt(value, best);
          const equal = f32x4.eq(value, best);
          best = v128.bitselect(value, best, above);
          ties = v128.bitselect(one, f32x4.add(ties, v128.and(one, equal)), above);
        }
        const share = f32x4.div(load4(row + at, whole), ties);
        for (let k = start; k < end; k++) {
          const from = rowAt(members, k, t, items, width) + at;
          const value = f32x4.mul(sign, load4(x + from, whole));
          store4(y + from, v128.and(share, f32x4.eq(value, best)), whole);
        }
        c += whole ? 4 : 1;
      }
    }
  }
}

/** Softmax over the items of each segment, column by column. */
export function segmentSoftmax(
  x: usize,
  y: usize,
  width: i32,
  pointers: usize,
  members: usize,
  count: i32,
  items: i32,
  steps: i32,
): void {
  for (let t = 0; t < steps; t++) {
    for (let s = 0; s < count; s++) {
      const start = load<i32>(pointers + ((<usize>s) << 2));
      const end = load<i32>(pointers + ((<usize>s) << 2), 4);
      if (start == end) continue;
      for (let c = 0; c < width;) {
        const whole = c + 4 <= width;
        const at = (<usize>c) << 2;
        let largest = f32x4.splat(-Infinity);
        for (let k = start; k < end; k++) {
          const value = load4(x + rowAt(members, k, t, items, width) + at, whole);
          largest = f32x4.pmax(largest, value);
        }
        let total = f32x4.splat(0);
        for (let k = start; k < end; k++) {
          const from = rowAt(members, k, t, items, width) + at;
          const value = exp4(f32x4.sub(load4(x + from, whole), largest));
          store4(y + from, value, whole);
          total = f32x4.add(total, value);
        }
        const inverse = f32x4.div(f32x4.splat(1), total);
        for (let k = start; k < end; k++) {
          const from = rowAt(members, k, t, items, width) + at;
          store4(y + from, f32x4.mul(load4(y + from, whole), inverse), whole);
        }
        c += whole ? 4 : 1;
      }
    }
  }
}
