/** Movements between items and their segments over flat arrays. */
import type { Segments } from "../segments.js";

export interface SegmentAttributes {
  readonly segments: Segments;
  readonly steps: number;
  /** Factor of each segment, applied on the way in either direction. */
  readonly scale: Float32Array | undefined;
}

/**
 * y[t, e, :] = scale[s] * x[t, s, :] with s the owner of item e.
 * @param x [steps * count, width]
 * @param y [steps * items, width], overwritten
 */
export function gatherRows(
  x: Float32Array,
  y: Float32Array,
  width: number,
  a: SegmentAttributes,
): void {
  const { segments, steps, scale } = a;
  const { owner, items, count } = segments;
  let at = 0;
  for (let t = 0; t < steps; t++) {
    for (let e = 0; e < items; e++) {
      const s = owner[e]!;
      let from = (t * count + s) * width;
      const end = at + width;
      if (scale) {
        const factor = scale[s]!;
        for (; at < end; at++) y[at] = factor * x[from++]!;
      } else {
        for (; at < end; at++) y[at] = x[from++]!;
      }
    }
  }
}

/**
 * y[t, s, :] = scale[s] * sum over the items e of segment s of x[t, e, :].
 * @param x [steps * items, width]
 * @param y [steps * count, width], overwritten
 */
export function segmentSum(
  x: Float32Array,
  y: Float32Array,
  width: number,
  a: SegmentAttributes,
): void {
  const { segments, steps, scale } = a;
  const { pointers, members, items, count } = segments;
  for (let t = 0; t < steps; t++) {
    for (let s = 0; s < count; s++) {
      const base = (t * count + s) * width;
      const start = pointers[s]!;
      const end = pointers[s + 1]!;
      const factor = scale ? scale[s]! : 1;
      let c = 0;
      // Four columns at a time, summed in double precision.
      for (; c + 4 <= width; c += 4) {
        let [s0, s1, s2, s3] = [0, 0, 0, 0];
        for (let k = start; k < end; k++) {
          const at = (t * items + (members ? members[k]! : k)) * width + c;
          s0 += x[at]!;
          s1 += x[at + 1]!;
          s2 += x[at + 2]!;
          s3 += x[at + 3]!;
        }
        const to = base + c;
        y[to] = factor * s0;
        y[to + 1] = factor * s1;
        y[to + 2] = factor * s2;
        y[to + 3] = factor * s3;
      }
      for (; c < width; c++) {
        let sum = 0;
        for (let k = start; k < end; k++) {
          sum += x[(t * items + (members ? members[k]! : k)) * width + c]!;
        }
        y[base + c] = factor * sum;
      }
    }
  }
}

export interface ExtremeAttributes {
  readonly segments: Segments;
  readonly steps: number;
  /** 1 for the maximum, -1 for the minimum. */
  readonly direction: 1 | -1;
}

/**
 * For each segment and column: the mean of v over the items at which x is extreme in the segment
 * (ties share evenly, as in PyTorch's scatter_reduce); 0 for an empty segment.
 * With v = x this is the maximum (or minimum) itself.
 * @param x, v [steps * items, width]
 * @param y [steps * count, width], overwritten
 */
export function extremeSelect(
  x: Float32Array,
  v: Float32Array,
  y: Float32Array,
  width: number,
  a: ExtremeAttributes,
): void {
  const { segments, steps, direction } = a;
  const { pointers, members, items, count } = segments;
  y.fill(0);
  for (let t = 0; t < steps; t++) {
    for (let s = 0; s < count; s++) {
      const start = pointers[s]!;
      const end = pointers[s + 1]!;
      if (start === end) continue;
      const base = (t * count + s) * width;
      for (let c = 0; c < width; c++) {
        let best = -Infinity;
        let sum = 0;
        let ties = 0;
        for (let k = start; k < end; k++) {
          const at = (t * items + (members ? members[k]! : k)) * width + c;
          const value = direction * x[at]!;
          if (value > best || ties === 0) {
            best = value;
            sum = v[at]!;
            ties = 1;
          } else if (value === best) {
            sum += v[at]!;
            ties++;
          }
        }
        y[base + c] = sum / ties;
      }
    }
  }
}

/**
 * Adjoint of `extremeSelect` in v: every extreme item gets its even share of the segment's value.
 * @param x [steps * items, width]
 * @param g [steps * count, width]
 * @param y [steps * items, width], overwritten
 */
export function extremeSpread(
  x: Float32Array,
  g: Float32Array,
  y: Float32Array,
  width: number,
  a: ExtremeAttributes,
): void {
  const { segments, steps, direction } = a;
  const { pointers, members, items, count } = segments;
  y.fill(0);
  for (let t = 0; t < steps; t++) {
    for (let s = 0; s < count; s++) {
      const start = pointers[s]!;
      const end = pointers[s + 1]!;
      const base = (t * count + s) * width;
      for (let c = 0; c < width; c++) {
        let best = -Infinity;
        let ties = 0;
        for (let k = start; k < end; k++) {
          const value = direction * x[(t * items + (members ? members[k]! : k)) * width + c]!;
          if (value > best || ties === 0) {
            best = value;
            ties = 1;
          } else if (value === best) ties++;
        }
        const share = g[base + c]! / ties;
        for (let k = start; k < end; k++) {
          const at = (t * items + (members ? members[k]! : k)) * width + c;
          if (direction * x[at]! === best) y[at] = share;
        }
      }
    }
  }
}

/**
 * Softmax over the items of each segment, column by column; an empty segment has no items to fill.
 * @param x, y [steps * items, width]
 */
export function segmentSoftmax(
  x: Float32Array,
  y: Float32Array,
  width: number,
  segments: Segments,
  steps: number,
): void {
  const { pointers, members, items, count } = segments;
  for (let t = 0; t < steps; t++) {
    for (let s = 0; s < count; s++) {
      const start = pointers[s]!;
      const end = pointers[s + 1]!;
      for (let c = 0; c < width; c++) {
        let largest = -Infinity;
        for (let k = start; k < end; k++) {
          const value = x[(t * items + (members ? members[k]! : k)) * width + c]!;
          if (value > largest) largest = value;
        }
        let total = 0;
        for (let k = start; k < end; k++) {
          const at = (t * items + (members ? members[k]! : k)) * width + c;
          const value = Math.exp(x[at]! - largest);
          y[at] = value;
          total += value;
        }
        for (let k = start; k < end; k++) {
          y[(t * items + (members ? members[k]! : k)) * width + c]! /= total;
        }
      }
    }
  }
}
