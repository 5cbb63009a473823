/**
 * A line search for the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, algorithms 3.5 and
 * 3.6), in double precision.
 */
import { dot, norm } from "./vectors.js";

/** Writes the gradient at x and returns the value. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

const SUFFICIENT = 1e-4;
const CURVATURE = 0.9;
const SEARCH_EVALUATIONS = 25;

export interface Trial {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
  readonly point: Float64Array;
  readonly gradient: Float64Array;
}

export type Found =
  | { readonly point: undefined; readonly evaluations: number }
  | (Trial & { readonly evaluations: number });

/** A step that satisfies the strong Wolfe conditions, or the best that lowers the value; none when nothing does. */
export function search(
  objective: Objective,
  x: Float64Array,
  value: number,
  slope: number,
  direction: Float64Array,
  start: number,
): Found {
  let evaluations = 0;
  const at = (step: number): Trial => {
    const point = x.map((one, k) => one + step * direction[k]!);
    const gradient = new Float64Array(x.length);
    const found = objective(point, gradient);
    evaluations += 1;
    const isFinite = Number.isFinite(found) && gradient.every(Number.isFinite);
    return {
      ...{ step, point, gradient },
      value: isFinite ? found : Infinity,
      slope: isFinite ? dot(gradient, direction) : NaN,
    };
  };
  const isLow = (trial: Trial): boolean => trial.value <= value + SUFFICIENT * trial.step * slope;
  const isFlat = (trial: Trial): boolean => Math.abs(trial.slope) <= -CURVATURE * slope;
  const origin: Trial = { step: 0, value, slope, point: x, gradient: direction };
  let before = origin;
  let bracket: [Trial, Trial] | undefined;
  let now = at(start);
  while (evaluations < SEARCH_EVALUATIONS) {
    if (!isLow(now) || (before.step > 0 && now.value >= before.value)) {
      bracket = [before, now];
      break;
    }
    if (isFlat(now)) return { ...now, evaluations };
    if (now.slope >= 0) {
      bracket = [now, before];
      break;
    }
    const next = Math.min(10 * now.step, Math.max(2 * now.step, cubic(before, now)));
    before = now;
    now = at(next);
  }
  if (bracket === undefined)
    return isLow(now) ? { ...now, evaluations } : { point: undefined, evaluations };
  let [low, high] = bracket;
  while (evaluations < SEARCH_EVALUATIONS) {
    const width = Math.abs(high.step - low.step);
    if (width * norm(direction) < 1e-14) break;
    let step = Number.isFinite(high.value) ? cubic(low, high) : (low.step + high.step) / 2;
    const margin = 0.1 * width;
    const left = Math.min(low.step, high.step) + margin;
    const right = Math.max(low.step, high.step) - margin;
    if (!(step >= left && step <= right)) step = Math.min(right, Math.max(left, step));
    if (!Number.isFinite(step)) step = (low.step + high.step) / 2;
    const trial = at(step);
    if (!isLow(trial) || trial.value >= low.value) high = trial;
    else {
      if (isFlat(trial)) return { ...trial, evaluations };
      if (trial.slope * (high.step - low.step) >= 0) high = low;
      low = trial;
    }
  }
  return low.step > 0 && low.value < value
    ? { ...low, evaluations }
    : { point: undefined, evaluations };
}

/** The minimum of the cubic through two values and slopes (Nocedal and Wright 3.59). */
function cubic(a: Trial, b: Trial): number {
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (a.step + b.step) / 2;
  const d2 = Math.sign(b.step - a.step) * Math.sqrt(square);
  return b.step - ((b.step - a.step) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
}
