/** Gradients of movements and reductions. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { cutColumns, sumMiddle } from "../../kernels/rows.js";
import { segmentSum } from "../../kernels/segment.js";
import { Segments } from "../../kernels/segments.js";
import { mask, spreadOver, sumTo } from "./broadcast.js";
import type { GradientSpec } from "./registry.js";

export const shapes: GradientSpec[] = [
  { kernel: "Identity", gradient: (dy) => ({ x: () => tf.cast(tf.clone(dy), "float32") }) },
  { kernel: "Cast", gradient: (dy) => ({ x: () => tf.clone(dy) }) },
  {
    kernel: "Reshape",
    save: ["x"],
    gradient: (dy, [x]) => ({ x: () => tf.reshape(dy, x!.shape) }),
  },
  {
    kernel: "ExpandDims",
    save: ["input"],
    gradient: (dy, [input]) => ({ input: () => tf.reshape(dy, input!.shape) }),
  },
  {
    kernel: "Transpose",
    gradient: (dy, _saved, { perm }) => ({
      x: () => tf.transpose(dy, inverse(perm as number[])),
    }),
  },
  {
    kernel: "BroadcastTo",
    save: ["x"],
    gradient: (dy, [x]) => ({ x: () => sumTo(dy, x!.shape) }),
  },
  {
    kernel: "Tile",
    save: ["x"],
    gradient: (dy, [x], { reps }) => ({ x: () => untile(dy, x!.shape, reps as number[]) }),
  },
  {
    kernel: "Concat",
    saveAll: true,
    gradient: (dy, saved, { axis }) => {
      const along = tf.util.parseAxisParam(axis as number, saved[0]!.shape)[0]!;
      const sizes = saved.map((t) => t.shape[along]!);
      // Cut out of [before, after] rows: a slice copies the whole source on wasm.
      const after = tf.util.sizeFromShape(saved[0]!.shape.slice(along + 1));
      const rows = tf.reshape(dy, [-1, dy.shape[along]! * after]);
      let start = 0;
      return Object.fromEntries(
        sizes.map((size, k) => {
          const first = start;
          start += size;
          const cut = (): Tensor => cutColumns(rows, first * after, size * after);
          return [String(k), () => tf.reshape(cut(), saved[k]!.shape)];
        }),
      );
    },
  },
  {
    kernel: "SplitV",
    gradient: (dy, _saved, { axis }) => ({
      x: () => tf.concat(dy as unknown as Tensor[], axis as number),
    }),
  },
  {
    kernel: "Pack",
    saveAll: true,
    gradient: (dy, saved, { axis }) => {
      const parts = tf.unstack(dy, axis as number);
      return Object.fromEntries(saved.map((_, k) => [String(k), () => tf.clone(parts[k]!)]));
    },
  },
  {
    kernel: "Unpack",
    gradient: (dy, _saved, { axis }) => ({
      value: () => tf.stack(dy as unknown as Tensor[], axis as number),
    }),
  },
  {
    kernel: "Slice",
    save: ["x"],
    gradient: (dy, [x], { begin, size }) => {
      const [starts, sizes] = tf.slice_util.parseSliceParams(
        x!,
        begin as number[],
        size as number[],
      ) as [number[], number[]];
      const paddings = starts.map((start, k): [number, number] => [
        start,
        x!.shape[k]! - start - sizes[k]!,
      ]);
      return { x: () => tf.pad(dy, paddings) };
    },
  },
  {
    kernel: "PadV2",
    save: ["x"],
    gradient: (dy, [x], { paddings }) => ({
      x: () =>
        tf.slice(
          dy,
          (paddings as [number, number][]).map(([before]) => before),
          x!.shape,
        ),
    }),
  },
  {
    kernel: "Reverse",
    gradient: (dy, _saved, { dims }) => ({ x: () => tf.reverse(dy, dims as number[]) }),
  },
  {
    kernel: "GatherV2",
    save: ["x", "indices"],
    gradient: (dy, [x, indices], { axis }) => {
      const along = tf.util.parseAxisParam(axis as number, x!.shape)[0]!;
      return {
        x: () => ungather(dy, x!, indices!, along),
        indices: () => tf.zeros(indices!.shape),
      };
    },
  },
  {
    kernel: "Sum",
    save: ["x"],
    gradient: (dy, [x], { axis }) => ({
      x: () => spreadOver(dy, tf.util.parseAxisParam(axis as number[], x!.shape), x!.shape),
    }),
  },
  {
    kernel: "Mean",
    save: ["x"],
    gradient: (dy, [x], { axis }) => ({
      x: () => {
        const axes = tf.util.parseAxisParam(axis as number[], x!.shape);
        const count = axes.reduce((product, k) => product * x!.shape[k]!, 1);
        return spreadOver(tf.mul(dy, 1 / count), axes, x!.shape);
      },
    }),
  },
  // Ties share the gradient evenly.
  {
    kernel: "Max",
    save: ["x"],
    gradient: (dy, [x], { reductionIndices }) => ({
      x: () => spreadToExtremes(dy, x!, reductionIndices as number[], tf.max),
    }),
  },
  {
    kernel: "Min",
    save: ["x"],
    gradient: (dy, [x], { reductionIndices }) => ({
      x: () => spreadToExtremes(dy, x!, reductionIndices as number[], tf.min),
    }),
  },
  {
    kernel: "Cumsum",
    gradient: (dy, _saved, { axis, exclusive, reverse }) => ({
      x: () => tf.cumsum(dy, axis as number, exclusive as boolean, !(reverse as boolean)),
    }),
  },
];

function inverse(permutation: number[]): number[] {
  const result = Array<number>(permutation.length);
  permutation.forEach((from, to) => (result[from] = to));
  return result;
}

/** Sums the copies that tiling made: [r0 * d0, r1 * d1] -> [r0, d0, r1, d1] -> sum over r. */
function untile(dy: Tensor, shape: number[], reps: number[]): Tensor {
  const split = shape.flatMap((n, k) => [reps[k]!, n]);
  let result = dy;
  reps.forEach((n, k) => {
    if (n === 1) return;
    const before = split.slice(0, 2 * k).reduce((a, b) => a * b, 1);
    const after = split.slice(2 * k + 1).reduce((a, b) => a * b, 1);
    result = sumMiddle(result, before, n, after);
    split[2 * k] = 1;
  });
  return tf.reshape(result, shape);
}

function spreadToExtremes(
  dy: Tensor,
  x: Tensor,
  axis: number | number[],
  reduce: (x: Tensor, axis: number[], keepDims: boolean) => Tensor,
): Tensor {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const chosen = mask(tf.equal(x, reduce(x, axes, true)));
  const share = tf.div(chosen, tf.sum(chosen, axes, true));
  return tf.mul(spreadOver(dy, axes, x.shape), share);
}

/** Adjoint of `tf.gather` along one axis: sums the rows that came from the same place. */
function ungather(dy: Tensor, x: Tensor, indices: Tensor, axis: number): Tensor {
  const segments = Segments.of(Int32Array.from(indices.dataSync()), x.shape[axis]!, false);
  const before = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const rows = tf.reshape(dy, [before * segments.items, after]);
  return tf.reshape(segmentSum(rows, segments, before), x.shape);
}
