/**
 * The loss of a problem: for every residual the mean of its squares over the points, weighed and summed.
 * Points are drawn anew, moved to where residuals are large, and weights balanced, as the problem says.
 */
import { Rng } from "../tensor/random/rng.js";
import type { TermPoints } from "./points.js";
import type { FieldBlock, SolverEngine, TermPass } from "./solver-engine.js";
import type { ProblemSpec, TermBlock, TermSpec } from "./spec.js";

/** Loss and mean squares at one step. */
export interface LossValue {
  readonly total: number;
  /** By term, summed over its residuals, not weighed. */
  readonly terms: readonly number[];
}

interface Part {
  readonly spec: TermSpec;
  readonly pass: TermPass;
  readonly residuals: Float64Array[];
}

/** The points and weights of a problem in training; engines of two precisions may share them. */
export class ProblemPoints {
  readonly points: TermPoints[];
  readonly weights: number[];
  private readonly rounds: number[];

  constructor(
    readonly problem: ProblemSpec,
    private readonly engine: SolverEngine,
    private readonly seed: number,
  ) {
    this.points = problem.terms.map((term) => engine.points(problem, term, seed, 0));
    this.rounds = problem.terms.map(() => 0);
    this.weights = problem.terms.map((term) => firstWeight(problem, term));
  }

  /** All of it, for a checkpoint. */
  state(): Map<string, Float64Array> {
    const found = new Map<string, Float64Array>([
      ["weights", Float64Array.from(this.weights)],
      ["rounds", Float64Array.from(this.rounds)],
    ]);
    this.points.forEach((sites, k) => {
      sites.forEach((columns, site) => {
        columns.forEach((column, v) => found.set(`points.${k}.${site}.${v}`, column));
      });
    });
    return found;
  }

  /** Goes on from a state of the same problem. */
  restore(state: ReadonlyMap<string, Float64Array>): void {
    state.get("weights")?.forEach((weight, k) => (this.weights[k] = weight));
    state.get("rounds")?.forEach((round, k) => (this.rounds[k] = round));
    this.points.forEach((sites, k) => {
      this.points[k] = sites.map((columns, site) =>
        columns.map((column, v) => state.get(`points.${k}.${site}.${v}`)?.slice() ?? column),
      );
    });
  }

  /** Called before each step: draws points anew where the sampling says so. Returns true when any changed. */
  advance(step: number, loss: ProblemLoss, parameters: ArrayLike<number>): boolean {
    let changed = false;
    this.problem.terms.forEach((term, k) => {
      const { method } = this.problem.samples[term.kind];
      const every = method.args["every"] ?? 0;
      if (every === 0 || step === 0 || step % every !== 0) return;
      this.rounds[k]! += 1;
      const round = this.rounds[k]!;
      changed = true;
      this.points[k] =
        method.name === "adaptive" && term.kind === "interior" && !this.engine.isGrid
          ? this.whereLarge(term, k, round, (points) => loss.sizes(k, points, parameters))
          : this.engine.points(this.problem, term, this.seed, round);
    });
    return changed;
  }

  /**
   * Residual-based adaptive distribution (Wu, Zhu, Tan, Kartha and Lu 2023): points out of five times as many
   * candidates, with probability |r|^power / mean + floor.
   */
  private whereLarge(
    term: TermSpec,
    k: number,
    round: number,
    sizesAt: (points: TermPoints) => Float64Array,
  ): TermPoints {
    const { count, method } = this.problem.samples[term.kind];
    const wide: ProblemSpec = {
      ...this.problem,
      samples: {
        ...this.problem.samples,
        [term.kind]: { count: 5 * count, method: { name: "uniform", args: {} } },
      },
    };
    const candidates = this.engine.points(wide, term, this.seed, round);
    const sizes = sizesAt(candidates);
    const { power = 1, floor = 1 } = method.args;
    const powers = sizes.map((size) => size ** power);
    const mean = powers.reduce((sum, one) => sum + one, 0) / powers.length;
    const density = powers.map((one) => one / (mean > 0 ? mean : 1) + floor);
    const total = density.reduce((sum, one) => sum + one, 0);
    const wanted = this.points[k]![0]![0]!.length;
    const offset = Rng.of(this.seed, `adaptive ${term.name}`, round).uniform();
    const chosen = new Int32Array(wanted);
    let reached = 0;
    let at = -1;
    for (let n = 0; n < wanted; n++) {
      const mark = ((n + offset) / wanted) * total;
      while (reached <= mark && at < density.length - 1) reached += density[++at]!;
      chosen[n] = at;
    }
    return candidates.map((site) =>
      site.map((column) => Float64Array.from(chosen, (index) => column[index]!)),
    );
  }
}

