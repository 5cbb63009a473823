/** Words and arguments of equilibrium blocks, problems and conversions. */
import type { ArgumentTable } from "../named-arguments.js";

const steps = { whole: true, least: 1, example: "steps: 30" } as const;
const tolerance = { initial: 1e-4, least: 0, above: true } as const;
const most = { initial: 60, whole: true, least: 1 } as const;
const memory = { initial: 5, whole: true, least: 1 } as const;
const damping = { initial: 1, least: 0, above: true, most: 1 } as const;
/** What training does when a solve misses its tolerance. */
const failed = { words: ["warn", "stop"] } as const;

/** What a snapshot knows of the one before. */
export const carries = ["exact", "truncated", "warm", "none"] as const;

/** How an equilibrium is found. */
export const solvers: Readonly<Record<string, ArgumentTable>> = {
  anderson: { memory, tolerance, most, failed },
  picard: { damping, tolerance, most, failed },
  broyden: { memory: { ...memory, initial: 10 }, tolerance, most, failed },
  simulate: { steps },
};

/** How the gradient passes through an equilibrium. */
export const gradients: Readonly<Record<string, ArgumentTable>> = {
  implicit: {
    solver: { words: ["anderson", "picard", "broyden"] },
    tolerance: { ...tolerance, initial: 1e-6 },
    most,
  },
  phantom: { steps },
  unroll: { steps },
};

/** Points are drawn anew after each `every` steps; 0: never. */
const every = { initial: 0, whole: true, least: 0 } as const;

/** How points are sampled in a domain. */
export const samplers: Readonly<Record<string, ArgumentTable>> = {
  sobol: { every },
  uniform: { every },
  grid: {},
  halton: { every },
  latin: { every },
  /** Where the residual is large, after every `every` steps: density |r|^power / mean + floor. */
  adaptive: {
    every: { initial: 1000, whole: true, least: 1 },
    power: { initial: 1, least: 0 },
    floor: { initial: 1, least: 0 },
  },
};

/** Where points are sampled. */
export const sampledPlaces = ["interior", "initial", "boundary"] as const;

const weight = { initial: 1, least: 0 } as const;

/** How the parts of a physics loss are weighed. */
export const weightings: Readonly<Record<string, ArgumentTable>> = {
  fixed: { equation: weight, initial: weight, boundary: weight },
  adaptive: { every: { initial: 100, whole: true, least: 1 } },
};

/** Closed-form solutions that ship with the language, with the number of their arguments. */
export const exactSolutions: ReadonlyMap<string, number> = new Map([["burgers_cole_hopf", 3]]);

/** What a student learns from besides the labels. */
export const distillations: Readonly<Record<string, ArgumentTable>> = {
  logits: { temperature: { initial: 1, least: 0, above: true }, weight },
  features: { weight },
  structure: { weight },
};

/** Settings of a training stage of a conversion: a word out of a list, or a number. */
export const stageSettings: ArgumentTable = {
  activations: { words: ["real", "tanh", "sign"] },
  weights: { words: ["real", "sign"] },
  epochs: { whole: true, least: 1 },
  rate: { least: 0, above: true },
  decay: { least: 0 },
  batch: { whole: true, least: 1 },
};

/** What a calibration adjusts, and on what. */
export const calibrated = ["weights", "bias", "potential"] as const;
export const calibrationSets = [
  "interior",
  "initial",
  "boundary",
  "training",
  "validation",
] as const;

/** Words of `threshold`: the range of an activation, its largest value, a percentile, a grid search. */
export const thresholdWords = ["range", "max", "percentile", "grid"] as const;

/** Values of the modifiers in a replacement. */
export const modifierValues = {
  weights: ["real", "sign", "trit"],
  scale: ["channel", "weight"],
} as const;

/** Parts of conversions that the standard library does not have yet: checked, not compiled. */
export const conversionParts = ["TernaryIF"] as const;
