/** Sparse-dense products over flat arrays: the meaning of `kernels/spmm.ts`. */
import type { Incidence } from "../segments.js";

/** Sizes and scales shared by the product and its adjoint. */
export interface SpmmAttributes {
  readonly matrix: Incidence;
  /** Time steps: dense operands have steps * count rows. */
  readonly steps: number;
  /** Columns of the weights; each weighs columns / heads neighbouring columns of x. */
  readonly heads: number;
  /** Steps of the weights: 1 when they are held constant in time, else `steps`. */
  readonly weightSteps: number;
  /** Factor of each row and of each column of the matrix. */
  readonly rowScale: Float32Array | undefined;
  readonly columnScale: Float32Array | undefined;
}

/**
 * y[t, i, h*F + f] = rowScale[i] * sum over entries e of row i of
 *                    columnScale[j] * w[t, e, h] * x[t, j, h*F + f], with j the column of e.
 * @param x [steps * columns, width]
 * @param weights [weightSteps * entries, heads] or undefined for 1
 * @param y [steps * rows, width], overwritten
 */
export function spmm(
  x: Float32Array,
  weights: Float32Array | undefined,
  y: Float32Array,
  width: number,
  a: SpmmAttributes,
): void {
  const { matrix, steps, heads, rowScale, columnScale } = a;
  const { pointers, members, count, items } = matrix.rows;
  const { neighbours } = matrix;
  const { columnCount } = matrix;
  const group = width / heads;
  y.fill(0);
  for (let t = 0; t < steps; t++) {
    const weightBase = a.weightSteps === 1 ? 0 : t * items * heads;
    for (let i = 0; i < count; i++) {
      const yBase = (t * count + i) * width;
      const yEnd = yBase + width;
      const end = pointers[i + 1]!;
      for (let k = pointers[i]!; k < end; k++) {
        const j = neighbours[k]!;
        const scale = columnScale ? columnScale[j]! : 1;
        let xAt = (t * columnCount + j) * width;
        if (!weights) {
          if (scale === 1) for (let at = yBase; at < yEnd; at++) y[at]! += x[xAt++]!;
          else for (let at = yBase; at < yEnd; at++) y[at]! += scale * x[xAt++]!;
          continue;
        }
        let weightAt = weightBase + (members ? members[k]! : k) * heads;
        for (let at = yBase; at < yEnd; ) {
          const factor = scale * weights[weightAt++]!;
          const groupEnd = at + group;
          for (; at < groupEnd; at++) y[at]! += factor * x[xAt++]!;
        }
      }
      if (rowScale) {
        const scale = rowScale[i]!;
        for (let at = yBase; at < yEnd; at++) y[at]! *= scale;
      }
    }
  }
}

/**
 * Sampled dense-dense product, the adjoint of `spmm` in the weights:
 * w[t, e, h] = rowScale[i] * columnScale[j] * sum over f of a[t, i, h*F + f] * b[t, j, h*F + f]
 * for every entry e = (i, j); summed over t when the weights are held (weightSteps = 1).
 * @param left [steps * rows, width]
 * @param right [steps * columns, width]
 * @param w [weightSteps * entries, heads], overwritten
 */
export function sddmm(
  left: Float32Array,
  right: Float32Array,
  w: Float32Array,
  width: number,
  a: SpmmAttributes,
): void {
  const { matrix, steps, heads, rowScale, columnScale } = a;
  const { pointers, members, count, items } = matrix.rows;
  const { neighbours } = matrix;
  const { columnCount } = matrix;
  const group = width / heads;
  w.fill(0);
  for (let t = 0; t < steps; t++) {
    const weightBase = a.weightSteps === 1 ? 0 : t * items * heads;
    for (let i = 0; i < count; i++) {
      const rowFactor = rowScale ? rowScale[i]! : 1;
      const end = pointers[i + 1]!;
      for (let k = pointers[i]!; k < end; k++) {
        const j = neighbours[k]!;
        const factor = columnScale ? rowFactor * columnScale[j]! : rowFactor;
        let at = (t * count + i) * width;
        let other = (t * columnCount + j) * width;
        let weightAt = weightBase + (members ? members[k]! : k) * heads;
        for (let h = 0; h < heads; h++) {
          let sum = 0;
          for (const groupEnd = at + group; at < groupEnd; at++) sum += left[at]! * right[other++]!;
          w[weightAt++]! += factor * sum;
        }
      }
    }
  }
}
