/** Gradients of element-wise functions of one tensor: dy times the derivative at the saved input. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { mask } from "./broadcast.js";
import { sigmoidalSlope } from "../../kernels/functions.js";
import { gate, within } from "../../kernels/pointwise.js";
import type { GradientSpec } from "./registry.js";

type Derivative = (x: Tensor, attributes: Record<string, unknown>) => Tensor;

function unary(kernel: string, derivative: Derivative): GradientSpec {
  return {
    kernel,
    save: ["x"],
    gradient: (dy, [x], attributes) => ({ x: () => tf.mul(dy, derivative(x!, attributes)) }),
  };
}

const positive = (x: Tensor): Tensor => mask(tf.greater(x, 0));
const numberOf = (value: unknown): number => value as number;

export const unaryFunctions: GradientSpec[] = [
  { kernel: "Neg", gradient: (dy) => ({ x: () => tf.neg(dy) }) },
  unary("Square", (x) => tf.mul(2, x)),
  unary("Sqrt", (x) => tf.div(0.5, tf.sqrt(x))),
  unary("Rsqrt", (x) => tf.mul(-0.5, tf.pow(x, -1.5))),
  unary("Reciprocal", (x) => tf.neg(tf.reciprocal(tf.square(x)))),
  unary("Exp", (x) => tf.exp(x)),
  unary("Expm1", (x) => tf.exp(x)),
  unary("Log", (x) => tf.reciprocal(x)),
  unary("Log1p", (x) => tf.reciprocal(tf.add(x, 1))),
  unary("Sin", (x) => tf.cos(x)),
  unary("Cos", (x) => tf.neg(tf.sin(x))),
  unary("Tan", (x) => tf.reciprocal(tf.square(tf.cos(x)))),
  unary("Sinh", (x) => tf.cosh(x)),
  unary("Cosh", (x) => tf.sinh(x)),
  unary("Atan", (x) => tf.reciprocal(tf.add(1, tf.square(x)))),
  {
    kernel: "Tanh",
    save: ["x"],
    gradient: (dy, [x]) => ({ x: () => sigmoidalSlope(x!, dy, "tanh") }),
  },
  {
    kernel: "Sigmoid",
    save: ["x"],
    gradient: (dy, [x]) => ({ x: () => sigmoidalSlope(x!, dy, "sigmoid") }),
  },
  unary("Softplus", (x) => tf.sigmoid(x)),
  unary("Erf", (x) => tf.mul(2 / Math.sqrt(Math.PI), tf.exp(tf.neg(tf.square(x))))),
  unary("Abs", (x) => tf.sub(positive(x), mask(tf.less(x, 0)))),
  {
    kernel: "Relu",
    save: ["x"],
    gradient: (dy, [x]) => ({ x: () => gate(x!, dy, 0) }),
  },
  unary("Relu6", (x) => tf.mul(positive(x), mask(tf.less(x, 6)))),
  {
    kernel: "LeakyRelu",
    save: ["x"],
    gradient: (dy, [x], { alpha }) => ({ x: () => gate(x!, dy, numberOf(alpha)) }),
  },
  // exp(min(x, 0)), by operations that are fast on wasm (exp and minimum are not).
  unary("Elu", (x) => tf.add(1, tf.elu(tf.neg(tf.relu(tf.neg(x)))))),
  {
    kernel: "ClipByValue",
    save: ["x"],
    gradient: (dy, [x], { clipValueMin, clipValueMax }) => ({
      x: () => within(x!, dy, numberOf(clipValueMin), numberOf(clipValueMax)),
    }),
  },
  {
    kernel: "Softmax",
    save: ["logits"],
    gradient: (dy, [logits], { dim }) => ({
      logits: () => {
        const y = tf.softmax(logits!, dim as number);
        const weighted = tf.mul(dy, y);
        return tf.sub(weighted, tf.mul(tf.sum(weighted, [dim as number], true), y));
      },
    }),
  },
  {
    kernel: "Prelu",
    save: ["x", "alpha"],
    gradient: (dy, [x, alpha]) => ({
      x: () => tf.mul(dy, tf.add(positive(x!), tf.mul(alpha!, tf.sub(1, positive(x!))))),
      alpha: () => tf.mul(dy, tf.minimum(x!, 0)),
    }),
  },
];
