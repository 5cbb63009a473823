/** Rearrangements, and the time-major storage of timed values. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { SgnnError } from "../../error.js";
import { rearranged, recordReduction } from "../../energy/record.js";
import { columnSum, joinColumns, repeatRows } from "../../kernels/rows.js";
import { gatherRows } from "../../kernels/segment.js";
import { Segments } from "../../kernels/segments.js";
import { sizeOf, toFloat } from "./operand.js";

/** Side by side along the last dim; all other dims are equal. */
export function concat(...parts: Tensor[]): Tensor {
  const first = parts[0]!;
  if (parts.length === 1) return first;
  const values = parts.map(toFloat);
  const joined = first.rank === 2 ? joinColumns(values) : tf.concat(values, first.rank - 1);
  return rearranged(joined, parts);
}

/** Rows start .. start + count - 1 of a weight: [R, ..] -> [count, ..]. */
export function rows(x: Tensor, start: number, count: number): Tensor {
  return rearranged(tf.slice(x, start, count), [x]);
}

/** [R, a, b, ..] -> [R, a * b * ..]; the first (residency) dim is kept. */
export function flatten(x: Tensor): Tensor {
  if (x.rank === 2) return x;
  return rearranged(tf.reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1))]), [x]);
}

/** Adds `axes` trailing dims of size 1. */
export function expand(x: Tensor, axes: number): Tensor {
  if (axes === 0) return x;
  return rearranged(tf.reshape(x, [...x.shape, ...Array<number>(axes).fill(1)]), [x]);
}

/** An untimed value repeated at every step: [R, ..] -> [steps * R, ..]. */
export function hold(x: Tensor, steps: number): Tensor {
  if (x.rank === 0 || steps === 1) return x;
  const value = toFloat(x);
  const repeated = repeatRows(tf.reshape(value, [value.size]), steps);
  const held = tf.reshape(repeated, [steps * value.shape[0]!, ...value.shape.slice(1)]);
  return rearranged(held, [x], steps);
}

/** Leaves a time block: [steps * R, ..] -> [steps, R, ..]. */
export function splitTime(x: Tensor, steps: number): Tensor {
  const shape = [steps, rowsPerStep(x, steps, "splitTime"), ...x.shape.slice(1)];
  return rearranged(tf.reshape(x, shape), [x], steps);
}

/** Enters a time block: [T, R, ..] -> [T * R, ..]. */
export function joinTime(x: Tensor): Tensor {
  const shape = [x.shape[0]! * (x.shape[1] ?? 1), ...x.shape.slice(2)];
  return rearranged(tf.reshape(x, shape), [x], x.shape[0]);
}

/**
 * Mean over the steps: the firing rate of a spike train.
 * @param x [steps * R, ..] as stored inside a time block
 * @returns [R, ..]
 */
export function rate(x: Tensor, steps: number): Tensor {
  const rows = rowsPerStep(x, steps, "rate");
  const value = toFloat(x);
  const width = sizeOf(value.shape.slice(1));
  const total = columnSum(tf.reshape(value, [steps, rows * width]));
  if (steps > 1) recordReduction(rearranged(value, [x], steps), rows * width, ["mean"]);
  return tf.reshape(tf.mul(total, 1 / steps), [rows, ...value.shape.slice(1)]);
}

/** The last step of what a time block returned: [T, R, ..] -> [R, ..]. */
export function last(x: Tensor): Tensor {
  const [steps, ...rest] = x.shape as [number, ...number[]];
  return rearranged(tf.reshape(tf.slice(x, steps - 1, 1), rest), [x]);
}

/** The steps side by side in the last dim, in order: [T, R, .., c] -> [R, .., T * c]. */
export function flattenTime(x: Tensor): Tensor {
  const [steps, ...rest] = x.shape as [number, ...number[]];
  const axis = rest.length;
  const order = [...x.shape.keys()].slice(1, axis).concat(0, axis);
  const width = rest[axis - 1]! * steps;
  const aside = tf.reshape(tf.transpose(x, order), [...rest.slice(0, -1), width]);
  return rearranged(aside, [x]);
}

/**
 * The rows at `indices`, in that order; differentiable (a row taken twice gets both gradients).
 * @param x [R, ..] @param indices in [0, R)
 * @throws SgnnError R112 when an index is out of range
 */
export function takeRows(x: Tensor, indices: Int32Array): Tensor {
  const rows = x.shape[0]!;
  for (let k = 0; k < indices.length; k++) {
    if (indices[k]! < 0 || indices[k]! >= rows) {
      throw new SgnnError({
        code: "R112",
        message: `row ${indices[k]} was asked for at position ${k}, but there are ${rows} rows`,
        why: "Rows are numbered from 0.",
        fix: "Check where the indices come from.",
      });
    }
  }
  const width = sizeOf(x.shape.slice(1));
  const flat = tf.reshape(toFloat(x), [rows, width]);
  const taken = gatherRows(flat, Segments.of(indices, rows, false), 1);
  return rearranged(tf.reshape(taken, [indices.length, ...x.shape.slice(1)]), [x]);
}

function rowsPerStep(x: Tensor, steps: number, what: string): number {
  const rows = x.shape[0] ?? 0;
  if (!Number.isInteger(steps) || steps < 1 || rows % steps !== 0) {
    throw new SgnnError({
      code: "R111",
      message: `${what} of ${rows} rows over ${steps} steps`,
      why: "A timed value has the same number of rows at every step.",
      fix: "Give the number of steps that the time block ran.",
    });
  }
  return rows / steps;
}
