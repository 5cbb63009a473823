/** Sums and means. Variances are those of the population (divided by the count). */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { macsPerElement, recordReduction } from "../../energy/record.js";
import { columnSum } from "../../kernels/rows.js";
import { sizeOf, toFloat } from "./operand.js";

/** Sum over the last dim, kept as size 1. */
export function rowSum(x: Tensor): Tensor {
  const y = tf.sum(toFloat(x), -1, true);
  recordReduction(x, y.size, ["sum"]);
  return y;
}

/** Mean over the last dim, kept as size 1. */
export function rowMean(x: Tensor): Tensor {
  return tf.mul(rowSum(x), 1 / Math.max(1, x.shape[x.rank - 1]!));
}

/** Variance over the last dim, kept as size 1. */
export function rowVariance(x: Tensor): Tensor {
  const value = toFloat(x);
  const deviation = macsPerElement(tf.sub(value, rowMean(value)), 1, 1);
  return rowMean(tf.square(deviation));
}

/** Mean over all dims but the last: [.., F] -> [F]. */
export function columnMean(x: Tensor): Tensor {
  const width = x.shape[x.rank - 1]!;
  const rows = sizeOf(x.shape.slice(0, -1));
  recordReduction(x, width, ["mean"]);
  return tf.mul(columnSum(tf.reshape(toFloat(x), [rows, width])), 1 / Math.max(1, rows));
}

/** Variance over all dims but the last: [.., F] -> [F]. */
export function columnVariance(x: Tensor): Tensor {
  const value = toFloat(x);
  const deviation = macsPerElement(tf.sub(value, columnMean(value)), 1, 1);
  return columnMean(tf.square(deviation));
}

/** Sum of everything, a scalar. */
export function sum(x: Tensor): Tensor {
  return tf.sum(toFloat(x));
}

/** Mean of everything, a scalar; 0 of nothing. */
export function mean(x: Tensor): Tensor {
  return tf.mul(tf.sum(toFloat(x)), 1 / Math.max(1, x.size));
}
