/** The generated loops against a tape written for this test, on many random neurons. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NeuronIr, Scalar, SurrogateName } from "../../compiler/ir/ir.js";
import { bin, lif, num, param, ref } from "./examples.js";
import { reference } from "./reference.js";
import type { ReferenceInput } from "./reference.js";
import { compileLoops } from "./run.js";
import type { Loop, Loops } from "./run.js";

const call = (
  fn: Scalar extends infer S ? (S extends { fn: infer F } ? F : never) : never,
  ...args: Scalar[]
): Scalar => ({ tag: "call", fn, args });

/** Formulas over the given names whose values stay moderate, so that no state explodes. */
function formulas(names: readonly string[], depth: number): fc.Arbitrary<Scalar> {
  const leafs: fc.Arbitrary<Scalar> = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names).map(ref) },
    { weight: 1, arbitrary: fc.constantFrom(-1, 0, 0.3, 0.5, 1, 2).map(num) },
  );
  if (depth === 0) return leafs;
  const part = formulas(names, depth - 1);
  const positive = part.map((a) => bin(call("abs", a), "+", num(0.5)));
  return fc.oneof(
    { weight: 2, arbitrary: leafs },
    {
      weight: 6,
      arbitrary: fc
        .tuple(part, fc.constantFrom("+", "-", "*"), part)
        .map(([a, op, b]) => bin(a, op as "+", b)),
    },
    { weight: 1, arbitrary: fc.tuple(part, positive).map(([a, b]) => bin(a, "/", b)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(positive, fc.constantFrom(-1, 0.5, 1.5, 2, 3))
        .map(([a, n]) => bin(a, "^", num(n))),
    },
    { weight: 1, arbitrary: part.map((operand): Scalar => ({ tag: "neg", operand })) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom("tanh", "sigmoid", "sin", "cos", "relu", "softplus", "abs"), part)
        .map(([fn, a]) => call(fn as "tanh", a)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("log", "sqrt"), positive)
        .map(([fn, a]) => call(fn as "log", a)),
    },
    { weight: 1, arbitrary: part.map((a) => call("exp", call("min", a, num(1)))) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom("max", "min"), part, part)
        .map(([fn, a, b]) => call(fn as "max", a, b)),
    },
    { weight: 1, arbitrary: part.map((a) => call("clip", a, num(-1), num(1.5))) },
  );
}

const SURROGATES: readonly SurrogateName[] = [
  "atan",
  "sigmoid",
  "fast_sigmoid",
  "triangle",
  "super",
  "piecewise",
  "straight_through",
  "custom",
];

/** Neurons with 1-3 states, 1-2 inputs, every surrogate, one or two sides. */
const neurons: fc.Arbitrary<NeuronIr> = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 2 }),
    fc.integer({ min: 1, max: 3 }),
  )
  .chain(([stateCount, inputCount, paramCount]) => {
    const states = ["v", "step", "m"].slice(0, stateCount);
    const inputs = ["input", "output"].slice(0, inputCount);
    const params = ["beta", "threshold", "class"].slice(0, paramCount);
    const all = [...states, ...inputs, ...params];
    const bounded = formulas(all, 2).map((f) => bin(num(1.5), "*", call("tanh", f)));
    const line = fc.record({
      state: fc.constantFrom(...states),
      value: bounded,
      detached: fc.boolean(),
      line: fc.integer({ min: 1, max: 9 }),
    });
    return fc.record({
      tag: fc.constant("neuron" as const),
      name: fc.constant("Random"),
      doc: fc.constant(undefined),
      origin: fc.constant({ file: "t.sgnn", line: 1, span: { start: 0, end: 0 } }),
      inputs: fc.constant(inputs),
      params: fc.tuple(
        ...params.map((name) =>
          fc
            .tuple(fc.boolean(), fc.boolean())
            .map(([learn, shared]) => param(name, learn, shared ? "shared" : "channel")),
        ),
      ),
      states: fc.tuple(
        ...states.map((name) =>
          fc.oneof(fc.constant(num(0)), formulas(params, 1)).map((initial) => ({ name, initial })),
        ),
      ),
      updates: fc.array(
        line.map((l) => ({ ...l, value: bin(bin(num(0.5), "*", ref(l.state)), "+", l.value) })),
        { minLength: 1, maxLength: 4 },
      ),
      spike: fc.option(
        fc.record({
          margin: fc.oneof(formulas(all, 1), fc.constant(bin(ref("v"), "-", num(0.4)))),
          inclusive: fc.boolean(),
          below: fc.option(formulas(all, 1), { nil: undefined }),
          surrogate: fc
            .tuple(fc.constantFrom(...SURROGATES), fc.constantFrom(0.5, 1, 2, 3))
            .map(([name, p]) => ({
              name,
              args: [p],
              variable: name === "custom" ? "u" : undefined,
              derivative:
                name === "custom"
                  ? bin(num(1), "/", bin(num(1), "+", bin(ref("u"), "^", num(2))))
                  : undefined,
            })),
          line: fc.constant(3),
        }),
        { nil: undefined },
      ),
      resets: fc.array(line, { maxLength: 3 }),
      emit: fc.record({
        above: fc.oneof(fc.constant(num(1)), formulas(all, 1)),
        below: fc.option(formulas(all, 1), { nil: undefined }),
        line: fc.constant(8),
      }),
      emits: fc.constant("graded" as const),
    });
  });

const STEPS = 4;
const CHANNELS = 2;
const UNITS = 4;

function numbersFor(neuron: NeuronIr, seed: number): ReferenceInput {
  let state = seed >>> 0;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.fround((state / 2 ** 32) * 2 - 1);
  };
  const slices = (count: number): number[][] =>
    Array.from({ length: count }, () => Array.from({ length: UNITS }, draw));
  return {
    steps: STEPS,
    units: UNITS,
    channels: CHANNELS,
    inputs: neuron.inputs.map((_, k) => slices((seed + k) % 3 === 0 ? 1 : STEPS)),
    params: neuron.params.map((p) =>
      Array.from({ length: p.per === "shared" ? 1 : CHANNELS }, draw),
    ),
    outputGradient: slices(STEPS),
    spikesGradient: draw(),
  };
}

function loopFor(neuron: NeuronIr, given: ReferenceInput): Loop {
  const flat = (slices: readonly (readonly number[])[]): Float32Array =>
    Float32Array.from(slices.flat());
  return {
    steps: STEPS,
    units: UNITS,
    channels: CHANNELS,
    inputs: given.inputs.map(flat),
    inputStride: given.inputs.map((slices) => (slices.length === 1 ? 0 : UNITS)),
    parameters: given.params.map((values) => Float32Array.from(values)),
    parameterStride: neuron.params.map((p) => (p.per === "shared" ? 0 : 1)),
    output: new Float32Array(STEPS * UNITS).fill(NaN),
    trace: neuron.states.map(() => new Float32Array((STEPS + 1) * UNITS).fill(NaN)),
    outputGradient: flat(given.outputGradient),
    spikesGradient: given.spikesGradient,
    inputGradients: given.inputs.map((slices) => new Float32Array(slices.length * UNITS)),
    parameterGradients: given.params.map((values) => new Float64Array(values.length)),
  };
}

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
      fc.property(neurons, fc.integer({ min: 0, max: 1 << 30 }), (neuron, seed) => {
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
