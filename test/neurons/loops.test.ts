/** The generated loops against a tape written for this test, on many random neurons. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NeuronIr } from "../../compiler/ir/ir.js";
import { bin, lif, num, param, ref } from "./examples.js";
import { call, EVERYTHING, loopFor, neurons, numbersFor, SURROGATES, UNITS } from "./random.js";
import { reference } from "./reference.js";
import type { ReferenceInput } from "./reference.js";
import { compileLoops } from "./run.js";
import type { Loops } from "./run.js";

function near(
  actual: ArrayLike<number>,
  expected: readonly number[],
  what: string,
  text: string,
): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, k) => {
    const tolerance = 1e-5 * (1 + Math.abs(value));
    if (!(Math.abs(actual[k] - value) <= tolerance)) {
      expect.fail(`${what}[${k}] is ${actual[k]}, the tape says ${value}\n${text}`);
    }
  });
}

function check(neuron: NeuronIr, loops: Loops, seed: number): void {
  const given = numbersFor(neuron, seed);
  const expected = reference(neuron, given);
  const gradients = [...expected.inputGradients.flat(2), ...expected.paramGradients.flat()];
  fc.pre(gradients.every((g) => Number.isFinite(g) && Math.abs(g) < 1e5));
  fc.pre(expected.nearest > 1e-6 || neuron.spike === undefined);
  const loop = loopFor(neuron, given);
  const count = loops.forward(loop);
  loops.backward(loop);
  near(loop.output, expected.output.flat(), "output", loops.text);
  expect(count, loops.text).toBe(expected.spikes.flat().filter((spike) => spike !== 0).length);
  expected.inputGradients.forEach((g, k) =>
    near(loop.inputGradients[k], g.flat(), `input ${k}`, loops.text),
  );
  expected.paramGradients.forEach((g, k) => {
    if (neuron.params[k].learn) near(loop.parameterGradients[k], g, `parameter ${k}`, loops.text);
    else expect([...loop.parameterGradients[k]].every((value) => value === 0)).toBe(true);
  });
}

describe("generated loops", () => {
  it("equal the tape on random neurons, values and gradients", () => {
    fc.assert(
      fc.property(neurons(EVERYTHING), fc.integer({ min: 0, max: 1 << 30 }), (neuron, seed) => {
        check(neuron, compileLoops(neuron), seed);
      }),
      { numRuns: 400 },
    );
  });

  it("equal the tape on LIF with every surrogate, detached or not", () => {
    for (const name of SURROGATES) {
      for (const detached of [false, true]) {
        const base = lif();
        const custom = name === "custom";
        const neuron = lif({
          params: [param("beta", true, "channel"), param("threshold", true, "shared")],
          spike: base.spike && {
            ...base.spike,
            margin: bin(ref("v"), "-", bin(ref("threshold"), "*", ref("threshold"))),
            surrogate: {
              name,
              args: [2],
              variable: custom ? "u" : undefined,
              derivative: custom ? bin(num(1), "-", ref("u")) : undefined,
            },
          },
          resets: [{ state: "v", value: bin(ref("v"), "-", ref("threshold")), detached, line: 5 }],
        });
        const loops = compileLoops(neuron);
        for (let seed = 0; seed < 20; seed++) check(neuron, loops, seed);
      }
    }
  });

  it("equal finite differences where nothing jumps", () => {
    const smooth = lif({
      inputs: ["input", "gain"],
      params: [param("beta", true, "channel"), param("threshold", true, "shared")],
      states: [
        { name: "v", initial: bin(ref("threshold"), "*", ref("beta")) },
        { name: "a", initial: num(0) },
      ],
      updates: [
        {
          state: "v",
          value: bin(
            bin(call("sigmoid", ref("beta")), "*", ref("v")),
            "+",
            call("tanh", bin(ref("input"), "*", ref("gain"))),
          ),
          detached: false,
          line: 3,
        },
        {
          state: "a",
          value: bin(bin(num(0.5), "*", ref("a")), "+", bin(ref("v"), "^", num(2))),
          detached: false,
          line: 4,
        },
      ],
      spike: undefined,
      resets: [],
      emit: {
        above: bin(call("softplus", ref("v")), "/", bin(num(1), "+", call("exp", ref("a")))),
        below: undefined,
        line: 6,
      },
      emits: "real",
    });
    const loops = compileLoops(smooth);
    const given = numbersFor(smooth, 7);
    const loss = (inputs: ReferenceInput): number => {
      const loop = loopFor(smooth, inputs);
      loops.forward(loop);
      return [...loop.output].reduce((sum, y, k) => sum + y * loop.outputGradient[k], 0);
    };
    const loop = loopFor(smooth, given);
    loops.forward(loop);
    loops.backward(loop);
    const h = 1e-2;
    given.params.forEach((values, p) =>
      values.forEach((value, c) => {
        const moved = (by: number): ReferenceInput => ({
          ...given,
          params: given.params.map((v, k) =>
            k === p ? v.map((x, d) => (d === c ? value + by : x)) : v,
          ),
        });
        const slope = (loss(moved(h)) - loss(moved(-h))) / (2 * h);
        expect(loop.parameterGradients[p][c]).toBeCloseTo(slope, 2);
      }),
    );
    given.inputs.forEach((slices, k) =>
      slices.forEach((slice, t) =>
        slice.forEach((value, m) => {
          const moved = (by: number): ReferenceInput => ({
            ...given,
            inputs: given.inputs.map((s, i) =>
              i === k
                ? s.map((row, u) => (u === t ? row.map((x, j) => (j === m ? value + by : x)) : row))
                : s,
            ),
          });
          const slope = (loss(moved(h)) - loss(moved(-h))) / (2 * h);
          expect(loop.inputGradients[k][t * UNITS + m]).toBeCloseTo(slope, 2);
        }),
      ),
    );
  });
});
