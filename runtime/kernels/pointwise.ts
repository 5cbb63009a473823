/**
 * Element-wise kernels that TensorFlow.js lacks, gets wrong, or computes slowly on wasm (its maximum of a tensor and a
 * number takes 40 times as long): sign with its surrogate, bounds, dropout.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { RandomKey } from "../tensor/random/key.js";
import { defineKernel, type Kernel } from "./kernel.js";
import * as reference from "./reference/dropout.js";

const signs: Kernel<object> = defineKernel({
  name: "Sign",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x], [y]) => {
    for (let k = 0; k < x!.length; k++) y![k] = x![k]! < 0 ? -1 : 1;
  },
  wasm: (kernels, call, [x]) =>
    kernels.sign(call.inputs[0]!, call.outputs[0]!, tf.util.sizeFromShape(x!.shape)),
  tensorflow: ([x]) => [tf.sub(tf.mul(tf.cast(tf.greaterEqual(x!, 0), "float32"), 2), 1)],
  gradient: ([dy], [x]) => [() => within(x!, dy!, -1, 1)],
});

const window: Kernel<{ readonly low: number; readonly high: number }> = defineKernel({
  name: "Window",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x, v], [y], { low, high }) => {
    for (let k = 0; k < x!.length; k++) y![k] = x![k]! >= low && x![k]! <= high ? v![k]! : 0;
  },
  wasm: (kernels, call, [x], { low, high }) => {
    const [from, vector] = call.inputs as [number, number];
    kernels.between(from, vector, call.outputs[0]!, tf.util.sizeFromShape(x!.shape), low, high);
  },
  tensorflow: ([x, v], { low, high }) => {
    const isInside = tf.logicalAnd(tf.greaterEqual(x!, low), tf.lessEqual(x!, high));
    return [tf.mul(tf.cast(isInside, "float32"), v!)];
  },
  gradient: ([dy], [x], a) => [() => tf.zerosLike(x!), () => window([x!, dy!], a)[0]!],
});

const gating: Kernel<{ readonly slope: number }> = defineKernel({
  name: "Gate",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x, v], [y], { slope }) => {
    for (let k = 0; k < x!.length; k++) y![k] = x![k]! > 0 ? v![k]! : slope * v![k]!;
  },
  wasm: (kernels, call, [x], { slope }) => {
    const size = tf.util.sizeFromShape(x!.shape);
    kernels.gate(call.inputs[0]!, call.inputs[1]!, call.outputs[0]!, size, slope);
  },
  tensorflow: ([x, v], { slope }) => {
    const open = tf.cast(tf.greater(x!, 0), "float32");
    return [tf.mul(slope === 0 ? open : tf.add(slope, tf.mul(1 - slope, open)), v!)];
  },
  gradient: ([dy], [x], a) => [() => tf.zerosLike(x!), () => gating([x!, dy!], a)[0]!],
});

interface Bound {
  readonly bound: number;
  /** 1: values are at least the bound, -1: at most. */
  readonly side: 1 | -1;
}

const bounding: Kernel<Bound> = defineKernel({
  name: "Bounded",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x], [y], { bound, side }) => {
    const choose = side > 0 ? Math.max : Math.min;
    for (let k = 0; k < x!.length; k++) y![k] = choose(x![k]!, bound);
  },
  wasm: (kernels, call, [x], { bound, side }) => {
    const size = tf.util.sizeFromShape(x!.shape);
    kernels.bounded(call.inputs[0]!, call.outputs[0]!, size, bound, side);
  },
  tensorflow: ([x], { bound, side }) => [side > 0 ? tf.maximum(x!, bound) : tf.minimum(x!, bound)],
  gradient: ([dy], [x], a) => [() => passing([x!, dy!], a)[0]!],
});

const passing: Kernel<Bound> = defineKernel({
  name: "Beyond",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x, v], [y], { bound, side }) => {
    const limit = Math.fround(bound);
    for (let k = 0; k < x!.length; k++) {
      const distance = side * (x![k]! - limit);
      y![k] = v![k]! * (distance > 0 ? 1 : distance === 0 ? 0.5 : 0);
    }
  },
  wasm: (kernels, call, [x], { bound, side }) => {
    const size = tf.util.sizeFromShape(x!.shape);
    kernels.beyond(call.inputs[0]!, call.inputs[1]!, call.outputs[0]!, size, bound, side);
  },
  tensorflow: ([x, v], { bound, side }) => {
    const beyond = tf.cast(side > 0 ? tf.greater(x!, bound) : tf.less(x!, bound), "float32");
    const equal = tf.cast(tf.equal(x!, bound), "float32");
    return [tf.mul(v!, tf.add(beyond, tf.mul(0.5, equal)))];
  },
  gradient: ([dy], [x], a) => [() => tf.zerosLike(x!), () => passing([x!, dy!], a)[0]!],
});

const dropping: Kernel<{ readonly rate: number; readonly key: RandomKey }> = defineKernel({
  name: "Dropout",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x], [y], { rate, key }) => reference.dropout(x!, y!, rate, key),
  wasm: (kernels, call, [x], { rate, key }) => {
    const { threshold, factor } = reference.chances(rate);
    const [from, to] = [call.inputs[0]!, call.outputs[0]!];
    kernels.dropout(from, to, tf.util.sizeFromShape(x!.shape), threshold, factor, key.k0, key.k1);
  },
  savesInputs: false,
  gradient: ([dy], _inputs, a) => [() => dropping([dy!], a)[0]!],
});

/**
 * -1 where x < 0, else 1. The gradient is passed where |x| <= 1 (Hubara et al. 2016, binarized
 * neural networks).
 */
export function signStraightThrough(x: Tensor): Tensor {
  return signs([x], {})[0]!;
}

/** max(x, bound) for side 1, min(x, bound) for -1; where they are equal half of the gradient passes. */
export function bounded(x: Tensor, bound: number, side: 1 | -1): Tensor {
  return bounding([x], { bound, side })[0]!;
}

/**
 * v where x > 0, else slope times v: the gradient v of a rectified x (slope 0) or a leaky one, in one pass.
 * Shapes are equal.
 */
export function gate(x: Tensor, v: Tensor, slope: number): Tensor {
  return gating([x, v], { slope })[0]!;
}

/**
 * v where low <= x <= high, else 0: the gradient v of x moved into [low, high], in one pass. Shapes are equal;
 * the ends are compared in float32.
 */
export function within(x: Tensor, v: Tensor, low: number, high: number): Tensor {
  return window([x, v], { low: Math.fround(low), high: Math.fround(high) })[0]!;
}

/** Dropout with the mask of `key`; the gradient uses the same mask. Shape kept. */
export function dropoutWithKey(x: Tensor, rate: number, key: RandomKey): Tensor {
  return dropping([x], { rate, key })[0]!;
}
