/** Small helpers for the native (tfjs-node) forms of kernels. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { OpAttribute, TensorflowBackend } from "./kernel.js";

/** A type attribute of a TensorFlow operation. */
export function typeAttribute(
  backend: TensorflowBackend,
  name: string,
  dtype: "float32" | "int32",
): OpAttribute {
  return {
    name,
    type: backend.binding["TF_ATTR_TYPE"],
    value: backend.binding[dtype === "float32" ? "TF_FLOAT" : "TF_INT32"],
  };
}

/** Multiplies row r of x [steps * count, width] by scale[r % count]. */
export function scaleRows(x: Tensor, scale: Float32Array, steps: number): Tensor {
  const width = x.shape[1]!;
  const factors = tf.tensor3d(scale, [1, scale.length, 1]);
  return tf.reshape(tf.mul(tf.reshape(x, [steps, scale.length, width]), factors), x.shape);
}

/**
 * Sum of gathered rows by sorted segment, one native call.
 * @param x [.., width] @param indices rows of x @param owners sorted segment of each index
 */
export function sparseSegmentSum(
  backend: TensorflowBackend,
  x: Tensor,
  indices: Tensor,
  owners: Tensor,
  count: number,
): Tensor {
  return backend.executeSingleOutput(
    "SparseSegmentSumWithNumSegments",
    [
      typeAttribute(backend, "T", "float32"),
      typeAttribute(backend, "Tidx", "int32"),
      typeAttribute(backend, "Tnumsegments", "int32"),
      typeAttribute(backend, "Tsegmentids", "int32"),
    ],
    [x, indices, owners, tf.scalar(count, "int32")],
  );
}
