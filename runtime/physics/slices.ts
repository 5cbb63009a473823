/** What a solver found on lines and planes through its domain, beside the exact solution: for pictures. */
import type { NdArray } from "../data/ndarray.js";
import { buildEngine, layoutOf } from "./build.js";
import { derivative } from "./multi-index.js";
import type { TermPoints } from "./points.js";
import type { SolverExperiment, VariableSpec } from "./spec.js";

/** Points along each side of a plane; a whole number of SIMD vectors, as grids need. */
const SIDE = 64;

/** One field on a plane, or on a line where the problem has one variable. */
export interface FieldSlice {
  readonly field: string;
  readonly horizontal: VariableSpec;
  /** Undefined for a line. */
  readonly vertical: VariableSpec | undefined;
  /** Values of the other variables. */
  readonly fixed: readonly { readonly name: string; readonly value: number }[];
  /** Values at the centres of cells, the horizontal variable running fastest. */
  readonly found: Float64Array;
  readonly exact: Float64Array | undefined;
}

/**
 * Slices of every field. Up to two variables: the whole domain. More: the plane of the first two variables, the
 * others in the middle, but for time, which is shown at its beginning, middle and end.
 */
export function fieldSlices(
  { problem, network }: Pick<SolverExperiment, "problem" | "network">,
  weights: ReadonlyMap<string, NdArray>,
): FieldSlice[] {
  const { variables, fields, enforced, exact } = problem;
  const layout = layoutOf([...weights].map(([path, { shape }]) => ({ path, shape })));
  const engine = buildEngine(problem, network, layout, 64);
  const values = new Float64Array(layout.size);
  for (const [path, { data }] of weights) {
    values.set(data as Float32Array, layout.offsets.get(path)!);
  }
  const zero = variables.map(() => 0);
  const symbols = fields.map((_, field) => ({ field, site: 0, operator: derivative(...zero) }));
  const pass = engine.term({ sites: ["everywhere"], symbols });
  engine.setParameters(values);
  const [horizontal, second] = variables as readonly [VariableSpec, VariableSpec | undefined];
  return timesOf(variables).flatMap((time) => {
    const fixed = variables.slice(2).map(({ name, low, high }) => {
      return { name, value: name === "t" ? time : (low + high) / 2 };
    });
    const sides = [centresOf(horizontal), ...(second === undefined ? [] : [centresOf(second)])];
    const axes = [...sides, ...fixed.map(({ value }) => Float64Array.of(value))];
    const total = sides.reduce((product, side) => product * side.length, 1);
    const found = fields.map(() => new Float64Array(total));
    const wanted = fields.map(() => new Float64Array(total));
    const points: TermPoints = [engine.isGrid ? axes : columnsOf(axes, total)];
    pass.run(points, false, (block) => {
      for (let p = 0; p < block.count; p++) {
        const at = block.points.map((column) => column[p]!);
        const cell = cellOf(at[0]!, horizontal) + (second ? SIDE * cellOf(at[1]!, second) : 0);
        const raw = block.values.map((column) => column[p]!);
        fields.forEach((field, f) => {
          const ansatz = enforced?.[field];
          found[f]![cell] = ansatz === undefined ? raw[f]! : ansatz(...at, ...raw);
          wanted[f]![cell] = exact?.[field]?.(...at) ?? NaN;
        });
      }
    });
    return fields.map((field, f) => ({
      ...{ field, horizontal, vertical: second, fixed, found: found[f]! },
      exact: exact?.[field] === undefined ? undefined : wanted[f]!,
    }));
  });
}

/** Moments to show; one that stands for all where the plane holds time, or nothing depends on it. */
function timesOf(variables: readonly VariableSpec[]): readonly number[] {
  const time = variables.slice(2).find(({ name }) => name === "t");
  return time === undefined ? [0] : [time.low, (time.low + time.high) / 2, time.high];
}

function centresOf({ low, high }: VariableSpec): Float64Array {
  return Float64Array.from({ length: SIDE }, (_, k) => low + ((k + 0.5) / SIDE) * (high - low));
}

function cellOf(value: number, { low, high }: VariableSpec): number {
  return Math.min(SIDE - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * SIDE)));
}

/** All combinations of the axes, the first running fastest. */
function columnsOf(axes: readonly Float64Array[], total: number): Float64Array[] {
  let stride = 1;
  return axes.map((axis) => {
    const every = stride;
    stride *= axis.length;
    return Float64Array.from(
      { length: total },
      (_, p) => axis[Math.floor(p / every) % axis.length]!,
    );
  });
}
