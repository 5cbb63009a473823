/** The module `attention.wasm`: `reference/attention.ts`, four columns of a head at a time. Arguments are byte addresses and sizes. */

/** l(z) = z where z > 0, else slope z. */
function rectified(z: v128, slope: v128): v128 {
  const low = f32x4.mul(z, slope);
  return v128.bitselect(z, low, f32x4.gt(z, f32x4.splat(0)));
}

/** Floats before a row of `row` floats, in bytes. */
function at(start: usize, index: i32, row: i32): usize {
  return start + ((<usize>index * row) << 2);
}

export function scores(
  t: usize,
  s: usize,
  w: usize,
  y: usize,
  targets: usize,
  sources: usize,
  edges: i32,
  nodes: i32,
  steps: i32,
  heads: i32,
  width: i32,
  slope: f32,
): void {
  const row = heads * width;
  const slopes = f32x4.splat(slope);
  const whole = width & ~3;
  for (let step = 0; step < steps; step++) {
    for (let e = 0; e < edges; e++) {
      const i = load<i32>(targets + ((<usize>e) << 2));
      const j = load<i32>(sources + ((<usize>e) << 2));
      let a = at(t, step * nodes + i, row);
      let b = at(s, step * nodes + j, row);
      let c = w;
      for (let h = 0; h < heads; h++) {
        let sums = f32x4.splat(0);
        let k = 0;
        for (; k < whole; k += 4) {
          const z = f32x4.add(v128.load(a), v128.load(b));
          sums = f32x4.add(sums, f32x4.mul(v128.load(c), rectified(z, slopes)));
          a += 16;
          b += 16;
          c += 16;
        }
        let sum =
          f32x4.extract_lane(sums, 0) +
          f32x4.extract_lane(sums, 1) +
          f32x4.extract_lane(sums, 2) +
          f32x4.extract_lane(sums, 3);
        for (; k < width; k++) {
          const z = load<f32>(a) + load<f32>(b);
          sum += load<f32>(c) * (z > 0 ? z : slope * z);
          a += 4;
          b += 4;
          c += 4;
        }
        store<f32>(y, sum);
        y += 4;
      }
    }
  }
}

/** @param part 0: derived by t, 1: by s, 2: by w; `out` has its shape */
export function gradient(
  t: usize,
  s: usize,
  w: usize,
  d: usize,
  out: usize,
  targets: usize,
  sources: usize,
  edges: i32,
  nodes: i32,
  steps: i32,
  heads: i32,
  width: i32,
  slope: f32,
  part: i32,
): void {
  const row = heads * width;
  const whole = width & ~3;
  const one = f32x4.splat(1);
  const slopes = f32x4.splat(slope);
  memory.fill(out, 0, (<usize>(part == 2 ? row : steps * nodes * row)) << 2);
  for (let step = 0; step < steps; step++) {
    for (let e = 0; e < edges; e++) {
      const i = load<i32>(targets + ((<usize>e) << 2));
      const j = load<i32>(sources + ((<usize>e) << 2));
      let a = at(t, step * nodes + i, row);
      let b = at(s, step * nodes + j, row);
      let c = w;
      let o = part == 2 ? out : at(out, step * nodes + (part == 0 ? i : j), row);
      for (let h = 0; h < heads; h++) {
        const cotangent = load<f32>(d);
        d += 4;
        const cotangents = f32x4.splat(cotangent);
        let k = 0;
        for (; k < whole; k += 4) {
          const z = f32x4.add(v128.load(a), v128.load(b));
          const rise = v128.bitselect(one, slopes, f32x4.gt(z, f32x4.splat(0)));
          const other = part == 2 ? z : v128.load(c);
          const each = f32x4.mul(f32x4.mul(cotangents, rise), other);
          v128.store(o, f32x4.add(v128.load(o), each));
          a += 16;
          b += 16;
          c += 16;
          o += 16;
        }
        for (; k < width; k++) {
          const z = load<f32>(a) + load<f32>(b);
          const rise = z > 0 ? cotangent : slope * cotangent;
          store<f32>(o, load<f32>(o) + rise * (part == 2 ? z : load<f32>(c)));
          a += 4;
          b += 4;
          c += 4;
          o += 4;
        }
      }
    }
  }
}
