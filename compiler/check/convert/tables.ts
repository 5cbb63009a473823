/** Words and arguments of conversions. */
import type { ArgumentTable } from "../named-arguments.js";

const weight = { initial: 1, least: 0 } as const;

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
