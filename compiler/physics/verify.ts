/** Does the exact solution satisfy the lines of its problem? Numbers at a few points spread over the domain. */
import type { ProblemIr, SiteIr, TermIr } from "../ir/physics.js";
import { name as named, number, rename, ZERO, type Formula } from "../neurons/formula.js";
import { evaluate, magnitude } from "./evaluate.js";
import { Symbols } from "./symbols.js";

/** A line that the exact solution breaks. */
export interface Broken {
  readonly term: TermIr;
  readonly residual: number;
  /** The residual, the size of its terms, and the point. */
  readonly value: number;
  readonly size: number;
  readonly point: readonly number[];
}

const POINTS = 24;
/** A residual this small against its terms is rounding. */
const TOLERANCE = 1e-6;

/** The first point at which each broken line is worst; lines with fields without a closed exact solution are skipped. */
export function brokenLines(problem: ProblemIr): readonly Broken[] {
  const { exact, enforced, fields, variables } = problem;
  if (exact.every((one) => one === undefined) || enforced.some((one) => one !== undefined))
    return [];
  const symbols = new Symbols(
    variables.map(({ name }) => name),
    fields,
  );
  return problem.terms.flatMap((term) =>
    term.residuals.flatMap(({ value }, residual) => {
      const closed = onExact(value, term, problem, symbols);
      if (closed === undefined) return [];
      let worst: Broken | undefined;
      for (const point of pointsAt(term.sites[0], problem)) {
        const names = new Map(variables.map(({ name }, k) => [name, point[k]]));
        const found = evaluate(closed, names);
        const size = Math.max(magnitude(closed, names), 1e-12);
        if (!(Math.abs(found) > TOLERANCE * Math.max(size, 1e-3))) continue;
        if (worst !== undefined && Math.abs(worst.value) >= Math.abs(found)) continue;
        worst = { term, residual, value: found, size, point };
      }
      return worst === undefined ? [] : [worst];
    }),
  );
}

/** A residual with the derivatives of the exact solution in place of its symbols. */
function onExact(
  value: Formula,
  term: TermIr,
  { exact, variables }: ProblemIr,
  symbols: Symbols,
): Formula | undefined {
  let isClosed = true;
  const result = rename(value, (text) => {
    const symbol = term.symbols.find((one) => one.name === text);
    if (symbol === undefined) return named(text);
    const solution = exact[symbol.field];
    if (solution === undefined || hasRead(solution)) {
      isClosed = false;
      return ZERO;
    }
    const site = term.sites[symbol.site];
    const sum = symbol.operator
      .map(({ index, factor }): Formula => {
        const part = symbols.derivative(solution, index);
        return { tag: "binary", op: "*", left: number(factor), right: part };
      })
      .reduce((left, right) => ({ tag: "binary", op: "+", left, right }));
    if (symbol.site === 0 || typeof site === "string") return sum;
    return rename(sum, (name) => {
      const fixed = site.get(variables.findIndex((one) => one.name === name));
      return fixed === undefined ? named(name) : number(fixed);
    });
  });
  return isClosed && !hasRead(result) ? result : undefined;
}

function hasRead(formula: Formula): boolean {
  let found = formula.tag === "read";
  const visit = (one: Formula): void => {
    if (one.tag === "read") found = true;
    if (one.tag === "neg") visit(one.operand);
    if (one.tag === "binary") [one.left, one.right].forEach(visit);
    if (one.tag === "call") one.args.forEach(visit);
    if (one.tag === "choose") [one.yes, one.no].forEach(visit);
  };
  visit(formula);
  return found;
}

/** Points of the additive recurrence with the golden ratio's relatives: spread, and the same every time. */
function* pointsAt(site: SiteIr, { variables }: ProblemIr): Generator<number[]> {
  const space = variables.flatMap(({ name }, k) => (name === "t" ? [] : [k]));
  for (let n = 1; n <= POINTS; n++) {
    const point = variables.map(({ low, high }, k) => {
      const share = (0.5 + n * Math.sqrt([2, 3, 5, 7, 11, 13, 17, 19][k % 8])) % 1;
      return low + (high - low) * share;
    });
    if (site === "faces" && space.length > 0) {
      const variable = space[n % space.length];
      const { low, high } = variables[variable];
      point[variable] = n % (2 * space.length) < space.length ? low : high;
    } else if (typeof site !== "string") {
      for (const [variable, value] of site) point[variable] = value;
    }
    yield point;
  }
}
