/**
 * Binary arithmetic. Shapes are equal or broadcast as in NumPy; a number may stand for either
 * operand; results are float32 and differentiable to any order.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { toFloat, type Operand } from "./operand.js";

/** a + b. */
export function add(a: Operand, b: Operand): Tensor {
  return tf.add(toFloat(a), toFloat(b));
}

/** a - b. */
export function sub(a: Operand, b: Operand): Tensor {
  return tf.sub(toFloat(a), toFloat(b));
}

/** a * b, element by element. */
export function mul(a: Operand, b: Operand): Tensor {
  return tf.mul(toFloat(a), toFloat(b));
}

/** a / b. */
export function div(a: Operand, b: Operand): Tensor {
  return tf.div(toFloat(a), toFloat(b));
}

/** a to the power b. The derivative in b is 0 where a <= 0. */
export function pow(a: Operand, b: Operand): Tensor {
  return tf.pow(toFloat(a), toFloat(b));
}

/** The larger of a and b; equal operands share the gradient evenly. */
export function maximum(a: Operand, b: Operand): Tensor {
  return tf.maximum(toFloat(a), toFloat(b));
}

/** The smaller of a and b; equal operands share the gradient evenly. */
export function minimum(a: Operand, b: Operand): Tensor {
  return tf.minimum(toFloat(a), toFloat(b));
}
