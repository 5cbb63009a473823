/** Sparse-dense product and sampled dense-dense product: `reference/spmm.ts`, four columns at a time. */

/**
 * @param neighbours column of the entry at each position; 0: the position itself
 * @param members number of the entry at each position, for the weights; 0: the position itself
 * @param factors scratch, as many floats as the longest row has entries
 */
export function spmm(
  x: usize,
  weights: usize,
  y: usize,
  width: i32,
  heads: i32,
  rowScale: usize,
  columnScale: usize,
  pointers: usize,
  members: usize,
  neighbours: usize,
  rows: i32,
  columns: i32,
  entries: i32,
  steps: i32,
  weightSteps: i32,
  factors: usize,
): void {
  const group = width / heads;
  for (let t = 0; t < steps; t++) {
    const xStep = x + ((<usize>t * columns * width) << 2);
    const weightStep = weightSteps == 1 ? weights : weights + ((<usize>t * entries * heads) << 2);
    for (let i = 0; i < rows; i++) {
      const start = load<i32>(pointers + ((<usize>i) << 2));
      const count = load<i32>(pointers + ((<usize>i) << 2), 4) - start;
      const scale = rowScale ? load<f32>(rowScale + ((<usize>i) << 2)) : <f32>1;
      const list = neighbours ? neighbours + ((<usize>start) << 2) : 0;
      const yRow = y + (((<usize>t * rows + i) * width) << 2);
      for (let h = 0; h < heads; h++) {
        if (weights || columnScale) {
          for (let k = 0; k < count; k++) {
            let factor = scale;
            if (columnScale) {
              const j = list ? load<i32>(list + ((<usize>k) << 2)) : start + k;
              factor *= load<f32>(columnScale + ((<usize>j) << 2));
            }
            if (weights) {
              const e = members ? load<i32>(members + ((<usize>(start + k)) << 2)) : start + k;
              factor *= load<f32>(weightStep + ((<usize>(e * heads + h)) << 2));
            }
            store<f32>(factors + ((<usize>k) << 2), factor);
          }
          weightedRow(xStep, yRow, width, h * group, group, list, start, count, factors);
        } else {
          plainRow(xStep, yRow, width, h * group, group, list, start, count, scale);
        }
      }
    }
  }
}

/** y[c] = sum over k of factors[k] * x[neighbour k, c] for the columns first .. first + group - 1. */
function weightedRow(
  x: usize,
  y: usize,
  width: i32,
  first: i32,
  group: i32,
  list: usize,
  start: i32,
  count: i32,
  factors: usize,
): void {
  const stride = (<usize>width) << 2;
  const last = first + group;
  let c = first;
  for (; c + 32 <= last; c += 32) {
    const base = x + ((<usize>c) << 2);
    let s0 = f32x4.splat(0),
      s1 = s0,
      s2 = s0,
      s3 = s0,
      s4 = s0,
      s5 = s0,
      s6 = s0,
      s7 = s0;
    for (let k = 0; k < count; k++) {
      const j = list ? load<i32>(list + ((<usize>k) << 2)) : start + k;
      const f = v128.load_splat<f32>(factors + ((<usize>k) << 2));
      const from = base + <usize>j * stride;
      s0 = f32x4.add(s0, f32x4.mul(f, v128.load(from)));
      s1 = f32x4.add(s1, f32x4.mul(f, v128.load(from, 16)));
      s2 = f32x4.add(s2, f32x4.mul(f, v128.load(from, 32)));
      s3 = f32x4.add(s3, f32x4.mul(f, v128.load(from, 48)));
      s4 = f32x4.add(s4, f32x4.mul(f, v128.load(from, 64)));
      s5 = f32x4.add(s5, f32x4.mul(f, v128.load(from, 80)));
      s6 = f32x4.add(s6, f32x4.mul(f, v128.load(from, 96)));
      s7 = f32x4.add(s7, f32x4.mul(f, v128.load(from, 112)));
    }
    const to = y + ((<usize>c) << 2);
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
    v128.store(to, s4, 64);
    v128.store(to, s5, 80);
    v128.store(to, s6, 96);
    v128.store(to, s7, 112);
  }
  for (; c + 8 <= last; c += 8) {
    const base = x + ((<usize>c) << 2);
    let s0 = f32x4.splat(0),
      s1 = s0;
    for (let k = 0; k < count; k++) {
      const j = list ? load<i32>(list + ((<usize>k) << 2)) : start + k;
      const f = v128.load_splat<f32>(factors + ((<usize>k) << 2));
      const from = base + <usize>j * stride;
      s0 = f32x4.add(s0, f32x4.mul(f, v128.load(from)));
      s1 = f32x4.add(s1, f32x4.mul(f, v128.load(from, 16)));
    }
    const to = y + ((<usize>c) << 2);
    v128.store(to, s0);
    v128.store(to, s1, 16);
  }
  for (; c < last; c++) {
    const base = x + ((<usize>c) << 2);
    let sum: f32 = 0;
    for (let k = 0; k < count; k++) {
      const j = list ? load<i32>(list + ((<usize>k) << 2)) : start + k;
      sum += load<f32>(factors + ((<usize>k) << 2)) * load<f32>(base + <usize>j * stride);
    }
    store<f32>(y + ((<usize>c) << 2), sum);
  }
}

