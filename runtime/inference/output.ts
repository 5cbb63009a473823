/** The output of a model as an array to write. */
import type { NdArray } from "../data/ndarray.js";
import { unscaleRows, type ScaleState } from "../data/scale.js";

/** The output in the units of the data. */
export function outputOf(shape: readonly number[], data: Float32Array, scale: ScaleState): NdArray {
  const target = scale["target"];
  const values =
    target === undefined
      ? data
      : Float32Array.from(unscaleRows(data, target.factor.length, target));
  return { shape: [...shape], dtype: "f32", data: values };
}
