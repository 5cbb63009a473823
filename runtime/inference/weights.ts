/** Weights of a plan: saved ones, or the initial ones that the model's class would make. */
import { ndarray, type NdArray } from "../data/ndarray.js";
import * as initialisers from "../layers/initialisers.js";
import type { Initialiser } from "../layers/initialisers.js";
import { clampAll } from "../layers/range.js";
import { Rng } from "../tensor/random/rng.js";
import type { InferencePlan, PlanWeight } from "./plan.js";

const byName: Readonly<Record<string, (...args: number[]) => Initialiser>> = {
  zeros: initialisers.zeros,
  ones: initialisers.ones,
  constant: initialisers.constant,
  uniform: initialisers.uniform,
  normal: initialisers.normal,
  glorot: initialisers.glorot,
  kaiming: initialisers.kaiming,
  orthogonal: initialisers.orthogonal,
};

/** The same values as a fresh model of this seed has. */
export function initialWeights(plan: InferencePlan, seed: number): Map<string, NdArray> {
  return new Map(plan.weights.map((weight) => [weight.path, initial(weight, seed)]));
}

function initial({ path, shape, initial, range, running }: PlanWeight, seed: number): NdArray {
  const make = byName[initial.name];
  if (make === undefined) throw new Error(`there is no initialiser ${initial.name}`);
  const purpose = `${running === true ? "running" : "parameter"} ${path}`;
  const values = make(...initial.args)(shape, Rng.of(seed, purpose));
  return ndarray([...shape], clampAll(values, range));
}
