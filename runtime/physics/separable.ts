/**
 * Separable networks (Cho et al., NeurIPS 2023): one network for each variable, u_f = b_f + sum over r of
 * w_rf phi_r(x) psi_r(y) .., judged on grids.
 *
 * A derivative of u is the same sum with derivatives of the factors, so jets are taken along one axis at a
 * time. The grid is visited pencil by pencil along its last free axis: for the pencils of a block the factors
 * of the other axes are multiplied, and one dense product with those of the last gives a whole symbol. What is
 * kept grows with the number of points on the axes; only a block of the grid exists at any time.
 */
import { Rng } from "../tensor/random/rng.js";
import { JetEngine } from "./engine.js";
import { AxisFactors } from "./separable-axis.js";
import { GridTerm } from "./separable-grid.js";
import type { Precision } from "./kernels.js";
import { outputsOf, type NetworkShape, type Readout } from "./network.js";
import type { TermPoints } from "./points.js";
import { unitPoints } from "./sampling.js";
import type { SolverEngine } from "./solver-engine.js";
import type { ProblemSpec, SiteSpec, TermSpec } from "./spec.js";

export function separableEngine(
  axes: readonly NetworkShape[],
  readout: Readout,
  parameterCount: number,
  precision: Precision,
): SolverEngine {
  const engines = axes.map((shape) => new JetEngine(shape, parameterCount, precision));
  const own = new Float64Array(parameterCount);
  const total = new Float64Array(parameterCount);
  const parameters = new Float64Array(parameterCount);
  return {
    parameterCount,
    isGrid: true,
    setParameters(values) {
      parameters.set(values);
      for (const engine of engines) engine.setParameters(values);
    },
    clearGradient() {
      own.fill(0);
      for (const engine of engines) engine.clearGradient();
    },
    gradient() {
      total.set(own);
      for (const engine of engines) {
        engine.gradient().forEach((value, k) => (total[k]! += value));
      }
      return total;
    },
    term(spec) {
      const factors = spec.sites.map(() =>
        engines.map((engine, axis) => {
          const all = spec.symbols.flatMap(({ operator }) => operator);
          const order = Math.max(0, ...all.map(({ index }) => index[axis]!));
          return new AxisFactors(engine, order, outputsOf(axes[axis]!));
        }),
      );
      return new GridTerm(spec, factors, readout, { parameters, gradient: own }, precision);
    },
    points: gridPoints,
    size: (grids, sites) =>
      (sites > 1 ? grids.slice(0, 1) : grids).reduce((sum, grid) => sum + sizeOf(grid), 0),
    judging(problem, count) {
      const term = { sites: ["everywhere"], kind: "interior", name: "judging" } as const;
      return gridsOf(problem, term, count, { name: "grid", args: {} }, Rng.of(0, "judging"));
    },
  };
}

/** Points of a grid; a single point counts as the eight that stand for it. */
function sizeOf(axes: readonly Float64Array[]): number {
  return Math.max(
    8,
    axes.reduce((product, axis) => product * axis.length, 1),
  );
}

/** Axes of the grids of a term: one grid for each site, or one for each face. */
function gridPoints(problem: ProblemSpec, term: TermSpec, seed: number, round: number): TermPoints {
  const { count, method } = problem.samples[term.kind];
  const peers = problem.terms.filter((one) => one.kind === term.kind).length;
  const rng = Rng.of(seed, `points ${term.name}`, round);
  return gridsOf(problem, term, Math.max(1, count / peers), method, rng);
}

function gridsOf(
  problem: ProblemSpec,
  term: Pick<TermSpec, "sites">,
  count: number,
  method: { readonly name: string; readonly args: Readonly<Record<string, number>> },
  rng: Rng,
): TermPoints {
  const { variables } = problem;
  const [first = "everywhere"] = term.sites;
  if (first === "faces") {
    const space = variables.filter(({ name }) => name !== "t");
    const faces = space.flatMap(({ name, low, high }) => [{ [name]: low }, { [name]: high }]);
    return faces.map((face) => axesAt(face, count / faces.length));
  }
  const base = axesAt(first, count);
  return term.sites.map((site, k) => {
    if (k === 0 || typeof site === "string") return base;
    return base.map((axis, v) => {
      const value = site[variables[v]!.name];
      return value === undefined ? axis : Float64Array.of(value);
    });
  });

  function axesAt(site: SiteSpec, wanted: number): Float64Array[] {
    const fixed = typeof site === "string" ? {} : site;
    const free = variables.filter(({ name }) => fixed[name] === undefined).length;
    // Rows of the grid are whole SIMD vectors.
    const side = 8 * Math.max(1, Math.round(wanted ** (1 / Math.max(1, free)) / 8));
    return variables.map(({ name, low, high }) => {
      const value = fixed[name];
      if (value !== undefined) return Float64Array.of(value);
      const [unit] = unitPoints(method, side, 1, rng);
      return unit!.map((share) => low + (high - low) * share);
    });
  }
}
