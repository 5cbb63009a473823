/** What element-wise functions take: a tensor, or a number in place of one. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

export type Operand = Tensor | number;

/** The operand as a float32 tensor. */
export function toFloat(x: Operand): Tensor {
  if (typeof x === "number") return tf.scalar(x, "float32");
  return x.dtype === "float32" ? x : tf.cast(x, "float32");
}

/** Product of dims. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}
