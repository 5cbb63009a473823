/**
 * How much one turn around the equations stretches a difference between two states, at most.
 *
 * Lipschitz constants in the Euclidean norm, added over sums and multiplied along the way: a `param` with
 * `contraction c` multiplies by c, a number by its size, `propagate` by 1 (the symmetric-normalised
 * adjacency of an undirected graph), clip, relu, tanh by 1, sigmoid by 1/4. With several fed-back states
 * the constants form a matrix M, whose norm is at most sqrt(|M|_1 |M|_inf).
 */
import type { EquilibriumDeclaration } from "../../../grammar/tree.js";
import { equilibrium as rows } from "../../diagnostics/catalogue/equilibrium.js";
import { physics } from "../../diagnostics/catalogue/physics.js";
import type { EquationIr, Expr, OpName, ParamIr } from "../../ir/ir.js";
import type { Body } from "../body.js";

/** Constants by fed-back state; a state that is absent is not read. */
type Stretch = ReadonlyMap<string, number>;

const SLOPES: Partial<Record<OpName, number>> = {
  neg: 1,
  relu: 1,
  leakyRelu: 1,
  elu: 1,
  tanh: 1,
  sin: 1,
  cos: 1,
  abs: 1,
  clip: 1,
  sigmoid: 0.25,
  softplus: 1,
  flatten: 1,
  expand: 1,
  hold: 1,
};

/** False after reporting that the map is not contractive for certain. */
export function checkBound(
  body: Body,
  declaration: EquilibriumDeclaration,
  equations: readonly EquationIr[],
  fed: readonly string[],
  params: readonly ParamIr[],
): boolean {
  const reader = new Reader(body, params);
  const known = new Map<string, Stretch>(fed.map((name) => [name, new Map([[name, 1]])]));
  const images = new Map<string, Stretch>();
  for (const { name, value, neuron } of equations) {
    const inner = reader.read(value, known);
    if (inner === undefined) return false;
    const threshold = neuron === undefined ? 1 : reader.number(neuron.threshold);
    if (threshold === undefined) {
      body.report(rows.noBound, declaration.name.span, { text: "threshold", state: name });
      return false;
    }
    const stretch = scaled(inner, 1 / threshold);
    // Later equations read the new value.
    known.set(name, stretch);
    images.set(name, stretch);
  }
  const matrix = fed.map((to) => fed.map((from) => images.get(to)?.get(from) ?? 0));
  const bound = normOf(matrix);
  if (bound < 1) return true;
  const terms = matrix.flat().filter((value) => value > 0);
  body.report(rows.boundTooLarge, declaration.name.span, {
    bound: short(bound),
    sum: terms.map(short).join(", "),
  });
  return false;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** sqrt(largest row sum * largest column sum), exact for a single state. */
function normOf(matrix: readonly (readonly number[])[]): number {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const rowSums = matrix.map(sum);
  const columnSums = matrix.map((_, k) => sum(matrix.map((row) => row[k])));
  return Math.sqrt(Math.max(...rowSums) * Math.max(...columnSums));
}

function scaled(stretch: Stretch, factor: number): Stretch {
  return new Map([...stretch].map(([name, value]) => [name, value * Math.abs(factor)]));
}

function added(parts: readonly Stretch[]): Stretch {
  const total = new Map<string, number>();
  for (const part of parts) {
    for (const [name, value] of part) total.set(name, (total.get(name) ?? 0) + value);
  }
  return total;
}

class Reader {
  constructor(
    private readonly body: Body,
    private readonly params: readonly ParamIr[],
  ) {}

  number(expr: Expr): number | undefined {
    if (expr.tag === "constant") return expr.value;
    if (expr.tag === "op" && expr.op === "neg") {
      const value = this.number(expr.args[0]);
      return value === undefined ? undefined : -value;
    }
    return undefined;
  }

  /** The constants of an expression; undefined after a report. */
  read(expr: Expr, known: ReadonlyMap<string, Stretch>): Stretch | undefined {
    if (expr.tag === "local") return known.get(expr.name) ?? new Map<string, number>();
    if (expr.tag === "op") {
      const parts: Stretch[] = [];
      for (const arg of expr.args) {
        const part = this.read(arg, known);
        if (part === undefined) return undefined;
        parts.push(part);
      }
      return this.operation(expr, parts);
    }
    if (expr.tag === "function") {
      const parts: Stretch[] = [];
      for (const arg of expr.args) {
        if (!("tag" in arg)) continue;
        const part = this.read(arg, known);
        if (part === undefined) return undefined;
        parts.push(part);
      }
      const total = added(parts);
      const { callee } = expr;
      const isSpread =
        callee.declaredName === "propagate" && callee.origin.file.startsWith("sgnn:std");
      return isSpread || total.size === 0 ? total : this.unknown(expr, total);
    }
    if (expr.tag === "gather") {
      const inner = this.read(expr.body, known);
      return inner === undefined || inner.size === 0 ? inner : this.unknown(expr, inner);
    }
    if (expr.tag === "edge") return this.read(expr.operand, known);
    return new Map<string, number>();
  }

  private operation(
    expr: Extract<Expr, { tag: "op" }>,
    parts: readonly Stretch[],
  ): Stretch | undefined {
    const total = added(parts);
    if (total.size === 0) return total;
    const slope = SLOPES[expr.op];
    if (slope !== undefined) return scaled(total, slope);
    const [left, right] = expr.args;
    switch (expr.op) {
      case "add":
      case "sub":
      case "maximum":
      case "minimum":
      case "concat":
        return total;
      case "mul": {
        const factor = this.number(right) ?? this.number(left);
        return factor === undefined ? this.unknown(expr, total) : scaled(total, factor);
      }
      case "div": {
        const factor = this.number(right);
        return factor === undefined ? this.unknown(expr, total) : scaled(total, 1 / factor);
      }
      case "matMul": {
        const weight = right.tag === "param" && parts[1].size === 0 ? right.name : undefined;
        const contraction = this.params.find((param) => param.name === weight)?.contraction;
        if (weight === undefined) return this.unknown(expr, total);
        if (contraction !== undefined) return scaled(total, contraction);
        const [state] = total.keys();
        this.body.report(physics.noContraction, right.origin.span, { name: weight, state });
        return undefined;
      }
      default:
        return this.unknown(expr, total);
    }
  }

  private unknown(expr: Expr, total: Stretch): undefined {
    const [state] = total.keys();
    const text = this.body.snippet(expr.origin.span);
    this.body.report(rows.noBound, expr.origin.span, { text, state });
    return undefined;
  }
}
