/**
 * What a model is judged by, on targets in the units of the data.
 *
 * Real targets: mae, mse, rmse, r2 (per column, averaged, as scikit-learn), relative_error
 * (sum |y - p| / sum |y|). Labels: accuracy, f1_micro, f1_macro (mean over the classes that occur in
 * target or prediction). spike_rate is the mean firing fraction of the neurons.
 */
import { suggest } from "../data/errors.js";
import { trainError } from "./errors.js";

export const realMetrics = ["mae", "mse", "rmse", "r2", "relative_error"] as const;
export const labelMetrics = ["accuracy", "f1_micro", "f1_macro"] as const;
const largerIsBetter = new Set(["accuracy", "f1_micro", "f1_macro", "r2"]);

/** True when a larger value of this metric is the better one. */
export function isLargerBetter(name: string): boolean {
  return largerIsBetter.has(name);
}

/** True for metrics computed here from outputs and targets. */
export function isMetric(name: string): boolean {
  return ([...realMetrics, ...labelMetrics] as readonly string[]).includes(name);
}

/** Predictions and targets of some rows, row-major, unscaled. */
export interface Judged {
  readonly kind: "real" | "label";
  /** Columns of the output. */
  readonly width: number;
  /** Real: predictions. Label: scores per class. */
  readonly output: ArrayLike<number>;
  /** Real: one number per output number. Label: one class per row. */
  readonly target: ArrayLike<number>;
}

/**
 * One metric.
 * @throws SgnnError R302 when the metric does not fit the kind of target
 */
export function metric(name: string, judged: Judged): number {
  const fitting: readonly string[] = judged.kind === "real" ? realMetrics : labelMetrics;
  if (!fitting.includes(name)) {
    const other = isMetric(name);
    throw trainError(
      "R302",
      other ? `${name} does not fit ${judged.kind} targets` : `there is no metric ${name}`,
      judged.kind === "real"
        ? "the target is a real number, not a class"
        : "the target is a class number, not an amount",
      other
        ? `use ${fitting.join(", ")}`
        : suggest(name, [...fitting, "spike_rate", "loss"], "metrics"),
    );
  }
  return judged.kind === "real" ? realMetric(name, judged) : labelMetric(name, judged);
}

function realMetric(name: string, { output, target, width }: Judged): number {
  const count = target.length;
  let absolute = 0;
  let square = 0;
  let size = 0;
  for (let k = 0; k < count; k++) {
    const error = output[k]! - target[k]!;
    absolute += Math.abs(error);
    square += error * error;
    size += Math.abs(target[k]!);
  }
  switch (name) {
    case "mae":
      return absolute / count;
    case "mse":
      return square / count;
    case "rmse":
      return Math.sqrt(square / count);
    case "relative_error":
      return absolute / size;
    default:
      return r2(output, target, width);
  }
}

/** 1 - residual / total sum of squares, per column; a constant target gives 1 when met exactly, else 0. */
function r2(output: ArrayLike<number>, target: ArrayLike<number>, width: number): number {
  const rows = target.length / width;
  let sum = 0;
  for (let c = 0; c < width; c++) {
    let mean = 0;
    for (let row = 0; row < rows; row++) mean += target[row * width + c]! / rows;
    let residual = 0;
    let total = 0;
    for (let row = 0; row < rows; row++) {
      residual += (output[row * width + c]! - target[row * width + c]!) ** 2;
      total += (target[row * width + c]! - mean) ** 2;
    }
    sum += total > 0 ? 1 - residual / total : residual === 0 ? 1 : 0;
  }
  return sum / width;
}

/** The class of a row of scores: the largest (the first of equals); with one column, 1 where it is positive. */
export function classOf(output: ArrayLike<number>, row: number, width: number): number {
  if (width === 1) return output[row]! > 0 ? 1 : 0;
  let best = 0;
  for (let c = 1; c < width; c++) {
    if (output[row * width + c]! > output[row * width + best]!) best = c;
  }
  return best;
}

function labelMetric(name: string, { output, target, width }: Judged): number {
  const rows = target.length;
  const hits = new Map<number, number>();
  const predicted = new Map<number, number>();
  const actual = new Map<number, number>();
  const count = (map: Map<number, number>, key: number): void => {
    map.set(key, (map.get(key) ?? 0) + 1);
  };
  let right = 0;
  for (let row = 0; row < rows; row++) {
    const guess = classOf(output, row, width);
    const truth = target[row]!;
    count(predicted, guess);
    count(actual, truth);
    if (guess === truth) {
      right += 1;
      count(hits, guess);
    }
  }
  // With exactly one label per row, micro-averaged F1 is the accuracy.
  if (name !== "f1_macro") return right / rows;
  const classes = new Set([...predicted.keys(), ...actual.keys()]);
  let sum = 0;
  for (const label of classes) {
    sum += (2 * (hits.get(label) ?? 0)) / ((predicted.get(label) ?? 0) + (actual.get(label) ?? 0));
  }
  return sum / classes.size;
}
