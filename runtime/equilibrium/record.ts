/** Residuals and iteration counts of the solves of one forward pass and its backward pass. */

export interface Solve {
  /** Path of the block in the model. */
  readonly path: string;
  readonly pass: "forward" | "backward";
  /** Number of the snapshot, 0 outside of `over snapshots`. */
  readonly snapshot: number;
  /** Evaluations of the map, or of its adjoint. */
  readonly iterations: number;
  /** ||f(z) - z|| / ||f(z)|| at the end. */
  readonly residual: number;
  /** Residual after each evaluation. */
  readonly history: readonly number[];
  readonly converged: boolean;
  /** True when training is to stop because of it. */
  readonly stops: boolean;
}

/** Solves in the order they ran. */
export class SolveRecorder {
  private readonly list: Solve[] = [];

  record(solve: Solve): void {
    this.list.push(solve);
  }
  get entries(): readonly Solve[] {
    return this.list;
  }
  get failed(): readonly Solve[] {
    return this.list.filter((solve) => !solve.converged);
  }
}

/** The solves of an epoch in numbers, for its line in the metrics. */
export interface SolveSummary {
  /** Mean evaluations of a solve. */
  readonly forward: number;
  readonly backward: number;
  /** Largest residual at the end of a solve. */
  readonly residual: number;
  /** Solves that missed their tolerance. */
  readonly failed: number;
}

/** Undefined when nothing was solved. */
export function summariseSolves(solves: readonly Solve[]): SolveSummary | undefined {
  if (solves.length === 0) return undefined;
  const mean = (pass: Solve["pass"]): number => {
    const some = solves.filter((solve) => solve.pass === pass);
    return some.reduce((sum, { iterations }) => sum + iterations, 0) / Math.max(1, some.length);
  };
  return {
    forward: mean("forward"),
    backward: mean("backward"),
    residual: solves.reduce((most, { residual }) => (residual > most ? residual : most), 0),
    failed: solves.filter((solve) => !solve.converged).length,
  };
}

/** One sentence for the solves that missed their tolerance; undefined when none did. */
export function solveWarning(solves: readonly Solve[]): string | undefined {
  const failed = solves.filter((solve) => !solve.converged);
  if (failed.length === 0) return undefined;
  const worst = failed.reduce((a, b) => (b.residual > a.residual ? b : a));
  const where = worst.path === "" ? "the equilibrium" : `equilibrium ${worst.path}`;
  const several = `${failed.length} of ${solves.length} solves`;
  const text = `${where}: ${several} did not reach their tolerance; the worst, ${worst.pass} in snapshot ${worst.snapshot}, has residual ${worst.residual.toExponential(2)} after ${worst.iterations} evaluations`;
  const overflowed = failed.some(({ history }) => !Number.isFinite(history[history.length - 1]));
  if (!overflowed) return text;
  return `${text}; values overflowed: the map does not contract. Give its weights a contraction instead of unchecked, or stop on it with failed: stop`;
}
