/** The adjoint of broadcasting. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { columnSum } from "../../kernels/rows.js";

/**
 * Sums `dy` over the axes along which `shape` was broadcast to `dy.shape`; always a new tensor.
 * Leading axes (a bias added to rows) go through one kernel: reducing the outer axis is slow on wasm.
 */
export function sumTo(dy: Tensor, shape: readonly number[]): Tensor {
  const from = dy.shape;
  if (from.length === shape.length && from.every((n, k) => n === shape[k])) return tf.clone(dy);
  const missing = from.length - shape.length;
  const padded = [...Array<number>(missing).fill(1), ...shape];
  const axes = from.map((_, k) => k).filter((k) => padded[k] === 1 && from[k] !== 1);
  const target = [...shape];
  if (axes.length === 0) return tf.reshape(dy, target);
  const leading = axes.every((axis, k) => axis === k || from.slice(0, axis).every((n) => n === 1));
  const last = axes[axes.length - 1]!;
  const contiguous = from.slice(0, last + 1).every((n, k) => n === 1 || axes.includes(k));
  const rows = from.slice(0, last + 1).reduce((a, b) => a * b, 1);
  const columns = from.slice(last + 1).reduce((a, b) => a * b, 1);
  if ((leading || contiguous) && columns > 1) {
    return tf.reshape(columnSum(tf.reshape(dy, [rows, columns])), target);
  }
  return tf.reshape(tf.sum(dy, axes), target);
}

/** 1 where the condition holds, else 0, as float32. */
export function mask(condition: Tensor): Tensor {
  return tf.cast(condition, "float32");
}
