/**
 * Random changes of node features while a network is trained: `augment x scale(low: 0.67, high: 1.5), shift(most: 0.2)`.
 *
 * scale   one factor for each column, uniform in [low, high)
 * shift   one number for each column, uniform in [-most, most), added
 * jitter  a normal number of this deviation for each value, added
 *
 * Factors and shifts are drawn anew for each graph of each batch and hold for all of its nodes, as is usual for point
 * clouds (Qi et al. 2017, PointNet, section C). What is validated and tested is never changed. The draws depend on the
 * seed, the epoch and the batch alone, so a training that is resumed sees what it would have seen.
 */
import type { Rng } from "../tensor/random/rng.js";
import type { Dataset } from "./dataset.js";
import { dataError, suggest } from "./errors.js";
import type { AugmentSpec } from "./spec.js";

type Change = (rows: Float32Array, width: number, args: AugmentSpec["args"], rng: Rng) => void;

const changes: Readonly<Record<string, Change>> = {
  scale(rows, width, { low = 1, high = 1 }, rng) {
    const factors = rng.uniforms(width, low, high);
    for (let k = 0; k < rows.length; k++) rows[k]! *= factors[k % width]!;
  },
  shift(rows, width, { most = 0 }, rng) {
    const shifts = rng.uniforms(width, -most, most);
    for (let k = 0; k < rows.length; k++) rows[k]! += shifts[k % width]!;
  },
  jitter(rows, _, { deviation = 0 }, rng) {
    for (let k = 0; k < rows.length; k++) rows[k]! += rng.normal(0, deviation);
  },
};

/** The names, for the table of the compiler. */
export const augmentationNames: readonly string[] = Object.keys(changes);

/** Changes the rows of one graph, which belong to the caller, in place. */
export type Augment = (name: string, rows: Float32Array, width: number) => void;

/**
 * What one batch does to the features of its graphs, graph after graph; undefined when nothing is to be changed.
 * @throws SgnnError R274 when there is no such change
 */
export function augmentation(specs: readonly AugmentSpec[], rng: Rng): Augment | undefined {
  if (specs.length === 0) return undefined;
  return (name, rows, width) => {
    for (const { name: of, method, args } of specs) {
      if (of !== name) continue;
      const change = Object.hasOwn(changes, method) ? changes[method] : undefined;
      if (change === undefined) {
        throw dataError(
          "R274",
          `augment ${name} ${method}: there is no such augmentation`,
          "the word before the brackets names it",
          suggest(method, augmentationNames, "augmentations"),
        );
      }
      change(rows, width, args, rng);
    }
  };
}

/**
 * Changes are drawn for each graph of a batch, so the data must be a collection of graphs.
 * @throws SgnnError R274 when it is one graph, or has none
 */
export function checkAugment({ spec, level }: Pick<Dataset, "spec" | "level">): void {
  const [first] = spec.augment ?? [];
  if (first === undefined || level === "graph" || level === "point") return;
  throw dataError(
    "R274",
    `augment ${first.name} ${first.method}: data ${spec.name} is not a collection of graphs`,
    "a change is drawn for each graph of a batch and holds for all of its nodes",
    "leave augment out, or use dropout in the model to disturb the features of one graph",
  );
}
