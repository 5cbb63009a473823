/** Gradient of the (batched) matrix product. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { sumTo } from "./broadcast.js";
import type { GradientSpec } from "./registry.js";

/**
 * a @ b with optional transposition of the last two axes. On wasm only the plain product is fast (a
 * transposed operand costs 14 to 20 times more), so the transposition is done first.
 */
export function product(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  if (tf.getBackend() === "wasm") {
    return tf.matMul(transposeA ? swap(a) : a, transposeB ? swap(b) : b);
  }
  return tf.matMul(a, b, transposeA, transposeB);
}

function swap(x: Tensor): Tensor {
  const order = x.shape.map((_, k) => k);
  return tf.transpose(x, [...order.slice(0, -2), order.length - 1, order.length - 2]);
}

export const products: GradientSpec[] = [
  {
    kernel: "BatchMatMul",
    save: ["a", "b"],
    gradient: (dy, [a, b], { transposeA, transposeB }) => {
      const ta = Boolean(transposeA);
      const tb = Boolean(transposeB);
      return {
        a: () => sumTo(ta ? product(b!, dy, tb, true) : product(dy, b!, false, !tb), a!.shape),
        b: () => sumTo(tb ? product(dy, a!, true, ta) : product(a!, dy, !ta, false), b!.shape),
      };
    },
  },
];
