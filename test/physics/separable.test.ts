import { describe, expect, it } from "vitest";
import { buildEngine, type Layout } from "../../runtime/physics/build.js";
import { ProblemLoss, ProblemPoints } from "../../runtime/physics/loss.js";
import { derivative, type Operator } from "../../runtime/physics/multi-index.js";
import { referenceJets } from "../../runtime/physics/reference.js";
import type { NetworkSpec, ProblemSpec, TermBlock, TermSpec } from "../../runtime/physics/spec.js";
import { Rng } from "../../runtime/tensor/random/rng.js";
import { expectClose } from "../runtime/closeness.js";

const RANK = 5;
const FIELDS = 2;
const laplace: Operator = [
  { index: [2, 0, 0], factor: 1 },
  { index: [0, 2, 0], factor: 1 },
  { index: [0, 0, 1], factor: -0.5 },
];

/** Three chains 1-6-RANK and the readout. */
function setup(): { network: NetworkSpec; layout: Layout; parameters: Float64Array } {
  const paths = new Map<string, readonly number[]>();
  const chains = ["x", "y", "t"].map((axis) => {
    paths.set(`${axis}1.weight`, [1, 6]).set(`${axis}1.bias`, [6]);
    paths.set(`${axis}2.weight`, [6, RANK]).set(`${axis}2.bias`, [RANK]);
    return [{ dense: `${axis}1` }, { activation: "tanh" as const }, { dense: `${axis}2` }];
  });
  paths.set("out.weight", [RANK, FIELDS]).set("out.bias", [FIELDS]);
  const offsets = new Map<string, number>();
  let size = 0;
  for (const [path, shape] of paths) {
    offsets.set(path, size);
    size += shape.reduce((a, b) => a * b, 1);
  }
  const rng = Rng.of(4, "separable test");
  const parameters = Float64Array.from({ length: size }, () => rng.normal(0, 0.7));
  return {
    network: { chains, readout: "out" },
    layout: { size, offsets, shapes: paths },
    parameters,
  };
}

/** Squares of the symbols minus numbers, so that every gradient differs. */
function term(name: string, sites: TermSpec["sites"], symbols: TermSpec["symbols"]): TermSpec {
  return {
    ...{ name, kind: name === "interior" ? "interior" : "boundary", sites, symbols },
    residuals: symbols.map((_, k) => ({ text: `symbol ${k}`, place: "" })),
    evaluate({ count, points, values, gradients, residuals }: TermBlock, scale) {
      values.forEach((value, k) => {
        for (let p = 0; p < count; p++) {
          const wanted = points.reduce((sum, column, v) => sum + (v + 1) * column[p]!, 0);
          residuals[k]![p] = value[p]! - 0.1 * wanted;
          gradients[k]![p] = scale[k]! * residuals[k]![p]!;
        }
      });
    },
  };
}

const problem: ProblemSpec = {
  name: "test",
  variables: [
    { name: "x", low: -1, high: 1 },
    { name: "y", low: 0, high: 2 },
    { name: "t", low: 0, high: 1 },
  ],
  fields: ["u", "v"],
  terms: [
    term(
      "interior",
      ["everywhere"],
      [
        { field: 0, site: 0, operator: derivative(0, 0, 0) },
        { field: 1, site: 0, operator: laplace },
        { field: 0, site: 0, operator: derivative(1, 1, 0) },
      ],
    ),
    term("faces", ["faces"], [{ field: 1, site: 0, operator: derivative(0, 0, 0) }]),
    term(
      "ends",
      [{ x: -1 }, { x: 1 }],
      [
        { field: 0, site: 0, operator: derivative(1, 0, 0) },
        { field: 0, site: 1, operator: derivative(1, 0, 0) },
      ],
    ),
    term("corner", [{ x: -1, y: 0, t: 1 }], [{ field: 0, site: 0, operator: derivative(0, 0, 0) }]),
  ],
  samples: {
    interior: { count: 8 ** 3, method: { name: "uniform", args: {} } },
    initial: { count: 1, method: { name: "grid", args: {} } },
    boundary: { count: 700, method: { name: "uniform", args: {} } },
  },
};

