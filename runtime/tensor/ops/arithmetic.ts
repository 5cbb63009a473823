/**
 * Binary arithmetic. Shapes are equal or broadcast as in NumPy; a number may stand for either
 * operand; results are float32 and differentiable to any order.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { binaryPerElement, productPerElement } from "../../energy/record.js";
import { bounded } from "../../kernels/pointwise.js";
import { addToRows } from "../../kernels/rows.js";
import { toFloat, type Operand } from "./operand.js";

/** a + b. */
export function add(a: Operand, b: Operand): Tensor {
  const [x, y] = [toFloat(a), toFloat(b)];
  return binaryPerElement(isBias(x, y) ? addBias(x, y) : tf.add(x, y), "add", a, b);
}

/** a - b. */
export function sub(a: Operand, b: Operand): Tensor {
  return binaryPerElement(tf.sub(toFloat(a), toFloat(b)), "add", a, b);
}

/** a * b, element by element. */
export function mul(a: Operand, b: Operand): Tensor {
  return productPerElement(tf.mul(toFloat(a), toFloat(b)), a, b);
}

/** a / b. */
export function div(a: Operand, b: Operand): Tensor {
  return binaryPerElement(tf.div(toFloat(a), toFloat(b)), "mac", a, b);
}

/** a to the power b. The derivative in b is 0 where a <= 0. */
export function pow(a: Operand, b: Operand): Tensor {
  return binaryPerElement(tf.pow(toFloat(a), toFloat(b)), "mac", a, b);
}

/** The larger of a and b; equal operands share the gradient evenly. */
export function maximum(a: Operand, b: Operand): Tensor {
  return binaryPerElement(extreme(a, b, 1), "add", a, b);
}

/** The smaller of a and b; equal operands share the gradient evenly. */
export function minimum(a: Operand, b: Operand): Tensor {
  return binaryPerElement(extreme(a, b, -1), "add", a, b);
}

function extreme(a: Operand, b: Operand, side: 1 | -1): Tensor {
  if (typeof b === "number" && typeof a !== "number") return bounded(toFloat(a), b, side);
  return side > 0 ? tf.maximum(toFloat(a), toFloat(b)) : tf.minimum(toFloat(a), toFloat(b));
}

/** Whether b is one value for each column of a. */
function isBias(a: Tensor, b: Tensor): boolean {
  return b.rank === 1 && a.rank >= 2 && a.shape[a.rank - 1] === b.size && b.size > 1;
}

function addBias(x: Tensor, bias: Tensor): Tensor {
  if (x.rank === 2) return addToRows(x, bias);
  return tf.reshape(addToRows(tf.reshape(x, [x.size / bias.size, bias.size]), bias), x.shape);
}
