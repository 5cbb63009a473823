import { describe, expect, it } from "vitest";
import { JetEngine, JetPass } from "../../runtime/physics/engine.js";
import {
  chainTerms,
  derivative,
  indexIn,
  jetOf,
  type MultiIndex,
  type Operator,
} from "../../runtime/physics/multi-index.js";
import { smoothActivations, type NetworkShape } from "../../runtime/physics/network.js";
import {
  activationDerivatives,
  derivativeAt,
  referenceJets,
} from "../../runtime/physics/reference.js";
import { Oracle, describeOracles } from "../conformance/oracles.js";
import { expectClose } from "../runtime/closeness.js";
import { network, onBothKernels, points } from "./networks.js";

describe("jets of multi-indices", () => {
  it("hold every smaller index, the value first", () => {
    const indices = (wanted: readonly Operator[], variables: number): string[] =>
      jetOf(wanted, variables).map((one) =>
        one.map(({ index, factor }) => `${factor === 1 ? "" : factor}[${index.join()}]`).join("+"),
      );
    expect(indices([derivative(0, 1), derivative(2, 0)], 2)).toEqual([
      "[0,0]",
      "[1,0]",
      "[0,1]",
      "[2,0]",
    ]);
    expect(indices([derivative(1, 2)], 2)).toEqual([
      "[0,0]",
      "[1,0]",
      "[0,1]",
      "[1,1]",
      "[0,2]",
      "[1,2]",
    ]);
    expect(indices([], 3)).toEqual(["[0,0,0]"]);
    const heat = [
      { index: [0, 1], factor: 1 },
      { index: [2, 0], factor: -0.5 },
    ];
    expect(indices([heat], 2)).toEqual(["[0,0]", "[1,0]", "[0,1]+-0.5[2,0]"]);
  });

  it("have Faà di Bruno's terms: y'''' = f1 z4 + f2 (3 z2^2 + 4 z1 z3) + 6 f3 z1^2 z2 + f4 z1^4", () => {
    const terms = chainTerms(jetOf([derivative(4)], 1))[3]!;
    const found = terms.map(({ order, factor, parts }) => [order, factor, ...parts]);
    expect(found.sort()).toEqual([
      [2, 3, 2, 2],
      [2, 4, 1, 3],
      [3, 6, 1, 1, 2],
      [4, 1, 1, 1, 1, 1],
    ]);
  });
});

describe("derivatives of activations", () => {
  it.each(smoothActivations)("of %s follow from each other by central differences", (kind) => {
    for (const z of [-5.2, -1.3, -0.2, 0, 0.4, 1.7, 4.5]) {
      const f = activationDerivatives(kind, z, 5);
      const h = 1e-4;
      for (let k = 0; k < 5; k++) {
        const above = activationDerivatives(kind, z + h, 5)[k]!;
        const below = activationDerivatives(kind, z - h, 5)[k]!;
        const difference = (above - below) / (2 * h);
        expectClose([f[k + 1]!], [difference], {
          rtol: 2e-6,
          atol: 2e-6,
          what: `${kind} ${k} ${z}`,
        });
      }
    }
  });
});

const wanted: Readonly<Record<string, MultiIndex>> = {
  u: [0, 0],
  u_x: [1, 0],
  u_t: [0, 1],
  u_xx: [2, 0],
  u_xt: [1, 1],
  u_tt: [0, 2],
  u_xxx: [3, 0],
  u_xxxx: [4, 0],
};

