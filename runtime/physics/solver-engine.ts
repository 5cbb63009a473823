/** What the loss of a problem needs from a network: its fields' derivatives block by block, and the way back. */
import type { TermPoints } from "./points.js";
import type { ProblemSpec, TermSpec } from "./spec.js";
import type { Floats } from "./kernels.js";

/** Values at some points of a term, by symbol, and where their gradients go. */
export interface FieldBlock {
  readonly count: number;
  /** Number of the first point in the term. */
  readonly from: number;
  readonly points: readonly Floats[];
  readonly values: readonly Floats[];
  readonly gradients: readonly Floats[];
}

export interface TermPass {
  /** Most points in a block. */
  readonly block: number;
  /** Calls `visit` for every block of the points; with `backward` the gradients it left go on to the parameters. */
  run(points: TermPoints, backward: boolean, visit: (block: FieldBlock) => void): void;
}

export interface SolverEngine {
  readonly parameterCount: number;
  setParameters(values: ArrayLike<number>): void;
  clearGradient(): void;
  /** Gradient since it was cleared. */
  gradient(): Float64Array;
  /** Makes a pass for the symbols of a term. All passes are made before the first one runs. */
  term(spec: Pick<TermSpec, "sites" | "symbols">): TermPass;
  /** Points of a term as the passes of this engine take them; a function of (seed, term, round). */
  points(problem: ProblemSpec, term: TermSpec, seed: number, round: number): TermPoints;
  /** Number of points of a term with this many sites. */
  size(points: TermPoints, sites: number): number;
  /** Points lie on grids, and cannot be moved one by one. */
  readonly isGrid: boolean;
  /** About `count` points over the whole domain to judge by. */
  judging(problem: ProblemSpec, count: number): TermPoints;
}
