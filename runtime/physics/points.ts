/** Where the residuals of a problem are judged. */
import { Rng } from "../tensor/random/rng.js";
import { unitPoints } from "./sampling.js";
import type { ProblemSpec, SiteSpec, TermSpec, VariableSpec } from "./spec.js";

/** Coordinates by site, then by variable. */
export type TermPoints = readonly (readonly Float64Array[])[];

/** The points of a term; a function of (seed, term, round). Terms of one kind share its number of points. */
export function termPoints(
  problem: ProblemSpec,
  term: TermSpec,
  seed: number,
  round: number,
): TermPoints {
  const { count, method } = problem.samples[term.kind];
  const peers = problem.terms.filter((one) => one.kind === term.kind).length;
  const rng = Rng.of(seed, `points ${term.name}`, round);
  return placed(problem, term, method, Math.max(1, Math.round(count / peers)), rng);
}

/** `count` points drawn by a method at the sites of a term. */
export function placed(
  problem: ProblemSpec,
  term: TermSpec,
  method: { readonly name: string; readonly args: Readonly<Record<string, number>> },
  count: number,
  rng: Rng,
): TermPoints {
  const { variables } = problem;
  const [first = "everywhere"] = term.sites;
  const fixed = typeof first === "string" ? {} : first;
  const free = variables.filter(({ name }) => fixed[name] === undefined);
  const unit = free.length === 0 ? [] : unitPoints(method, count, free.length, rng);
  const total = unit[0]?.length ?? 1;
  const base = variables.map((variable) => {
    const k = free.indexOf(variable);
    const column = new Float64Array(total);
    if (k < 0) return column.fill(fixed[variable.name]!);
    return column.map((_, p) => variable.low + (variable.high - variable.low) * unit[k]![p]!);
  });
  if (first === "faces") ontoFaces(base, variables);
  return term.sites.map((site, k) => (k === 0 ? base : moved(base, site, variables)));
}

/** Each point moves to one of the faces of the space variables in turn; time stays free. */
function ontoFaces(columns: readonly Float64Array[], variables: readonly VariableSpec[]): void {
  const space = variables.flatMap(({ name }, k) => (name === "t" ? [] : [k]));
  const total = columns[0]?.length ?? 0;
  for (let p = 0; p < total; p++) {
    const face = p % (2 * space.length);
    const variable = space[face >> 1]!;
    const { low, high } = variables[variable]!;
    columns[variable]![p] = face % 2 === 0 ? low : high;
  }
}

/** The same points at another site: only its fixed variables differ. */
function moved(
  base: readonly Float64Array[],
  site: SiteSpec,
  variables: readonly VariableSpec[],
): readonly Float64Array[] {
  if (typeof site === "string") return base;
  return base.map((column, k) => {
    const value = site[variables[k]!.name];
    return value === undefined ? column : new Float64Array(column.length).fill(value);
  });
}

/** Points that nothing was trained on: the grid of cell centres with about `count` points. */
export function judgingPoints(problem: ProblemSpec, count: number): readonly Float64Array[] {
  const method = { name: "grid", args: {} };
  const term = { sites: ["everywhere"] } as unknown as TermSpec;
  return placed(problem, term, method, count, Rng.of(0, "judging"))[0]!;
}
