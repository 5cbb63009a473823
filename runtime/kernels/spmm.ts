/**
 * Sparse-dense product and sampled dense-dense product. Each is the other's derivative, so both are
 * differentiable to any order.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import { indexTensor } from "./index-tensor.js";
import { defineKernel, type Kernel } from "./kernel.js";
import { scaleRows, sparseSegmentSum } from "./native.js";
import * as reference from "./reference/spmm.js";
import type { SpmmAttributes } from "./reference/spmm.js";

export type { SpmmAttributes } from "./reference/spmm.js";

function transposed(a: SpmmAttributes): SpmmAttributes {
  return {
    ...a,
    matrix: a.matrix.transposed,
    rowScale: a.columnScale,
    columnScale: a.rowScale,
  };
}

const product: Kernel<SpmmAttributes> = defineKernel({
  name: "SparseDenseProduct",
  outputs: ([x], a) => [{ shape: [a.steps * a.matrix.rows.count, x!.shape[1]!] }],
  compute: ([x, weights], [y], a) => {
    const rows = a.steps * a.matrix.rows.count;
    reference.spmm(x!, weights, y!, rows === 0 ? 0 : y!.length / rows, a);
  },
  tensorflow: ([x, weights], a, backend) => {
    const { rows, columnCount } = a.matrix;
    // With weights no single native operation is better than the plain loop over flat arrays.
    if (weights || rows.items === 0 || x!.size === 0) return undefined;
    const scaled = a.columnScale ? scaleRows(x!, a.columnScale, a.steps) : x!;
    const sum = sparseSegmentSum(
      backend,
      scaled,
      indexTensor(rows, "neighbours", () => a.matrix.neighbours, a.steps, columnCount),
      indexTensor(rows, "owners", () => rows.sortedOwner, a.steps, rows.count),
      a.steps * rows.count,
    );
    return [a.rowScale ? scaleRows(sum, a.rowScale, a.steps) : sum];
  },
  gradient: ([dy], [x, weights], a) =>
    weights
      ? [() => sparseDenseProduct(dy!, weights, transposed(a)), () => sampledProduct(dy!, x!, a)]
      : [() => sparseDenseProduct(dy!, undefined, transposed(a))],
});

const sampled: Kernel<SpmmAttributes> = defineKernel({
  name: "SampledProduct",
  outputs: (_inputs, a) => [{ shape: [a.weightSteps * a.matrix.rows.items, a.heads] }],
  compute: ([left, right], [w], a) => {
    const rows = a.steps * a.matrix.rows.count;
    reference.sddmm(left!, right!, w!, rows === 0 ? 0 : left!.length / rows, a);
  },
  gradient: ([dw], [left, right], a) => [
    () => sparseDenseProduct(right!, dw!, a),
    () => sparseDenseProduct(left!, dw!, transposed(a)),
  ],
});

/**
 * The weighted sum over the entries of each row; see `reference.spmm` for the equation.
 * @param x float32 [steps * columns, width]
 * @param weights float32 [weightSteps * entries, heads], heads a divisor of width; undefined for 1
 * @returns float32 [steps * rows, width]
 */
export function sparseDenseProduct(
  x: Tensor,
  weights: Tensor | undefined,
  attributes: SpmmAttributes,
): Tensor {
  return product(weights ? [x, weights] : [x], attributes)[0]!;
}

/**
 * One number per entry (i, j) and head: the product of row i of `left` and row j of `right`.
 * @param left float32 [steps * rows, width]
 * @param right float32 [steps * columns, width]
 * @returns float32 [weightSteps * entries, heads]
 */
export function sampledProduct(left: Tensor, right: Tensor, attributes: SpmmAttributes): Tensor {
  return sampled([left, right], attributes)[0]!;
}
