/** Softmax family, labels. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { SgnnError } from "../../error.js";
import { macsPerElement } from "../../energy/record.js";
import { logSoftmaxRows, pickLabels } from "../../kernels/rows.js";
import { sizeOf, toFloat } from "./operand.js";

/** Softmax over the last dim. */
export function softmax(x: Tensor): Tensor {
  return macsPerElement(tf.softmax(toFloat(x)), 2, 1);
}

/** Logarithm of the softmax over the last dim, without overflow. */
export function logSoftmax(x: Tensor): Tensor {
  const width = x.shape[x.rank - 1]!;
  const rows = tf.reshape(toFloat(x), [sizeOf(x.shape.slice(0, -1)), width]);
  return macsPerElement(tf.reshape(logSoftmaxRows(rows), x.shape), 1, 2);
}

/**
 * The value of each row at its label: x [R, C], labels [R] -> [R]. A negative label means "none": 0,
 * no gradient. Labels may be int32 or whole-numbered float32.
 * @throws SgnnError R113 when a label is not below C, R110 when the rows differ
 */
export function pick(x: Tensor, labels: Tensor): Tensor {
  return pickLabels(toFloat(x), labelValues(labels, x.shape[0]!, x.shape[1]!));
}

/** Rows of zeros with a 1 at the label: [R] -> [R, classes]. A negative label gives a row of zeros. */
export function oneHot(labels: Tensor, classes: number): Tensor {
  const values = labelValues(labels, labels.size, classes);
  const rows = new Float32Array(values.length * classes);
  for (let r = 0; r < values.length; r++) {
    if (values[r]! >= 0) rows[r * classes + values[r]!] = 1;
  }
  return tf.tensor(rows, [...labels.shape, classes], "float32");
}

function labelValues(labels: Tensor, rows: number, classes: number): Int32Array {
  if (labels.size !== rows) {
    throw new SgnnError({
      code: "R110",
      message: `${labels.size} labels for ${rows} rows`,
      why: "Every row has one label.",
      fix: "Give labels of the same rows as the output.",
    });
  }
  const values = Int32Array.from(labels.dataSync());
  for (let r = 0; r < rows; r++) {
    if (values[r]! >= classes) {
      throw new SgnnError({
        code: "R113",
        message: `label ${values[r]} in row ${r}, but there are ${classes} classes`,
        why: `Labels are 0 to ${classes - 1}, or negative for "no label".`,
        fix: "Widen the output of the model to the number of classes in the data.",
      });
    }
  }
  return values;
}
