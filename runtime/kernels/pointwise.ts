/** Element-wise kernels that TensorFlow.js lacks or gets wrong: sign with its surrogate, dropout. */
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
  tensorflow: ([x]) => [tf.sub(tf.mul(tf.cast(tf.greaterEqual(x!, 0), "float32"), 2), 1)],
  gradient: ([dy], [x]) => [() => window([x!, dy!], {})[0]!],
});

const window: Kernel<object> = defineKernel({
  name: "StraightThrough",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x, v], [y]) => {
    for (let k = 0; k < x!.length; k++) y![k] = x![k]! >= -1 && x![k]! <= 1 ? v![k]! : 0;
  },
  tensorflow: ([x, v]) => [tf.mul(tf.cast(tf.lessEqual(tf.abs(x!), 1), "float32"), v!)],
  gradient: ([dy], [x]) => [() => tf.zerosLike(x!), () => window([x!, dy!], {})[0]!],
});

const dropping: Kernel<{ readonly rate: number; readonly key: RandomKey }> = defineKernel({
  name: "Dropout",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x], [y], { rate, key }) => reference.dropout(x!, y!, rate, key),
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

/** Dropout with the mask of `key`; the gradient uses the same mask. Shape kept. */
export function dropoutWithKey(x: Tensor, rate: number, key: RandomKey): Tensor {
  return dropping([x], { rate, key })[0]!;
}
