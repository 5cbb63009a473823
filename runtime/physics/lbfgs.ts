/**
 * Limited-memory BFGS (Nocedal 1980) with a line search for the strong Wolfe conditions (Nocedal and Wright,
 * Numerical Optimization, algorithms 3.5, 3.6 and 7.4), in double precision.
 */

/** Writes the gradient at x and returns the value. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /** Iterations. */
  readonly most: number;
  /** Pairs of steps and gradient changes that are kept. */
  readonly memory: number;
  /** Stops when the largest gradient entry is below this. */
  readonly tolerance: number;
}

export type LbfgsEnd = "most" | "tolerance" | "no progress" | "not finite" | "stopped";

export interface LbfgsState {
  readonly iteration: number;
  readonly value: number;
  readonly evaluations: number;
}

const SUFFICIENT = 1e-4;
const CURVATURE = 0.9;
const SEARCH_EVALUATIONS = 25;

/**
 * Minimises in place: `x` holds the best point found, always one at which value and gradient were finite.
 * @param onIteration called after each; false stops
 */
export async function lbfgs(
  objective: Objective,
  x: Float64Array,
  options: LbfgsOptions,
  onIteration: (state: LbfgsState) => boolean | Promise<boolean> = () => true,
): Promise<LbfgsState & { readonly end: LbfgsEnd }> {
  const size = x.length;
  let gradient: Float64Array = new Float64Array(size);
  let value = objective(x, gradient);
  let evaluations = 1;
  let iteration = 0;
  const finish = (end: LbfgsEnd): LbfgsState & { end: LbfgsEnd } => ({
    ...{ iteration, value, evaluations, end },
  });
  if (!isFinite(value) || !gradient.every(Number.isFinite)) return finish("not finite");
  const pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  while (iteration < options.most) {
    if (largest(gradient) <= options.tolerance) return finish("tolerance");
    const direction = descent(gradient, pairs);
    let slope = dot(direction, gradient);
    if (!(slope < 0)) {
      pairs.length = 0;
      gradient.forEach((g, k) => (direction[k] = -g));
      slope = dot(direction, gradient);
    }
    const start = pairs.length === 0 ? Math.min(1, 1 / sizeOf(gradient)) : 1;
    const found = search(objective, x, value, slope, direction, start);
    evaluations += found.evaluations;
    if (found.point === undefined) {
      // The curvature that the memory describes may be stale: once more along the gradient.
      if (pairs.length === 0) return finish("no progress");
      pairs.length = 0;
      continue;
    }
    const s = new Float64Array(size);
    const y = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      s[k] = found.point[k]! - x[k]!;
      y[k] = found.gradient[k]! - gradient[k]!;
    }
    const curvature = dot(s, y);
    if (curvature > 1e-12 * dot(y, y)) {
      pairs.push({ s, y, rho: 1 / curvature });
      if (pairs.length > options.memory) pairs.shift();
    }
    x.set(found.point);
    ({ value, gradient } = found);
    iteration += 1;
    if (!(await onIteration({ iteration, value, evaluations }))) return finish("stopped");
  }
  return finish("most");
}

/** Minus the inverse Hessian, as the pairs describe it, times the gradient: the two loops. */
function descent(
  gradient: Float64Array,
  pairs: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const d = gradient.map((g) => -g);
  const alphas: number[] = [];
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y, rho } = pairs[k]!;
    alphas[k] = rho * dot(s, d);
    addScaled(d, y, -alphas[k]!);
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let k = 0; k < d.length; k++) d[k]! *= scale;
  }
  pairs.forEach(({ s, y, rho }, k) => addScaled(d, s, alphas[k]! - rho * dot(y, d)));
  return d;
}

interface Trial {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
  readonly point: Float64Array;
  readonly gradient: Float64Array;
}

type Found =
  | { readonly point: undefined; readonly evaluations: number }
  | (Trial & { readonly evaluations: number });

/** A step that satisfies the strong Wolfe conditions, or the best that lowers the value; none when nothing does. */
function search(
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
    if (width * sizeOf(direction) < 1e-14) break;
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

/** Dot product with Neumaier's compensation: differences of nearly equal gradients keep their digits. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  let lost = 0;
  for (let k = 0; k < a.length; k++) {
    const term = a[k]! * b[k]!;
    const next = sum + term;
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
  }
  return sum + lost;
}

function addScaled(to: Float64Array, by: Float64Array, factor: number): void {
  for (let k = 0; k < to.length; k++) to[k]! += factor * by[k]!;
}
function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
function sizeOf(values: Float64Array): number {
  return Math.sqrt(dot(values, values));
}