onBothKernels(() =>
  describeOracles("jets against nested automatic differentiation in double precision", () => {
    for (const kind of ["tanh", "sin"] as const) {
      const oracle = new Oracle(`derivatives_${kind}_mlp`);
      const { shape } = network([2, 16, 16, 1], [[kind]]);
      const flat = (prefix: string): number[] =>
        ["W0", "b0", "W1", "b1", "W2", "b2"].flatMap((name) => [
          ...oracle.doubles(`${prefix}.${name}`),
        ]);
      const parameters = flat("param");
      const x = oracle.doubles("in.X");
      const count = x.length / 2;
      const at = [0, 1].map((k) => Float64Array.from({ length: count }, (_, p) => x[2 * p + k]!));

      it(`${kind}: the reference to 1e-9, up to the fourth order and mixed`, () => {
        const jet = jetOf(
          Object.values(wanted).map((index) => derivative(...index)),
          2,
        );
        for (let p = 0; p < count; p++) {
          const { outputs } = referenceJets(shape, parameters, jet, [at[0]![p]!, at[1]![p]!]);
          for (const [name, index] of Object.entries(wanted)) {
            const found = derivativeAt(outputs, jet, 0, index);
            expectClose([found], [oracle.doubles(`out.${name}`)[p]!], {
              rtol: 1e-9,
              atol: 1e-12,
              what: name,
            });
          }
        }
      });

      it.each([
        [32, 1e-3, 1e-4],
        [64, 1e-9, 1e-12],
      ] as const)(`${kind}: the kernels in %i bits`, (precision, rtol, atol) => {
        const jet = jetOf(
          Object.values(wanted).map((index) => derivative(...index)),
          2,
        );
        const { engine, pass } = prepare(shape, parameters, jet, precision);
        expect(pass.load(at, 0)).toBe(count);
        pass.forward();
        for (const [name, index] of Object.entries(wanted)) {
          const a = indexIn(jet, index);
          const found = pass.outputs[a]!.slice(0, count);
          expectClose(found, oracle.doubles(`out.${name}`), { rtol, atol, what: name });
        }
        expect(engine.parameterCount).toBe(parameters.length);
      });

      it.each([
        [32, 1e-3, 1e-5],
        [64, 1e-9, 1e-12],
      ] as const)(
        `${kind}: the gradient of a Burgers residual in %i bits`,
        (precision, rtol, atol) => {
          const jet = jetOf([derivative(0, 1), derivative(2, 0)], 2);
          const [u, ux, ut, uxx] = [0, 1, 2, 3];
          const { engine, pass } = prepare(shape, parameters, jet, precision);
          pass.load(at, 0);
          pass.forward();
          engine.clearGradient();
          let loss = 0;
          const { outputs: v, outputGradients: g } = pass;
          for (let p = 0; p < pass.block; p++) {
            if (p >= count) {
              g.forEach((one) => (one[p] = 0));
              continue;
            }
            const r = v[ut]![p]! + v[u]![p]! * v[ux]![p]! - 0.01 * v[uxx]![p]!;
            loss += (r * r) / count;
            const d = (2 * r) / count;
            g[u]![p] = d * v[ux]![p]!;
            g[ux]![p] = d * v[u]![p]!;
            g[ut]![p] = d;
            g[uxx]![p] = -0.01 * d;
          }
          pass.backward();
          expectClose([loss], oracle.doubles("out.burgers_loss_nu0.01"), {
            rtol,
            atol: 0,
            what: "loss",
          });
          expectClose(engine.gradient(), flat("grad"), { rtol, atol, what: "gradient" });
        },
      );
    }
  }),
);

const combinedOperator = [
  { index: [0, 2, 2], factor: 1 },
  { index: [3, 0, 1], factor: -0.3 },
  { index: [0, 0, 1], factor: 2 },
];
const jetOfThree = jetOf(
  [derivative(4, 0, 0), derivative(1, 1, 1), derivative(0, 0, 3), combinedOperator],
  3,
);

