/** Random neurons for the tests of this folder, and numbers to run them on. */
import fc from "fast-check";
import type { NeuronIr, Scalar, SurrogateName } from "../../compiler/ir/ir.js";
import { bin, num, param, ref } from "./examples.js";
import type { ReferenceInput } from "./reference.js";
import type { Loop } from "./run.js";

type Fn = Scalar extends infer S ? (S extends { fn: infer F } ? F : never) : never;

export const call = (fn: Fn, ...args: Scalar[]): Scalar => ({ tag: "call", fn, args });

/** What formulas are made of. */
interface Vocabulary {
  readonly functions: readonly Fn[];
  readonly ofPositive: readonly Fn[];
  readonly exponents: readonly number[];
  readonly others: readonly ((part: Scalar) => Scalar)[];
  /** Into (-1, 1). */
  readonly squash: (part: Scalar) => Scalar;
}

/** Everything that the language has. */
export const EVERYTHING: Vocabulary = {
  functions: ["tanh", "sigmoid", "sin", "cos", "relu", "softplus", "abs"],
  ofPositive: ["log", "sqrt"],
  exponents: [-1, 0.5, 1.5, 2, 3],
  others: [(a) => call("exp", call("min", a, num(1))), (a) => call("clip", a, num(-1), num(1.5))],
  squash: (a) => call("tanh", a),
};
/** What processors have instructions for. */
export const ARITHMETIC: Vocabulary = {
  functions: ["relu", "abs"],
  ofPositive: ["sqrt"],
  exponents: [-1, 0.5, 2, 3],
  others: [],
  squash: (a) => bin(a, "/", bin(num(1), "+", call("abs", a))),
};

/** Formulas over the given names whose values stay moderate, so that no state explodes. */
function formulas(names: readonly string[], depth: number, has: Vocabulary): fc.Arbitrary<Scalar> {
  const leafs: fc.Arbitrary<Scalar> = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names).map(ref) },
    { weight: 1, arbitrary: fc.constantFrom(-1, 0, 0.3, 0.5, 1, 2).map(num) },
  );
  if (depth === 0) return leafs;
  const part = formulas(names, depth - 1, has);
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
        .tuple(positive, fc.constantFrom(...has.exponents))
        .map(([a, n]) => bin(a, "^", num(n))),
    },
    { weight: 1, arbitrary: part.map((operand): Scalar => ({ tag: "neg", operand })) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom(...has.functions), part).map(([fn, a]) => call(fn, a)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...has.ofPositive), positive)
        .map(([fn, a]) => call(fn, a)),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom("max", "min"), part, part)
        .map(([fn, a, b]) => call(fn as Fn, a, b)),
    },
    ...has.others.map((make) => ({ weight: 1, arbitrary: part.map(make) })),
  );
}

export const SURROGATES: readonly SurrogateName[] = [
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
export const neurons = (has: Vocabulary): fc.Arbitrary<NeuronIr> =>
  fc
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
      const bounded = formulas(all, 2, has).map((f) => bin(num(1.5), "*", has.squash(f)));
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
            fc
              .oneof(fc.constant(num(0)), formulas(params, 1, has))
              .map((initial) => ({ name, initial })),
          ),
        ),
        updates: fc.array(
          line.map((l) => ({ ...l, value: bin(bin(num(0.5), "*", ref(l.state)), "+", l.value) })),
          { minLength: 1, maxLength: 4 },
        ),
        spike: fc.option(
          fc.record({
            margin: fc.oneof(formulas(all, 1, has), fc.constant(bin(ref("v"), "-", num(0.4)))),
            inclusive: fc.boolean(),
            below: fc.option(formulas(all, 1, has), { nil: undefined }),
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
          above: fc.oneof(fc.constant(num(1)), formulas(all, 1, has)),
          below: fc.option(formulas(all, 1, has), { nil: undefined }),
          line: fc.constant(8),
        }),
        emits: fc.constant("graded" as const),
      });
    });

export const STEPS = 4;
export const CHANNELS = 2;
export const UNITS = 4;

export function numbersFor(neuron: NeuronIr, seed: number): ReferenceInput {
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

export function loopFor(neuron: NeuronIr, given: ReferenceInput): Loop {
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
