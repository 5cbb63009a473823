/** Kernels over whole rows: sums, repetition, columns cut out and joined, label picking, log-softmax. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { defineKernel, type Kernel } from "./kernel.js";
import { typeAttribute } from "./native.js";
import * as reference from "./reference/rows.js";

interface MiddleAttributes {
  readonly before: number;
  readonly n: number;
  readonly after: number;
}

const summing: Kernel<MiddleAttributes> = defineKernel({
  name: "SumMiddle",
  outputs: (_inputs, { before, after }) => [{ shape: [before * after] }],
  compute: ([x], [y], { n, after }) => reference.sumMiddle(x!, y!, n, after),
  wasm: (kernels, call, _inputs, { before, n, after }) =>
    kernels.sumMiddle(call.inputs[0]!, call.outputs[0]!, before, n, after, call.scratch(8 * after)),
  tensorflow: ([x], { before, n, after }) => [
    tf.reshape(tf.sum(tf.reshape(x!, [before, n, after]), 1), [before * after]),
  ],
  savesInputs: false,
  gradient: ([dy], _inputs, a) => [() => spreading([dy!], a)[0]!],
});

const spreading: Kernel<MiddleAttributes> = defineKernel({
  name: "SpreadMiddle",
  outputs: (_inputs, { before, n, after }) => [{ shape: [before * n * after] }],
  compute: ([x], [y], { n, after }) => reference.spreadMiddle(x!, y!, n, after),
  wasm: (kernels, call, _inputs, { before, n, after }) =>
    kernels.spreadMiddle(call.inputs[0]!, call.outputs[0]!, before, n, after),
  tensorflow: ([x], { before, n, after }) => [
    tf.reshape(tf.tile(tf.reshape(x!, [before, 1, after]), [1, n, 1]), [before * n * after]),
  ],
  savesInputs: false,
  gradient: ([dy], _inputs, a) => [() => summing([dy!], a)[0]!],
});

const adding: Kernel<object> = defineKernel({
  name: "AddRows",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x, row], [y]) => reference.addRows(x!, row!, y!),
  wasm: (kernels, call, [x]) => {
    const [rows, width] = x!.shape as [number, number];
    kernels.addRows(call.inputs[0]!, call.inputs[1]!, call.outputs[0]!, rows, width);
  },
  tensorflow: ([x, row]) => [tf.add(x!, row!)],
  savesInputs: false,
  gradient: ([dy]) => [() => tf.clone(dy!), () => columnSum(dy!)],
});

interface ColumnAttributes {
  readonly rows: number;
  /** Columns of the wide array, and the place of the narrow one in it. */
  readonly columns: number;
  readonly start: number;
  readonly width: number;
}

const cutting: Kernel<ColumnAttributes> = defineKernel({
  name: "CutColumns",
  outputs: (_inputs, { rows, width }) => [{ shape: [rows, width] }],
  compute: ([x], [y], { rows, columns, start, width }) =>
    reference.copyColumns(x!, y!, {
      rows,
      columnsX: columns,
      from: start,
      columnsY: width,
      to: 0,
      width,
    }),
  wasm: (kernels, call, _inputs, { rows, columns, start, width }) =>
    kernels.copyColumns(
      ...[call.inputs[0]!, call.outputs[0]!, rows],
      ...[columns, start, width, 0, width],
    ),
  tensorflow: ([x], { rows, start, width }) => [tf.slice(x!, [0, start], [rows, width])],
  savesInputs: false,
  gradient: ([dy], _inputs, a) => [() => placingColumns([dy!], a)[0]!],
});

const placingColumns: Kernel<ColumnAttributes> = defineKernel({
  name: "PlaceColumns",
  outputs: (_inputs, { rows, columns }) => [{ shape: [rows, columns] }],
  compute: ([x], [y], { rows, columns, start, width }) => {
    y!.fill(0);
    reference.copyColumns(x!, y!, {
      rows,
      columnsX: width,
      from: 0,
      columnsY: columns,
      to: start,
      width,
    });
  },
  tensorflow: ([x], { columns, start, width }) => [
    tf.pad(x!, [
      [0, 0],
      [start, columns - start - width],
    ]),
  ],
  savesInputs: false,
  gradient: ([dy], _inputs, a) => [() => cutting([dy!], a)[0]!],
});

