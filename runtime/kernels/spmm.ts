/**
 * Sparse-dense product and sampled dense-dense product. Each is the other's derivative, so both are
 * differentiable to any order.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import { defineKernel, type Kernel } from "./kernel.js";
import * as reference from "./reference/spmm.js";
import type { SpmmAttributes } from "./reference/spmm.js";
import type { WasmCall } from "./wasm/call.js";

export type { SpmmAttributes } from "./reference/spmm.js";

function transposed(a: SpmmAttributes): SpmmAttributes {
  return {
    ...a,
    matrix: a.matrix.transposed,
    rowScale: a.columnScale,
    columnScale: a.rowScale,
  };
}

/** The arguments that both WebAssembly products share, from `width` to `weightSteps`. */
function structure(call: WasmCall, width: number, a: SpmmAttributes): number[] {
  const { rows, neighbours, columnCount } = a.matrix;
  const list = (values: Int32Array | Float32Array | undefined): number =>
    call.list(values, rows.lasting);
  return [
    ...[width, a.heads, list(a.rowScale), list(a.columnScale)],
    ...[list(rows.pointers), list(rows.members), list(neighbours)],
    ...[rows.count, columnCount, rows.items, a.steps, a.weightSteps],
  ];
}

const product: Kernel<SpmmAttributes> = defineKernel({
  name: "SparseDenseProduct",
  outputs: ([x], a) => [{ shape: [a.steps * a.matrix.rows.count, x!.shape[1]!] }],
  compute: ([x, weights], [y], a) => {
    const rows = a.steps * a.matrix.rows.count;
    reference.spmm(x!, weights, y!, rows === 0 ? 0 : y!.length / rows, a);
  },
  wasm: (kernels, call, [x], a) => {
    const { rows } = a.matrix;
    kernels.spmm(
      ...[call.inputs[0]!, call.inputs[1] ?? 0, call.outputs[0]!],
      ...structure(call, x!.shape[1]!, a),
      call.scratch(4 * rows.largest),
    );
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
  wasm: (kernels, call, [left], a) => {
    kernels.sddmm(
      ...[call.inputs[0]!, call.inputs[1]!, call.outputs[0]!],
      ...structure(call, left!.shape[1]!, a),
    );
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
