/** Minimisation along directions of estimated curvature, with line searches for the strong Wolfe conditions. */
import { search, type Objective } from "./line-search.js";
import { dot, largest, norm } from "./vectors.js";

/** A step that was made and what the gradient did along it. */
export interface Move {
  readonly s: Float64Array;
  readonly y: Float64Array;
  /** y's, positive. */
  readonly curvature: number;
  /** Slope of the value along the direction before the step. */
  readonly slope: number;
  /** s over the direction. */
  readonly step: number;
}

/** What is known of the second derivatives. */
export interface Curvature {
  readonly isEmpty: boolean;
  clear(): void;
  /** Minus the inverse Hessian times the gradient; minus the gradient while nothing is known. */
  descent(gradient: Float64Array): Float64Array;
  learn(move: Move): void;
  /** All it knows, for a checkpoint. */
  state(): readonly Float64Array[];
  restore(arrays: readonly Float64Array[]): void;
}

export interface MinimiseOptions {
  /** Iterations, with those made before. */
  readonly most: number;
  /** Stops when the largest gradient entry is below this. */
  readonly tolerance: number;
  /** Iterations made before, when a search goes on. */
  readonly made?: number;
}

export type End = "most" | "tolerance" | "no progress" | "not finite" | "stopped";

export interface MinimiseState {
  readonly iteration: number;
  readonly value: number;
  readonly evaluations: number;
}

/** What the caller wants after an iteration: the objective may have become another one. */
export type Verdict = "go on" | "changed" | "stop";

/**
 * Minimises in place: `x` holds the best point found, always one at which value and gradient were finite.
 * @param onIteration called after each
 */
export async function minimise(
  objective: Objective,
  x: Float64Array,
  curvature: Curvature,
  options: MinimiseOptions,
  onIteration: (state: MinimiseState) => Verdict | Promise<Verdict> = () => "go on",
): Promise<MinimiseState & { readonly end: End }> {
  const size = x.length;
  let gradient: Float64Array = new Float64Array(size);
  let value = objective(x, gradient);
  let evaluations = 1;
  let iteration = options.made ?? 0;
  const finish = (end: End): MinimiseState & { end: End } => ({
    ...{ iteration, value, evaluations, end },
  });
  const isFiniteHere = (): boolean => Number.isFinite(value) && gradient.every(Number.isFinite);
  if (!isFiniteHere()) return finish("not finite");
  while (iteration < options.most) {
    if (largest(gradient) <= options.tolerance) return finish("tolerance");
    let direction = curvature.descent(gradient);
    let slope = dot(direction, gradient);
    if (!(slope < 0)) {
      curvature.clear();
      direction = curvature.descent(gradient);
      slope = dot(direction, gradient);
    }
    const start = curvature.isEmpty ? Math.min(1, 1 / norm(gradient)) : 1;
    const found = search(objective, x, value, slope, direction, start);
    evaluations += found.evaluations;
    if (found.point === undefined) {
      // What is known of the curvature may be stale: once more along the gradient.
      if (curvature.isEmpty) return finish("no progress");
      curvature.clear();
      continue;
    }
    const s = found.point.map((one, k) => one - x[k]!);
    const y = found.gradient.map((one, k) => one - gradient[k]!);
    const along = dot(s, y);
    if (along > 1e-12 * dot(y, y)) {
      curvature.learn({ s, y, curvature: along, slope, step: found.step });
    }
    x.set(found.point);
    ({ value, gradient } = found);
    iteration += 1;
    const verdict = await onIteration({ iteration, value, evaluations });
    if (verdict === "stop") return finish("stopped");
    if (verdict === "changed") {
      value = objective(x, gradient);
      evaluations += 1;
      if (!isFiniteHere()) return finish("not finite");
    }
  }
  return finish("most");
}