/** The same with one factor for the whole row, applied to the sum. */
function plainRow(
  x: usize,
  y: usize,
  width: i32,
  first: i32,
  group: i32,
  list: usize,
  start: i32,
  count: i32,
  scale: f32,
): void {
  const stride = (<usize>width) << 2;
  const last = first + group;
  const f = f32x4.splat(scale);
  let c = first;
  for (; c + 32 <= last; c += 32) {
    const base = x + ((<usize>c) << 2);
    let s0 = f32x4.splat(0),
      s1 = s0,
      s2 = s0,
      s3 = s0,
      s4 = s0,
      s5 = s0,
      s6 = s0,
      s7 = s0;
    for (let k = 0; k < count; k++) {
      const j = list ? load<i32>(list + ((<usize>k) << 2)) : start + k;
      const from = base + <usize>j * stride;
      s0 = f32x4.add(s0, v128.load(from));
      s1 = f32x4.add(s1, v128.load(from, 16));
      s2 = f32x4.add(s2, v128.load(from, 32));
      s3 = f32x4.add(s3, v128.load(from, 48));
      s4 = f32x4.add(s4, v128.load(from, 64));
      s5 = f32x4.add(s5, v128.load(from, 80));
      s6 = f32x4.add(s6, v128.load(from, 96));
      s7 = f32x4.add(s7, v128.load(from, 112));
    }
    const to = y + ((<usize>c) << 2);
    v128.store(to, f32x4.mul(f, s0));
    v128.store(to, f32x4.mul(f, s1), 16);
    v128.store(to, f32x4.mul(f, s2), 32);
    v128.store(to, f32x4.mul(f, s3), 48);
    v128.store(to, f32x4.mul(f, s4), 64);
    v128.store(to, f32x4.mul(f, s5), 80);
    v128.store(to, f32x4.mul(f, s6), 96);
    v128.store(to, f32x4.mul(f, s7), 112);
  }
  for (; c + 8 <= last; c += 8) {
    const base = x + ((<usize>c) << 2);
    let s0 = f32x4.splat(0),
      s1 = s0;
    for (let k = 0; k < count; k++) {
      const j = list ? load<i32>(list + ((<usize>k) << 2)) : start + k;
      const from = base + <usize>j * stride;
      s0 = f32x4.add(s0, v128.load(from));
      s1 = f32x4.add(s1, v128.load(from, 16));
    }
    const to = y + ((<usize>c) << 2);
    v128.store(to, f32x4.mul(f, s0));
    v128.store(to, f32x4.mul(f, s1), 16);
  }
  for (; c < last; c++) {
    const base = x + ((<usize>c) << 2);
    let sum: f32 = 0;
    for (let k = 0; k < count; k++) {
      const j = list ? load<i32>(list + ((<usize>k) << 2)) : start + k;
      sum += load<f32>(base + <usize>j * stride);
    }
    store<f32>(y + ((<usize>c) << 2), scale * sum);
  }
}

/** @param w zero on entry when `weightSteps` is 1 and `steps` is not */
export function sddmm(
  left: usize,
  right: usize,
  w: usize,
  width: i32,
  heads: i32,
  rowScale: usize,
  columnScale: usize,
  pointers: usize,
  members: usize,
  neighbours: usize,
  rows: i32,
  columns: i32,
  entries: i32,
  steps: i32,
  weightSteps: i32,
): void {
  const group = width / heads;
  for (let t = 0; t < steps; t++) {
    const adds = weightSteps == 1 && t > 0;
    const wStep = weightSteps == 1 ? w : w + ((<usize>t * entries * heads) << 2);
    for (let i = 0; i < rows; i++) {
      const end = load<i32>(pointers + ((<usize>i) << 2), 4);
      const rowFactor = rowScale ? load<f32>(rowScale + ((<usize>i) << 2)) : <f32>1;
      const row = left + (((<usize>t * rows + i) * width) << 2);
      for (let k = load<i32>(pointers + ((<usize>i) << 2)); k < end; k++) {
        const j = load<i32>(neighbours + ((<usize>k) << 2));
        const e = members ? load<i32>(members + ((<usize>k) << 2)) : k;
        const factor = columnScale
          ? rowFactor * load<f32>(columnScale + ((<usize>j) << 2))
          : rowFactor;
        const column = right + (((<usize>t * columns + j) * width) << 2);
        const to = wStep + ((<usize>e * heads) << 2);
        for (let h = 0; h < heads; h++) {
          const at = (<usize>h * group) << 2;
          const value = factor * dot(row + at, column + at, group);
          const place = to + ((<usize>h) << 2);
          store<f32>(place, adds ? load<f32>(place) + value : value);
        }
      }
    }
  }
}

function dot(a: usize, b: usize, n: i32): f32 {
  let s0 = f32x4.splat(0),
    s1 = s0;
  let k = 0;
  for (; k + 8 <= n; k += 8) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    a += 32;
    b += 32;
  }
  s0 = f32x4.add(s0, s1);
  let sum =
    f32x4.extract_lane(s0, 0) +
    f32x4.extract_lane(s0, 1) +
    (f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3));
  for (; k < n; k++) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
}
