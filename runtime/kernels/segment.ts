/**
 * Movements between items and segments: gather and sum are each other's derivative, extreme-select
 * and extreme-spread too; the softmax's derivative is written with them. All to any order.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { defineKernel, type Kernel } from "./kernel.js";
import * as reference from "./reference/segment.js";
import type { ExtremeAttributes, SegmentAttributes } from "./reference/segment.js";
import type { Segments } from "./segments.js";
import type { WasmCall } from "./wasm/call.js";

/** The arguments that the WebAssembly kernels over segments share, from `pointers` to `steps`. */
function grouping(
  call: WasmCall,
  { segments, steps }: { readonly segments: Segments; readonly steps: number },
): number[] {
  const { pointers, members, count, items, lasting } = segments;
  return [call.list(pointers, lasting), call.list(members, lasting), count, items, steps];
}

const gather: Kernel<SegmentAttributes> = defineKernel({
  name: "GatherRows",
  outputs: ([x], { segments, steps }) => [{ shape: [steps * segments.items, x!.shape[1]!] }],
  compute: ([x], [y], a) =>
    reference.gatherRows(x!, y!, widthOf(y!, a.steps * a.segments.items), a),
  wasm: (kernels, call, [x], { segments, steps, scale }) => {
    kernels.gatherRows(
      ...[call.inputs[0]!, call.outputs[0]!, x!.shape[1]!],
      ...[call.list(segments.owner, segments.lasting), segments.items, segments.count, steps],
      call.list(scale, segments.lasting),
    );
  },
  savesInputs: false,
  gradient: ([dy], _inputs, a) => [() => sum([dy!], a)[0]!],
});

const sum: Kernel<SegmentAttributes> = defineKernel({
  name: "SegmentSum",
  outputs: ([x], { segments, steps }) => [{ shape: [steps * segments.count, x!.shape[1]!] }],
  compute: ([x], [y], a) =>
    reference.segmentSum(x!, y!, widthOf(y!, a.steps * a.segments.count), a),
  wasm: (kernels, call, [x], { segments, steps, scale }) => {
    // A sparse product whose columns are the items.
    const { count, items, lasting, pointers, members } = segments;
    kernels.spmm(
      ...[call.inputs[0]!, 0, call.outputs[0]!, x!.shape[1]!, 1],
      ...[call.list(scale, lasting), 0, call.list(pointers, lasting), 0],
      ...[call.list(members, lasting), count, items, items, steps, 1, 0],
    );
  },
  savesInputs: false,
  gradient: ([dy], _inputs, a) => [() => gather([dy!], a)[0]!],
});

const select: Kernel<ExtremeAttributes> = defineKernel({
  name: "SegmentExtremeSelect",
  outputs: ([x], { segments, steps }) => [{ shape: [steps * segments.count, x!.shape[1]!] }],
  compute: ([x, v], [y], a) =>
    reference.extremeSelect(x!, v!, y!, widthOf(y!, a.steps * a.segments.count), a),
  wasm: (kernels, call, [x], a) => {
    kernels.extremeSelect(
      ...[call.inputs[0]!, call.inputs[1]!, call.outputs[0]!, x!.shape[1]!],
      ...grouping(call, a),
      a.direction,
    );
  },
  gradient: ([dy], [x], a) => [() => tf.zerosLike(x!), () => spread([x!, dy!], a)[0]!],
});

const spread: Kernel<ExtremeAttributes> = defineKernel({
  name: "SegmentExtremeSpread",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x, g], [y], a) =>
    reference.extremeSpread(x!, g!, y!, widthOf(x!, a.steps * a.segments.items), a),
  wasm: (kernels, call, [x], a) => {
    kernels.extremeSpread(
      ...[call.inputs[0]!, call.inputs[1]!, call.outputs[0]!, x!.shape[1]!],
      ...grouping(call, a),
      a.direction,
    );
  },
  gradient: ([dy], [x], a) => [() => tf.zerosLike(x!), () => select([x!, dy!], a)[0]!],
});

const softmax: Kernel<{ readonly segments: Segments; readonly steps: number }> = defineKernel({
  name: "SegmentSoftmax",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x], [y], { segments, steps }) =>
    reference.segmentSoftmax(x!, y!, widthOf(x!, steps * segments.items), segments, steps),
  wasm: (kernels, call, [x], a) => {
    kernels.segmentSoftmax(
      ...[call.inputs[0]!, call.outputs[0]!, x!.shape[1]!],
      ...grouping(call, a),
    );
  },
  gradient: ([dy], [x], { segments, steps }) => [
    () => {
      const y = segmentSoftmax(x!, segments, steps);
      const weighted = tf.mul(y, dy!);
      const total = segmentSum(weighted, segments, steps);
      return tf.sub(weighted, tf.mul(y, gatherRows(total, segments, steps)));
    },
  ],
});

/**
 * Every item gets the row of its segment, times `scale` of the segment.
 * @param x float32 [steps * segments, width]
 * @returns float32 [steps * items, width]
 */
export function gatherRows(
  x: Tensor,
  segments: Segments,
  steps: number,
  scale?: Float32Array,
): Tensor {
  return gather([x], { segments, steps, scale })[0]!;
}

/**
 * Every segment gets the sum of the rows of its items, times `scale` of the segment
 * (`segments.inverseSizes` makes it the mean, 0 for an empty segment).
 * @param x float32 [steps * items, width]
 * @returns float32 [steps * segments, width]
 */
export function segmentSum(
  x: Tensor,
  segments: Segments,
  steps: number,
  scale?: Float32Array,
): Tensor {
  return sum([x], { segments, steps, scale })[0]!;
}

/**
 * Largest (direction 1) or smallest (-1) value of each segment and column, 0 for an empty segment.
 * Ties share the gradient evenly.
 * @param x float32 [steps * items, width]
 * @returns float32 [steps * segments, width]
 */
export function segmentExtreme(
  x: Tensor,
  segments: Segments,
  steps: number,
  direction: 1 | -1,
): Tensor {
  return select([x, x], { segments, steps, direction })[0]!;
}

/**
 * Softmax over the items of each segment, column by column.
 * @param x float32 [steps * items, width]
 * @returns float32 [steps * items, width]
 */
export function segmentSoftmax(x: Tensor, segments: Segments, steps: number): Tensor {
  return softmax([x], { segments, steps })[0]!;
}

function widthOf(values: Float32Array, rows: number): number {
  return rows === 0 ? 0 : values.length / rows;
}