onBothKernels(() =>
  describe("the kernels against the reference", () => {
    const jet = jetOfThree;
    const scale = { middle: 0.25, half: 2 };
    const cases = [
      ...smoothActivations.map((kind) => [kind]),
      ["tanh", "sin"],
      ["silu", "tanh", "exp"],
    ] as const;

    it.each(cases.map((kinds) => [kinds.join(" of "), kinds] as const))(
      "%s: values and parameter gradients of a whole network with odd widths",
      (_, kinds) => {
        const { shape, parameters } = network([3, 5, 7, 2], [kinds], 3, scale);
        const at = points(3, 21);
        const rng = points(1, 21 * 2 * jet.length, 5)[0]!;
        const values: number[][] = Array.from({ length: 2 * jet.length }, () => []);
        const gradient = new Float64Array(parameters.length);
        for (let p = 0; p < 21; p++) {
          const one = referenceJets(
            shape,
            parameters,
            jet,
            at.map((column) => column[p]!),
          );
          one.outputs.flat().forEach((value, k) => values[k]!.push(value));
          const seeds = [0, 1].map((o) => jet.map((_, a) => rng[(o * jet.length + a) * 21 + p]!));
          one.gradient(seeds).forEach((value, k) => (gradient[k]! += value));
        }
        for (const [precision, rtol, atol] of [
          [64, 1e-10, 1e-10],
          [32, 1e-3, 2e-4],
        ] as const) {
          const { engine, pass } = prepare(shape, parameters, jet, precision, 16);
          engine.clearGradient();
          for (let from = 0; from < 21; from += pass.block) {
            const count = pass.load(at, from);
            pass.forward();
            pass.outputs.forEach((found, k) => {
              expectClose(found.slice(0, count), values[k]!.slice(from, from + count), {
                rtol,
                atol,
                what: `${k}`,
              });
            });
            pass.outputGradients.forEach((g, k) => {
              g.fill(0);
              for (let p = 0; p < count; p++) g[p] = rng[k * 21 + from + p]!;
            });
            pass.backward();
          }
          expectClose(engine.gradient(), gradient, { rtol, atol: atol * 10, what: "gradient" });
        }
      },
    );
  }),
);

describe("the reference", () => {
  const combined = combinedOperator;
  const jet = jetOfThree;
  it("a combination is the combination of its derivatives", () => {
    const { shape, parameters } = network([3, 6, 1], [["sin"]], 4);
    const all = combined.map(({ index }) => derivative(...index));
    const whole = jetOf(all, 3);
    const point = [0.2, 0.5, -0.7];
    const found = referenceJets(shape, parameters, jetOf([combined], 3), point).outputs[0]!.at(-1)!;
    const { outputs } = referenceJets(shape, parameters, whole, point);
    const sum = combined.reduce(
      (total, { index, factor }) => total + factor * derivativeAt(outputs, whole, 0, index),
      0,
    );
    expectClose([found], [sum], { rtol: 1e-12, atol: 0 });
  });

  it("the reference gradient agrees with central differences", () => {
    const { shape, parameters } = network([3, 4, 3, 1], [["softplus"], ["sin"]], 7);
    const point = [0.3, -0.4, 0.8];
    const seeds = [jet.map((_, a) => Math.sin(a + 1))];
    const loss = (at: Float64Array): number =>
      referenceJets(shape, at, jet, point).outputs[0]!.reduce(
        (sum, v, a) => sum + v * seeds[0]![a]!,
        0,
      );
    const found = referenceJets(shape, parameters, jet, point).gradient(seeds);
    const h = 1e-5;
    const wanted = parameters.map((_, k) => {
      const moved = (by: number): Float64Array => parameters.map((v, m) => (m === k ? v + by : v));
      return (loss(moved(h)) - loss(moved(-h))) / (2 * h);
    });
    expectClose(found, wanted, { rtol: 1e-6, atol: 1e-7 });
  });
});

function prepare(
  shape: NetworkShape,
  parameters: ArrayLike<number>,
  jet: readonly Operator[],
  precision: 32 | 64,
  block?: number,
): { engine: JetEngine; pass: JetPass } {
  const engine = new JetEngine(shape, parameters.length, precision);
  const pass = new JetPass(engine, jet, block);
  engine.setParameters(parameters);
  return { engine, pass };
}
