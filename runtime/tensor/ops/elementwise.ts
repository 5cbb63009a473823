/** Functions of one tensor, element by element; float32, shape kept, differentiable to any order. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { addsPerElement, macsPerElement, turnedSigns } from "../../energy/record.js";
import { activation } from "./activation.js";
import { toFloat, type Operand } from "./operand.js";

/** -x. */
export function neg(x: Operand): Tensor {
  return turnedSigns(tf.neg(toFloat(x)), x);
}

/** max(x, 0); derivative 0 at 0. */
export function relu(x: Operand): Tensor {
  return addsPerElement(activation(toFloat(x), tf.relu));
}

/** x where x > 0, else slope * x. */
export function leakyRelu(x: Operand, slope = 0.01): Tensor {
  return macsPerElement(activation(toFloat(x), (z) => tf.leakyRelu(z, slope)));
}

/** x where x > 0, else exp(x) - 1 (Clevert et al. 2016). */
export function elu(x: Operand): Tensor {
  return macsPerElement(activation(toFloat(x), tf.elu));
}

/** Hyperbolic tangent. */
export function tanh(x: Operand): Tensor {
  return macsPerElement(activation(toFloat(x), tf.tanh));
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: Operand): Tensor {
  return macsPerElement(activation(toFloat(x), tf.sigmoid));
}

/** log(1 + exp(x)), without overflow. */
export function softplus(x: Operand): Tensor {
  return macsPerElement(activation(toFloat(x), tf.softplus));
}

/** x * Phi(x) with the exact normal distribution function (Hendrycks and Gimpel 2016). */
export function gelu(x: Operand): Tensor {
  const f = (z: Tensor): Tensor =>
    tf.mul(z, tf.add(0.5, tf.mul(0.5, tf.erf(tf.mul(z, Math.SQRT1_2)))));
  return macsPerElement(activation(toFloat(x), f), 3, 1);
}

/** x * sigmoid(x). */
export function silu(x: Operand): Tensor {
  return macsPerElement(
    activation(toFloat(x), (z) => tf.mul(z, tf.sigmoid(z))),
    2,
  );
}

/** Exponential. */
export function exp(x: Operand): Tensor {
  return macsPerElement(tf.exp(toFloat(x)));
}

/** Natural logarithm. */
export function log(x: Operand): Tensor {
  return macsPerElement(tf.log(toFloat(x)));
}

/** Square root. */
export function sqrt(x: Operand): Tensor {
  return macsPerElement(tf.sqrt(toFloat(x)));
}

/** x * x. */
export function square(x: Operand): Tensor {
  return macsPerElement(tf.square(toFloat(x)));
}

/** |x|; derivative 0 at 0. */
export function abs(x: Operand): Tensor {
  return addsPerElement(tf.abs(toFloat(x)));
}

/** Sine of radians. */
export function sin(x: Operand): Tensor {
  return macsPerElement(activation(toFloat(x), tf.sin));
}

/** Cosine of radians. */
export function cos(x: Operand): Tensor {
  return macsPerElement(tf.cos(toFloat(x)));
}

/** Gauss error function, absolute error below 2e-7. */
export function erf(x: Operand): Tensor {
  return macsPerElement(tf.erf(toFloat(x)));
}

/** x limited to [low, high]; the gradient passes inside and on the ends. */
export function clip(x: Operand, low: number, high: number): Tensor {
  return addsPerElement(tf.clipByValue(toFloat(x), low, high), 2);
}
