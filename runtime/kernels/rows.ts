/** Kernels over whole rows: column sums, repetition, label picking, log-softmax. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { defineKernel, type Kernel } from "./kernel.js";
import { typeAttribute } from "./native.js";
import * as reference from "./reference/rows.js";

const sumOfColumns: Kernel<{ readonly rows: number }> = defineKernel({
  name: "ColumnSum",
  outputs: ([x]) => [{ shape: [x!.shape[1]!] }],
  compute: ([x], [y]) => reference.columnSum(x!, y!),
  tensorflow: ([x]) => [tf.sum(x!, 0)],
  savesInputs: false,
  gradient: ([dy], _inputs, { rows }) => [() => repeatRows(dy!, rows)],
});

const repetition: Kernel<{ readonly rows: number }> = defineKernel({
  name: "RepeatRows",
  outputs: ([x], { rows }) => [{ shape: [rows, x!.shape[0]!] }],
  compute: ([x], [y]) => reference.repeatRows(x!, y!),
  tensorflow: ([x], { rows }) => [tf.tile(tf.reshape(x!, [1, x!.shape[0]!]), [rows, 1])],
  savesInputs: false,
  gradient: ([dy]) => [() => columnSum(dy!)],
});

interface LabelAttributes {
  readonly labels: Int32Array;
  readonly classes: number;
}

const picking: Kernel<LabelAttributes> = defineKernel({
  name: "Pick",
  outputs: (_inputs, { labels }) => [{ shape: [labels.length] }],
  compute: ([x], [y], { labels, classes }) => reference.pick(x!, labels, y!, classes),
  savesInputs: false,
  gradient: ([dy], _inputs, a) => [() => placing([dy!], a)[0]!],
});

const placing: Kernel<LabelAttributes> = defineKernel({
  name: "Place",
  outputs: (_inputs, { labels, classes }) => [{ shape: [labels.length, classes] }],
  compute: ([x], [y], { labels, classes }) => reference.place(x!, labels, y!, classes),
  savesInputs: false,
  gradient: ([dy], _inputs, a) => [() => picking([dy!], a)[0]!],
});

const logOfSoftmax: Kernel<{ readonly columns: number }> = defineKernel({
  name: "LogSoftmax",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x], [y], { columns }) => reference.logSoftmax(x!, y!, columns),
  tensorflow: ([x], _a, backend) => [
    backend.executeSingleOutput("LogSoftmax", [typeAttribute(backend, "T", "float32")], [x!]),
  ],
  gradient: ([dy], [x]) => [
    () => tf.sub(dy!, tf.mul(tf.softmax(x!), tf.sum(dy!, -1, true))),
  ],
});

/** Sum over the rows of x [R, C] -> [C]. */
export function columnSum(x: Tensor): Tensor {
  return sumOfColumns([x], { rows: x.shape[0]! })[0]!;
}

/** x [C] -> [rows, C]. */
export function repeatRows(x: Tensor, rows: number): Tensor {
  return repetition([x], { rows })[0]!;
}

/** x [R, C], one label per row in [0, C) (negative: none) -> [R]. Differentiable in x to any order. */
export function pickLabels(x: Tensor, labels: Int32Array): Tensor {
  return picking([x], { labels, classes: x.shape[1]! })[0]!;
}

/** Log-softmax over the columns of x [R, C]. */
export function logSoftmaxRows(x: Tensor): Tensor {
  return logOfSoftmax([x], { columns: x.shape[1]! })[0]!;
}
