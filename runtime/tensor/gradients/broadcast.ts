/** Sums and repetitions along axes, by the kernels of ours that do both directions fast. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { spreadMiddle, sumMiddle } from "../../kernels/rows.js";

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** Neighbouring axes as one: [first, past) for each run, in order. */
function runs(axes: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const axis of [...axes].sort((a, b) => a - b)) {
    const last = found[found.length - 1];
    if (last && last[1] === axis) last[1] = axis + 1;
    else found.push([axis, axis + 1]);
  }
  return found;
}

/** Sum over `axes`, then shaped `target`. Always a new tensor. */
export function sumOver(x: Tensor, axes: readonly number[], target: readonly number[]): Tensor {
  const shape = x.shape.slice();
  let result = x;
  for (const [first, past] of runs(axes)) {
    const n = product(shape.slice(first, past));
    if (n !== 1)
      result = sumMiddle(result, product(shape.slice(0, first)), n, product(shape.slice(past)));
    shape.fill(1, first, past);
  }
  return tf.reshape(result, [...target]);
}

/** Repeats x, which lacks `axes` (or has size 1 there), along them up to `shape`. A new tensor. */
export function spreadOver(x: Tensor, axes: readonly number[], shape: readonly number[]): Tensor {
  const now = shape.map((n, k) => (axes.includes(k) ? 1 : n));
  let result = x;
  for (const [first, past] of runs(axes)) {
    const n = product(shape.slice(first, past));
    if (n !== 1)
      result = spreadMiddle(result, product(now.slice(0, first)), n, product(now.slice(past)));
    for (let k = first; k < past; k++) now[k] = shape[k]!;
  }
  return tf.reshape(result, [...shape]);
}

/** Sums `dy` over the axes along which `shape` was broadcast to `dy.shape`. Always a new tensor. */
export function sumTo(dy: Tensor, shape: readonly number[]): Tensor {
  const missing = dy.rank - shape.length;
  const axes = dy.shape.map((_, k) => k).filter((k) => k < missing || shape[k - missing] === 1);
  return sumOver(dy, axes, shape);
}

/** 1 where the condition holds, else 0, as float32. */
export function mask(condition: Tensor): Tensor {
  return tf.cast(condition, "float32");
}