/** u_field and its derivatives at one point, from the reference jets of the chains. */
function direct(
  { network, layout, parameters }: ReturnType<typeof setup>,
  field: number,
  operator: Operator,
  point: readonly number[],
): number {
  const weight = layout.offsets.get("out.weight")!;
  const chains = ["x", "y", "t"].map((axis, k) => {
    const { low, high } = problem.variables[k]!;
    const dense = (path: string, inputs: number, outputs: number) => ({
      ...{ type: "dense" as const, inputs, outputs },
      weight: layout.offsets.get(`${path}.weight`)!,
      bias: layout.offsets.get(`${path}.bias`)!,
    });
    const shape = {
      inputs: [{ middle: (low + high) / 2, half: (high - low) / 2 }],
      steps: [
        dense(`${axis}1`, 1, 6),
        { type: "activation" as const, kind: "tanh" as const, width: 6 },
        dense(`${axis}2`, 6, RANK),
      ],
    };
    return referenceJets(
      shape,
      parameters,
      [0, 1, 2].map((m) => derivative(m)),
      [point[k]!],
    ).outputs;
  });
  expect(network.chains).toHaveLength(3);
  return operator.reduce((total, { index, factor }) => {
    let sum = index.every((one) => one === 0)
      ? parameters[layout.offsets.get("out.bias")! + field]!
      : 0;
    for (let r = 0; r < RANK; r++) {
      const product = chains.reduce((all, chain, k) => all * chain[r]![index[k]!]!, 1);
      sum += parameters[weight + r * FIELDS + field]! * product;
    }
    return total + factor * sum;
  }, 0);
}

describe("a separable network", () => {
  it.each([
    [64, 1e-10],
    [32, 2e-4],
  ] as const)("has the symbols of its factors in %i bits", (precision, tolerance) => {
    const made = setup();
    const engine = buildEngine(problem, made.network, made.layout, precision);
    const passes = problem.terms.map((one) => engine.term(one));
    engine.setParameters(made.parameters);
    problem.terms.forEach((one, k) => {
      let seen = 0;
      passes[k]!.run(engine.points(problem, one, 3, 0), false, ({ count, points, values }) => {
        for (let p = 0; p < count; p += 13) {
          one.symbols.forEach(({ field, operator, site }, s) => {
            const point = points.map((column) => column[p]!);
            const fixed = one.sites[site]!;
            if (typeof fixed !== "string" && fixed["x"] !== undefined) point[0] = fixed["x"];
            const wanted = direct(made, field, operator, point);
            expectClose([values[s]![p]!], [wanted], {
              rtol: tolerance,
              atol: tolerance,
              what: one.name,
            });
          });
        }
        seen += count;
      });
      expect(seen).toBe(engine.size(engine.points(problem, one, 3, 0), one.sites.length));
    });
  });

  it("has the gradient of its loss, by central differences", () => {
    const { network, layout, parameters } = setup();
    const engine = buildEngine(problem, network, layout, 64);
    const points = new ProblemPoints(problem, engine, 5);
    const loss = new ProblemLoss(problem, engine, points);
    const gradient = new Float64Array(layout.size);
    const { total, terms } = loss.value(parameters, gradient);
    expect(total).toBeCloseTo(
      terms.reduce((sum, one) => sum + one, 0),
      12,
    );
    const h = 1e-5;
    const wanted = parameters.map((_, k) => {
      const moved = (by: number): number =>
        loss.value(parameters.map((value, m) => (m === k ? value + by : value))).total;
      return (moved(h) - moved(-h)) / (2 * h);
    });
    expectClose(gradient, wanted, { rtol: 1e-6, atol: 1e-8 });
  });
});
