/** Index lists of segments as tensors, for native kernels. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D } from "@tensorflow/tfjs-core";
import type { Segments } from "./segments.js";

/**
 * An index list repeated for each time step: values of step t are shifted by t * `stride`. Kept with the
 * segments until they are disposed, when they are lasting.
 * @param name what the list is, unique within the segments
 */
export function indexTensor(
  segments: Segments,
  name: string,
  list: () => Int32Array,
  steps: number,
  stride: number,
): Tensor1D {
  return segments.cached(`${name} ${steps} ${stride}`, () => {
    const base = list();
    const values = new Int32Array(base.length * steps);
    for (let t = 0; t < steps; t++) {
      for (let k = 0; k < base.length; k++) values[t * base.length + k] = base[k]! + t * stride;
    }
    const tensor = tf.tensor1d(values, "int32");
    return segments.lasting ? tf.keep(tensor) : tensor;
  });
}
