/**
 * Weights of a binary network with one bit per sign, as a safetensors file.
 *
 * A weight of kind `sign` is stored as bytes of eight signs (bit 1 is +1, first sign in the lowest bit), row-major,
 * and `<path>.scale`, the mean absolute latent value of each column. Reading gives latent values of that size, which have
 * the same signs and the same column means, so the model computes the same; only training on from such a file
 * begins with less. All other weights are stored as they are.
 */
import { dataError } from "../data/errors.js";
import { elementCount, ndarray, toFloat32, type NdArray } from "../data/ndarray.js";
import type { Model } from "../layers/layer.js";
import type { SafeTensors } from "./safetensors.js";
import { writeSafetensors } from "./safetensors.js";

const FORMAT = "sgnn-packed-1";

/** True for the metadata of a packed file. */
export function isPacked(metadata: Readonly<Record<string, string>>): boolean {
  return metadata["format"] === FORMAT;
}

/** Whether a model has weights of kind `sign`. */
export function hasSigns<Inputs>(model: Model<Inputs>): boolean {
  return model.parameters().some(({ kind }) => kind === "sign");
}

/** The bytes of a packed file. */
export function writePacked<Inputs>(
  model: Model<Inputs>,
  weights: ReadonlyMap<string, NdArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const signs = new Set(
    model
      .parameters()
      .filter(({ kind }) => kind === "sign")
      .map(({ path }) => path),
  );
  const tensors = new Map<string, NdArray>();
  const shapes: string[] = [];
  for (const [path, array] of weights) {
    if (!signs.has(path)) {
      tensors.set(path, array);
      continue;
    }
    const values = toFloat32(array, path);
    const columns = columnsOf(array.shape);
    const bits = new Uint8Array(Math.ceil(values.length / 8));
    const scale = new Float32Array(columns);
    values.forEach((value, k) => {
      if (!(value < 0)) bits[k >> 3]! |= 1 << (k & 7);
      scale[k % columns]! += Math.abs(value);
    });
    const rows = Math.max(1, values.length / columns);
    tensors.set(path, ndarray([bits.length], bits));
    tensors.set(
      `${path}.scale`,
      ndarray(
        [columns],
        scale.map((sum) => sum / rows),
      ),
    );
    shapes.push(`${path}=${array.shape.join("x")}`);
  }
  return writeSafetensors(tensors, { ...metadata, format: FORMAT, signs: shapes.join(" ") });
}

/** All dims but the first: what one scale belongs to. */
function columnsOf(shape: readonly number[]): number {
  return Math.max(1, elementCount(shape.slice(1)));
}

/**
 * The weights of a packed file, as real latent values.
 * @throws SgnnError R406 when the bits or scales of a weight do not fit its shape
 */
export function readPacked(
  { tensors, metadata }: SafeTensors,
  label: string,
): Map<string, NdArray> {
  const weights = new Map(tensors);
  for (const entry of (metadata["signs"] ?? "").split(" ").filter((one) => one !== "")) {
    const at = entry.lastIndexOf("=");
    const path = entry.slice(0, at);
    const shape = entry
      .slice(at + 1)
      .split("x")
      .map(Number);
    const count = elementCount(shape);
    const columns = columnsOf(shape);
    const bits = tensors.get(path);
    const scale = tensors.get(`${path}.scale`);
    if (bits?.data.length !== Math.ceil(count / 8) || scale?.data.length !== columns) {
      throw dataError(
        "R406",
        `${label}: "${path}" [${shape.join(", ")}] has ${bits?.data.length ?? 0} bytes of signs and ${scale?.data.length ?? 0} scales`,
        `${count} signs take ${Math.ceil(count / 8)} bytes, and there is one scale for each of ${columns} channels`,
        "the file is cut short or was changed: save the run again",
      );
    }
    const sizes = toFloat32(scale, `${path}.scale`);
    const values = new Float32Array(count);
    for (let k = 0; k < count; k++) {
      const isPositive = ((Number(bits.data[k >> 3]) >> (k & 7)) & 1) === 1;
      // A column of zeros still has signs.
      const size = Math.max(sizes[k % columns]!, 1e-38);
      values[k] = isPositive ? size : -size;
    }
    weights.delete(`${path}.scale`);
    weights.set(path, ndarray(shape, values));
  }
  return weights;
}
