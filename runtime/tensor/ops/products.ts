/** Dense products. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { SgnnError } from "../../error.js";
import { denseProduct } from "../../kernels/dense.js";
import { recordDot, recordProduct } from "../../energy/record.js";
import { sizeOf, toFloat } from "./operand.js";

/**
 * Contracts the last dim of a with the first dim of b: [.., K] @ [K, ..] -> [.., ..].
 * @throws SgnnError R110 when the contracted dims differ
 */
export function matMul(a: Tensor, b: Tensor): Tensor {
  const inner = a.shape[a.rank - 1] ?? 1;
  if (inner !== (b.shape[0] ?? 1)) {
    throw new SgnnError({
      code: "R110",
      message: `product of [${a.shape.join(", ")}] and [${b.shape.join(", ")}]`,
      why: `'@' contracts the last dim of the left (${inner}) with the first of the right (${b.shape[0] ?? 1}).`,
      fix: "Make the two equal.",
    });
  }
  const left = a.shape.slice(0, -1);
  const right = b.shape.slice(1);
  recordProduct(a, b, inner, sizeOf(right));
  const flatA = a.rank === 2 ? a : tf.reshape(a, [sizeOf(left), inner]);
  const flatB = b.rank === 2 ? b : tf.reshape(b, [inner, sizeOf(right)]);
  const y = denseProduct(toFloat(flatA), toFloat(flatB));
  return a.rank === 2 && b.rank === 2 ? y : tf.reshape(y, [...left, ...right]);
}

/** Sum over the last dim of the product: [.., F], [.., F] -> [..], broadcasting leading dims. */
export function dot(a: Tensor, b: Tensor): Tensor {
  const y = tf.sum(tf.mul(toFloat(a), toFloat(b)), -1);
  recordDot(a, y);
  return y;
}
