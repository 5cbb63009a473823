/** What looks wrong in a problem that can be compiled: an exact solution that is none, too few conditions. */
import { physics as rows } from "../../diagnostics/catalogue/physics.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import type { ProblemIr } from "../../ir/physics.js";
import { TIME } from "../../physics/build.js";
import { brokenLines } from "../../physics/verify.js";

type Place = Parameters<Reporter["report"]>[1];

/** Warns of each line that the exact solution does not satisfy. */
export function reportBrokenLines(problem: ProblemIr, file: string, reporter: Reporter): void {
  for (const { term, residual, value, size, point } of brokenLines(problem)) {
    const { text, origin } = term.residuals[residual];
    const names = problem.variables.map(({ name }, k) => `${name} = ${short(point[k])}`);
    reporter.report(
      rows.exactNotSatisfied,
      { file: origin.file === "" ? file : origin.file, span: origin.span },
      { text, value: short(value), size: short(size), point: names.join(", ") },
    );
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/**
 * Warns where an equation differentiates a field more often than conditions fix it: in time any number of
 * times, in space at least twice (a pressure, differentiated once, is fixed up to a constant).
 * @param axes where the domain names each variable
 */
export function reportMissingConditions(
  problem: ProblemIr,
  axes: ReadonlyMap<string, Place>,
  reporter: Reporter,
): void {
  problem.fields.forEach((field, f) => {
    if (problem.enforced[f] !== undefined) return;
    problem.variables.forEach(({ name }, v) => {
      const order = orderIn(problem, f, v);
      if (order < (name === TIME ? 1 : 2)) return;
      const found = conditionsOn(problem, f, v);
      const at = axes.get(name);
      if (found >= order || at === undefined) return;
      reporter.report(rows.tooFewConditions, at, { field, variable: name, order, found });
    });
  });
}

function orderIn(problem: ProblemIr, field: number, variable: number): number {
  const symbols = problem.terms.flatMap((term) => (term.kind === "interior" ? term.symbols : []));
  const orders = symbols
    .filter((symbol) => symbol.field === field)
    .flatMap(({ operator }) => operator.map(({ index }) => index[variable]));
  return Math.max(0, ...orders);
}

function conditionsOn(problem: ProblemIr, field: number, variable: number): number {
  let found = 0;
  for (const term of problem.terms) {
    if (term.kind === "interior" || !term.symbols.some((one) => one.field === field)) continue;
    const [site] = term.sites;
    if (site === "faces" && problem.variables[variable].name !== TIME) found += 2;
    else if (typeof site !== "string" && site.has(variable)) found += term.residuals.length;
  }
  return found;
}
