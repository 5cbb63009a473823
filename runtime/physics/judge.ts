/** How far a solution is from the exact one. */
import type { SolverEngine } from "./solver-engine.js";
import { derivative } from "./multi-index.js";
import type { ProblemSpec } from "./spec.js";

/** Fields at points, by field. */
export interface FieldValues {
  readonly points: readonly Float64Array[];
  readonly fields: readonly Float64Array[];
}

/** Number of points that errors are measured at. */
const JUDGING_POINTS = 20_000;

/**
 * Errors on a grid of points that nothing was trained on: `relative_l2` (the norm of the error over the norm
 * of the exact field) and `largest_error`, by field where there are several. Empty without an exact solution.
 */
export class Judge {
  private readonly evaluate: () => FieldValues;
  private readonly exact: readonly (Float64Array | undefined)[];

  constructor(
    private readonly problem: ProblemSpec,
    engine: SolverEngine,
  ) {
    this.evaluate = fieldEvaluator(problem, engine, JUDGING_POINTS);
    const { points } = this.evaluate();
    const total = points[0]?.length ?? 0;
    this.exact = problem.fields.map((field) => {
      const solution = problem.exact?.[field];
      if (solution === undefined) return undefined;
      return Float64Array.from({ length: total }, (_, p) => solution(...points.map((c) => c[p]!)));
    });
  }

  metrics(): Record<string, number> {
    const { problem, exact } = this;
    const { fields } = this.evaluate();
    const found: Record<string, number> = {};
    const isOne = problem.fields.length === 1;
    problem.fields.forEach((field, f) => {
      const wanted = exact[f];
      if (wanted === undefined) return;
      let error = 0;
      let norm = 0;
      let most = 0;
      wanted.forEach((value, p) => {
        const difference = fields[f]![p]! - value;
        error += difference * difference;
        norm += value * value;
        most = Math.max(most, Math.abs(difference));
      });
      found[isOne ? "relative_l2" : `relative_l2.${field}`] = Math.sqrt(error / norm);
      found[isOne ? "largest_error" : `largest_error.${field}`] = most;
    });
    return found;
  }
}

/** A function that gives the fields at about `count` points with the engine's current parameters. */
export function fieldEvaluator(
  problem: ProblemSpec,
  engine: SolverEngine,
  count: number,
): () => FieldValues {
  const zero = problem.variables.map(() => 0);
  const symbols = problem.fields.map((_, field) => ({
    field,
    site: 0,
    operator: derivative(...zero),
  }));
  const pass = engine.term({ sites: ["everywhere"], symbols });
  const judging = engine.judging(problem, count);
  const total = engine.size(judging, 1);
  const ansatz = problem.fields.map((field) => problem.enforced?.[field]);
  return () => {
    const points = problem.variables.map(() => new Float64Array(total));
    const fields = problem.fields.map(() => new Float64Array(total));
    pass.run(judging, false, (block) => {
      for (let p = 0; p < block.count; p++) {
        const at = block.points.map((column) => column[p]!);
        const raw = block.values.map((values) => values[p]!);
        at.forEach((value, v) => (points[v]![block.from + p] = value));
        ansatz.forEach((enforce, f) => {
          fields[f]![block.from + p] = enforce === undefined ? raw[f]! : enforce(...at, ...raw);
        });
      }
    });
    return { points, fields };
  };
}
