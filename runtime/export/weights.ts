/** Weights of a model to and from named arrays: parameters and running statistics by their path. */
import { dataError, nearest } from "../data/errors.js";
import { toFloat32, type NdArray } from "../data/ndarray.js";
import { readFileBytes } from "../data/files.js";
import type { Model } from "../layers/layer.js";
import { isPacked, readPacked } from "./packed.js";
import { readSafetensors, type SafeTensors } from "./safetensors.js";

/** Everything of a model that is saved: parameters, then running statistics, in order of creation. */
export function modelWeights<Inputs>(model: Model<Inputs>): Map<string, NdArray> {
  const weights = new Map<string, NdArray>();
  for (const { path, shape, value } of [...model.parameters(), ...model.runnings()]) {
    // A copy: on some backends dataSync gives a view of memory that changes.
    weights.set(path, {
      shape: [...shape],
      dtype: "f32",
      data: Float32Array.from(value.dataSync()),
    });
  }
  return weights;
}

/**
 * Puts saved weights into a model. Names and shapes must match exactly; checked before anything changes.
 * @param label the file, for errors
 * @throws SgnnError R403 (missing or unknown names, with the nearest one), R404 (wrong shape), R405 (not finite)
 */
export function setWeights<Inputs>(
  model: Model<Inputs>,
  weights: ReadonlyMap<string, NdArray>,
  label: string,
): void {
  const places = [...model.parameters(), ...model.runnings()];
  checkWeights(places, weights, label);
  for (const place of places) {
    const array = weights.get(place.path);
    if (array !== undefined) place.set(toFloat32(array, place.path));
  }
}

/**
 * Checks that saved weights are exactly those that a model has.
 * @throws SgnnError R403, R404, R405, see `setWeights`
 */
export function checkWeights(
  places: readonly { readonly path: string; readonly shape: readonly number[] }[],
  weights: ReadonlyMap<string, NdArray>,
  label: string,
): void {
  const wanted = new Set(places.map((place) => place.path));
  const unknown = [...weights.keys()].filter((name) => !wanted.has(name));
  const missing = places.filter((place) => !weights.has(place.path)).map((place) => place.path);
  if (unknown.length > 0 || missing.length > 0) {
    throw namesDiffer(label, missing, unknown);
  }
  for (const { path, shape } of places) {
    const array = weights.get(path);
    if (array === undefined) continue;
    if (array.shape.length !== shape.length || array.shape.some((size, k) => size !== shape[k])) {
      throw dataError(
        "R404",
        `${label}: "${path}" is [${array.shape.join(", ")}], the model needs [${shape.join(", ")}]`,
        "weights fit the model they were trained with",
        "use the source that the weights were trained with (a run keeps its own copy), or train again",
      );
    }
    const odd = toFloat32(array, path).findIndex((value) => !Number.isFinite(value));
    if (odd >= 0) {
      throw dataError(
        "R405",
        `${label}: "${path}" holds ${String(array.data[odd])} at element ${odd}`,
        "weights are finite numbers",
        "use an earlier checkpoint",
      );
    }
  }
}

function namesDiffer(label: string, missing: readonly string[], unknown: readonly string[]): Error {
  const [lost] = missing;
  const [extra] = unknown;
  const few = (names: readonly string[]): string =>
    names.slice(0, 5).join(", ") + (names.length > 5 ? `, and ${names.length - 5} more` : "");
  const close =
    lost !== undefined
      ? nearest(lost, unknown)
      : extra !== undefined
        ? nearest(extra, missing)
        : undefined;
  return dataError(
    "R403",
    [
      lost === undefined ? "" : `${label} lacks ${few(missing)}`,
      extra === undefined
        ? ""
        : `${lost === undefined ? label : "it"} has ${few(unknown)}, which the model does not know`,
    ]
      .filter((part) => part !== "")
      .join("; "),
    "weights are found by their path in the model, as `sgnnc inspect` lists them",
    close !== undefined && lost !== undefined
      ? `did you mean "${lost}" where the file says "${close}"?`
      : "use the source that the weights were trained with (a run keeps its own copy)",
  );
}

/** Reads a .safetensors file, also one with packed signs. SgnnError R203 (no such file), R400-R402 (not readable). */
export function readWeightsFile(path: string): SafeTensors {
  const file = readSafetensors(readFileBytes(path), path);
  return isPacked(file.metadata) ? { ...file, tensors: readPacked(file, path) } : file;
}
