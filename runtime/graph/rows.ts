/** Reshaping between tensors of any rank and the [rows, width] form of the kernels. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { SgnnError } from "../error.js";
import { sizeOf, toFloat } from "../tensor/ops/operand.js";

/**
 * How many time steps `rows` rows are, with `count` of them per step (1 when there are none).
 * @throws SgnnError R130 when it is not a whole number
 */
export function stepsOf(rows: number, count: number, what: string): number {
  if (count === 0) {
    if (rows === 0) return 1;
  } else if (rows % count === 0 && rows > 0) return rows / count;
  throw new SgnnError({
    code: "R130",
    message: `a value with ${rows} rows was used on ${count} ${what}`,
    why: `It needs one row for each of the ${what}, or that many at every time step.`,
    fix: `Check which graph the value belongs to.`,
  });
}

/** x [rows, ..] as float32 [rows, width]. */
export function toRows(x: Tensor): Tensor {
  const value = toFloat(x);
  if (value.rank === 2) return value;
  return tf.reshape(value, [value.shape[0]!, sizeOf(value.shape.slice(1))]);
}

/** [rows, width] back to [rows, ..dims]. */
export function fromRows(x: Tensor, dims: readonly number[]): Tensor {
  return dims.length === 1 ? x : tf.reshape(x, [x.shape[0]!, ...dims]);
}