function firstWeight({ weights }: ProblemSpec, { kind }: TermSpec): number {
  if (weights?.name !== "fixed") return 1;
  return weights.args[kind === "interior" ? "equation" : kind] ?? 1;
}

export class ProblemLoss {
  private readonly parts: readonly Part[];

  constructor(
    private readonly problem: ProblemSpec,
    private readonly engine: SolverEngine,
    private readonly shared: ProblemPoints,
  ) {
    this.parts = problem.terms.map((spec) => {
      const pass = engine.term(spec);
      return {
        ...{ spec, pass },
        residuals: spec.residuals.map(() => new Float64Array(pass.block)),
      };
    });
  }

  /** The loss at `parameters`; its gradient is written when an array for it is given. */
  value(parameters: ArrayLike<number>, gradient?: Float64Array): LossValue {
    const { engine, shared } = this;
    engine.setParameters(parameters);
    if (gradient !== undefined) engine.clearGradient();
    const terms = this.parts.map((_, k) =>
      this.term(k, gradient !== undefined, shared.weights[k]!),
    );
    gradient?.set(engine.gradient());
    const total = terms.reduce((sum, one, k) => sum + shared.weights[k]! * one, 0);
    return { total, terms };
  }

  /** Sum over the residuals of a term of their mean squares; the gradient goes to the engine. */
  private term(k: number, backward: boolean, weight: number): number {
    const { spec, pass, residuals } = this.parts[k]!;
    const points = this.shared.points[k]!;
    const size = this.engine.size(points, spec.sites.length);
    const scale = spec.residuals.map(() => (2 * weight) / size);
    let sum = 0;
    pass.run(points, backward, (block) => {
      spec.evaluate(withResiduals(block, residuals), scale);
      for (const values of residuals) {
        for (let p = 0; p < block.count; p++) sum += values[p]! * values[p]!;
      }
    });
    return sum / size;
  }

  /** Root of the sum of squared residuals at each of some points. */
  sizes(k: number, points: TermPoints, parameters: ArrayLike<number>): Float64Array {
    this.engine.setParameters(parameters);
    const { spec, pass, residuals } = this.parts[k]!;
    const sizes = new Float64Array(this.engine.size(points, spec.sites.length));
    const scale = spec.residuals.map(() => 0);
    pass.run(points, false, (block) => {
      spec.evaluate(withResiduals(block, residuals), scale);
      for (let p = 0; p < block.count; p++) {
        const square = residuals.reduce((sum, values) => sum + values[p]! ** 2, 0);
        sizes[block.from + p] = Math.sqrt(square);
      }
    });
    return sizes;
  }

  /**
   * Balances the gradients of the terms (Wang, Sankaran, Wang and Perdikaris 2023): each weight moves towards
   * the sum of all gradient norms over the term's own, by a tenth.
   */
  balance(parameters: ArrayLike<number>): void {
    const { engine, shared } = this;
    engine.setParameters(parameters);
    const norms = this.parts.map((_, k) => {
      engine.clearGradient();
      this.term(k, true, 1);
      return Math.hypot(...engine.gradient());
    });
    const total = norms.reduce((sum, norm) => sum + norm, 0);
    norms.forEach((norm, k) => {
      if (!(norm > 0) || !Number.isFinite(total)) return;
      shared.weights[k] = 0.9 * shared.weights[k]! + (0.1 * total) / norm;
    });
  }

  get names(): readonly string[] {
    return this.problem.terms.map(({ name }) => name);
  }
}

function withResiduals(block: FieldBlock, residuals: readonly Float64Array[]): TermBlock {
  const { count, points, values, gradients } = block;
  return { count, points, values, gradients, residuals };
}