interface JoiningAttributes {
  readonly rows: number;
  readonly widths: readonly number[];
}

const joining: Kernel<JoiningAttributes> = defineKernel({
  name: "JoinColumns",
  outputs: (_inputs, { rows, widths }) => [{ shape: [rows, total(widths)] }],
  compute: (xs, [y], { rows, widths }) => {
    const columnsY = total(widths);
    let to = 0;
    xs.forEach((x, k) => {
      const width = widths[k]!;
      reference.copyColumns(x, y!, { rows, columnsX: width, from: 0, columnsY, to, width });
      to += width;
    });
  },
  wasm: (kernels, call, _inputs, { rows, widths }) => {
    const columns = total(widths);
    let to = 0;
    widths.forEach((width, k) => {
      const [from, into] = [call.inputs[k]!, call.outputs[0]!];
      kernels.copyColumns(from, into, rows, width, 0, columns, to, width);
      to += width;
    });
  },
  tensorflow: (xs) => [tf.concat([...xs], 1)],
  savesInputs: false,
  gradient: ([dy], _inputs, { widths }) => {
    let to = 0;
    return widths.map((width) => {
      const start = to;
      to += width;
      return () => cutColumns(dy!, start, width);
    });
  },
});

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0);
}

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
  gradient: ([dy], [x]) => [() => tf.sub(dy!, tf.mul(tf.softmax(x!), tf.sum(dy!, -1, true)))],
});

function flat(x: Tensor): Tensor {
  return x.rank === 1 ? x : tf.reshape(x, [x.size]);
}

/** Sum over the middle axis of x, seen as [before, n, after] -> [before * after]. */
export function sumMiddle(x: Tensor, before: number, n: number, after: number): Tensor {
  return summing([flat(x)], { before, n, after })[0]!;
}

/** x, seen as [before, after], repeated n times along a new middle axis -> [before * n * after]. */
export function spreadMiddle(x: Tensor, before: number, n: number, after: number): Tensor {
  return spreading([flat(x)], { before, n, after })[0]!;
}

/** Columns start .. start + width - 1 of x [rows, columns] -> [rows, width]. */
export function cutColumns(x: Tensor, start: number, width: number): Tensor {
  const [rows, columns] = x.shape as [number, number];
  return cutting([x], { rows, columns, start, width })[0]!;
}

/** Matrices with the same number of rows side by side. */
export function joinColumns(parts: readonly Tensor[]): Tensor {
  const rows = parts[0]!.shape[0]!;
  return joining(parts, { rows, widths: parts.map(({ shape }) => shape[1]!) })[0]!;
}

/** x [R, C] with `row` [C] added to each of its rows. */
export function addToRows(x: Tensor, row: Tensor): Tensor {
  return adding([x, row], {})[0]!;
}

/** Sum over the rows of x [R, C] -> [C]. */
export function columnSum(x: Tensor): Tensor {
  return sumMiddle(x, 1, x.shape[0]!, x.shape[1]!);
}

/** x [C] -> [rows * C], repeated. */
export function repeatRows(x: Tensor, rows: number): Tensor {
  return spreadMiddle(x, 1, rows, x.size);
}

/** x [R, C], one label per row in [0, C) (negative: none) -> [R]. Differentiable in x to any order. */
export function pickLabels(x: Tensor, labels: Int32Array): Tensor {
  return picking([x], { labels, classes: x.shape[1]! })[0]!;
}

/** Log-softmax over the columns of x [R, C]. */
export function logSoftmaxRows(x: Tensor): Tensor {
  return logOfSoftmax([x], { columns: x.shape[1]! })[0]!;
}
