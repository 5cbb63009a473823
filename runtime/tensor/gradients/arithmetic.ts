/** Gradients of binary arithmetic with broadcasting, and of comparisons (zero). */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { mask, sumTo } from "./broadcast.js";
import type { GradientSpec } from "./registry.js";

/** A binary kernel from the two partial derivatives times dy, before summing broadcast axes. */
function binary(
  kernel: string,
  da: (dy: Tensor, a: Tensor, b: Tensor) => Tensor,
  db: (dy: Tensor, a: Tensor, b: Tensor) => Tensor,
): GradientSpec {
  return {
    kernel,
    save: ["a", "b"],
    gradient: (dy, [a, b]) => ({
      a: () => sumTo(da(dy, a!, b!), a!.shape),
      b: () => sumTo(db(dy, a!, b!), b!.shape),
    }),
  };
}

/** Zero in both inputs: comparisons and logic, which are constant almost everywhere. */
function constant(kernel: string): GradientSpec {
  return {
    kernel,
    save: ["a", "b"],
    gradient: (_dy, [a, b]) => ({
      a: () => tf.zeros(a!.shape),
      b: () => tf.zeros(b!.shape),
    }),
  };
}

const zero = (x: Tensor): Tensor => tf.zerosLike(x);

export const arithmetic: GradientSpec[] = [
  binary(
    "Add",
    (dy) => dy,
    (dy) => dy,
  ),
  binary(
    "Sub",
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  binary(
    "Multiply",
    (dy, _a, b) => tf.mul(dy, b),
    (dy, a) => tf.mul(dy, a),
  ),
  binary(
    "RealDiv",
    (dy, _a, b) => tf.div(dy, b),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  ),
  binary(
    "Pow",
    (dy, a, b) => tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))),
    // log 0 would make 0 * -inf; the derivative in the exponent is 0 there by continuity.
    (dy, a, b) => {
      const positive = mask(tf.greater(a, 0));
      const safe = tf.add(tf.mul(a, positive), tf.sub(1, positive));
      return tf.mul(dy, tf.mul(tf.mul(tf.pow(a, b), tf.log(safe)), positive));
    },
  ),
  // Equal operands share the gradient evenly, like PyTorch.
  binary(
    "Maximum",
    (dy, a, b) => tf.mul(dy, half(tf.greater(a, b), tf.greaterEqual(a, b))),
    (dy, a, b) => tf.mul(dy, half(tf.less(a, b), tf.lessEqual(a, b))),
  ),
  binary(
    "Minimum",
    (dy, a, b) => tf.mul(dy, half(tf.less(a, b), tf.lessEqual(a, b))),
    (dy, a, b) => tf.mul(dy, half(tf.greater(a, b), tf.greaterEqual(a, b))),
  ),
  binary(
    "SquaredDifference",
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(a, b))),
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(b, a))),
  ),
  binary(
    "Atan2",
    (dy, a, b) => tf.div(tf.mul(dy, b), tf.add(tf.square(a), tf.square(b))),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.add(tf.square(a), tf.square(b)))),
  ),
  {
    kernel: "AddN",
    saveAll: true,
    gradient: (dy, saved) =>
      Object.fromEntries(saved.map((_, k) => [String(k), () => tf.clone(dy)])),
  },
  {
    kernel: "Select",
    save: ["condition"],
    gradient: (dy, [condition]) => ({
      condition: () => tf.zeros(condition!.shape),
      t: () => tf.mul(dy, spread(mask(condition!), dy)),
      e: () => tf.mul(dy, spread(tf.sub(1, mask(condition!)), dy)),
    }),
  },
  ...[
    "Greater",
    "GreaterEqual",
    "Less",
    "LessEqual",
    "Equal",
    "NotEqual",
    "LogicalAnd",
    "LogicalOr",
    "FloorDiv",
  ].map(constant),
  {
    kernel: "LogicalNot",
    save: ["x"],
    gradient: (_dy, [x]) => ({ x: () => tf.zeros(x!.shape) }),
  },
  ...["Floor", "Ceil", "Round", "Sign", "Step", "ZerosLike", "OnesLike", "IsNan", "IsFinite"].map(
    (kernel): GradientSpec => ({
      kernel,
      save: ["x"],
      gradient: (_dy, [x]) => ({ x: () => zero(tf.cast(x!, "float32")) }),
    }),
  ),
];

/** (strict + loose) / 2: 1 where strict, 1/2 where only loose. */
function half(strict: Tensor, loose: Tensor): Tensor {
  return tf.mul(0.5, tf.add(mask(strict), mask(loose)));
}

/** A condition of rank 1 selects whole rows. */
function spread(condition: Tensor, like: Tensor): Tensor {
  if (condition.rank === like.rank) return condition;
  return tf.reshape(condition, [
    ...condition.shape,
    ...Array<number>(like.rank - condition.rank).fill(1),
  ]);
}
