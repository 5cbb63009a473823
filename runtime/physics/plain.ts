/** A plain network, all variables in and all fields out, as a solver engine: scattered points in blocks. */
import { JetEngine, JetPass } from "./engine.js";
import type { Floats, Precision } from "./kernels.js";
import { jetOf, placeIn } from "./multi-index.js";
import type { NetworkShape } from "./network.js";
import { judgingPoints, termPoints, type TermPoints } from "./points.js";
import type { FieldBlock, SolverEngine, TermPass } from "./solver-engine.js";
import type { TermSpec } from "./spec.js";

export function plainEngine(
  shape: NetworkShape,
  parameterCount: number,
  precision: Precision,
): SolverEngine {
  const engine = new JetEngine(shape, parameterCount, precision);
  return {
    parameterCount,
    isGrid: false,
    setParameters: (values) => engine.setParameters(values),
    clearGradient: () => engine.clearGradient(),
    gradient: () => engine.gradient(),
    term: (spec) => new PlainTerm(engine, spec),
    points: termPoints,
    size: (points) => points[0]?.[0]?.length ?? 0,
    judging: (problem, count) => [judgingPoints(problem, count)],
  };
}

/** Several sites share a block: a part of it for each. */
class PlainTerm implements TermPass {
  readonly block: number;
  private readonly pass: JetPass;
  private readonly places: readonly { readonly row: number; readonly site: number }[];
  private views:
    { key: Floats; values: Floats[]; gradients: Floats[]; points: Floats[] } | undefined;

  constructor(
    engine: JetEngine,
    private readonly spec: Pick<TermSpec, "sites" | "symbols">,
  ) {
    const variables = engine.shape.inputs.length;
    const jet = jetOf(
      spec.symbols.map(({ operator }) => operator),
      variables,
    );
    this.pass = new JetPass(engine, jet);
    this.block = Math.floor(this.pass.block / spec.sites.length);
    this.places = spec.symbols.map(({ field, operator, site }) => ({
      row: field * jet.length + placeIn(jet, operator),
      site,
    }));
  }

  run(points: TermPoints, backward: boolean, visit: (block: FieldBlock) => void): void {
    const { pass, block } = this;
    const total = points[0]?.[0]?.length ?? 0;
    for (let from = 0; from < total; from += block) {
      const count = Math.min(block, total - from);
      points.forEach((columns, site) => pass.load(columns, from, count, site * block, block));
      pass.forward();
      const { values, gradients, points: columns } = this.view();
      if (backward) for (const gradient of pass.outputGradients) gradient.fill(0);
      points[0]!.forEach((column, k) => columns[k]!.set(column.subarray(from, from + count)));
      visit({ count, from, points: columns, values, gradients });
      if (backward) pass.backward();
    }
  }

  /** Arrays by symbol; made anew when the memory has grown. */
  private view(): { values: Floats[]; gradients: Floats[]; points: Floats[] } {
    const { outputs, outputGradients } = this.pass;
    const [key] = outputs;
    if (this.views?.key === key && key !== undefined) return this.views;
    const part = (all: readonly Floats[]): Floats[] =>
      this.places.map(({ row, site }) => {
        return all[row]!.subarray(site * this.block, (site + 1) * this.block);
      });
    this.views = {
      key: key!,
      values: part(outputs),
      gradients: part(outputGradients),
      points: this.pass.inputs.map(() => new Float64Array(this.block)),
    };
    return this.views;
  }
}
