/** Errors, local errors and their bound, rates and energy of a conversion; and of its rival with few bits. */
import { activate, chainValues, dense, relativeError, steepest, type Chain } from "./chain.js";
import { quantisedOutputs } from "./quantised.js";
import { simulate } from "./simulate.js";
import type { SpikingChain } from "./spiking.js";

export interface ConversionRow {
  readonly design: string;
  readonly steps: number;
  /** Against the network, and against the exact values where there are any. */
  readonly againstNetwork: number;
  readonly againstExact: number | undefined;
  /** Spikes per neuron and step, by layer. */
  readonly rates: readonly number[];
  /** Additions of a weight row per multiply-accumulate of the network: rate times T, weighed by fan-out. */
  readonly rateTimesSteps: number;
  /** Energy over that of the network in 32 bits, at 0.9 pJ per addition and 4.6 pJ per multiply-accumulate. */
  readonly energy: number;
  /** Local error of each layer, and the bound on the error of the output that they imply (root mean squares). */
  readonly localErrors: readonly number[];
  readonly bound: number;
  readonly error: number;
}

/** Horowitz (ISSCC 2014), 45 nm, 32-bit floats. */
const ADD = 0.9;
const MAC = 4.6;

export interface Samples {
  readonly calibration: Float64Array;
  readonly test: Float64Array;
  readonly exact: Float64Array | undefined;
  /** What is compared, out of the outputs at the test inputs; the outputs themselves without it. */
  readonly field?: ((outputs: Float64Array) => Float64Array) | undefined;
}

/** One row of the table. */
export function judgeConversion(
  chain: Chain,
  spiking: SpikingChain,
  name: string,
  { test, exact, field = (outputs) => outputs }: Samples,
): ConversionRow {
  const wanted = chainValues(chain, test).after.at(-1)!;
  const { means, emissions } = simulate(spiking, test);
  const found = means.at(-1)!;
  const { steps } = spiking;
  let additions = 0;
  let products = 0;
  chain.slice(1).forEach((layer, k) => {
    additions += emissions[k]! * layer.inputs * layer.outputs;
    products += layer.inputs * layer.outputs;
  });
  const first = chain[0]!.inputs * chain[0]!.outputs;
  const rows = test.length / chain[0]!.inputs;
  const { localErrors, bound } = errorBound(chain, spiking, test, means);
  const square = found.reduce((sum, value, k) => sum + (value - wanted[k]!) ** 2, 0);
  return {
    design: name,
    steps,
    againstNetwork: relativeError(field(found), field(wanted)),
    againstExact: exact && relativeError(field(found), exact),
    rates: emissions.slice(0, spiking.layers.length - 1).map((count) => count / steps),
    rateTimesSteps: products > 0 ? additions / products : 0,
    energy: (additions * ADD + first * MAC) / ((products + first) * MAC),
    localErrors,
    bound,
    error: Math.sqrt(square / rows),
  };
}

/**
 * The error of a layer on the inputs that it really gets, and the sum of these, each times the norms of the weights
 * and the slopes of the activations after it: a bound on the error of the output (Li et al. 2021, theorem 1, for any
 * activation with a bounded slope). Calibration of weights and bias counts as an error of its layer.
 */
function errorBound(
  chain: Chain,
  spiking: SpikingChain,
  x: Float64Array,
  means: readonly Float64Array[],
): { localErrors: number[]; bound: number } {
  const rows = x.length / chain[0]!.inputs;
  let bound = 0;
  const localErrors = chain.map((layer, k) => {
    const input = k === 0 ? x : means[k - 1]!;
    const { activation } = layer;
    let square = 0;
    dense(input, layer).forEach((z, at) => {
      const value = activation === undefined ? z : activate(activation, z);
      square += (means[k]![at]! - value) ** 2;
    });
    const error = Math.sqrt(square / rows);
    // |e_k| <= |local_k| + slope_k |W_k| |e_(k-1)|
    const slope = activation === undefined ? 1 : steepest[activation];
    bound = error + slope * spectralNorm(layer.weight, layer.inputs, layer.outputs) * bound;
    return error;
  });
  return { localErrors, bound };
}

/** Largest singular value, by power iteration; rounded up by its last change. */
function spectralNorm(weight: Float64Array, inputs: number, outputs: number): number {
  let v = new Float64Array(outputs)
    .fill(1 / Math.sqrt(outputs))
    .map((one, k) => one * (1 + 0.01 * k));
  let norm = 0;
  for (let round = 0; round < 200; round++) {
    const u = new Float64Array(inputs);
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) u[i]! += weight[i * outputs + o]! * v[o]!;
    }
    const next = new Float64Array(outputs);
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) next[o]! += weight[i * outputs + o]! * u[i]!;
    }
    const size = Math.hypot(...next);
    if (!(size > 0)) return 0;
    norm = Math.sqrt(size / Math.max(Math.hypot(...v), 1e-300));
    v = next.map((one) => one / size);
  }
  return norm * (1 + 1e-6);
}

export interface QuantisedRow {
  readonly bits: number;
  /** Weights and activations in these bits; or activations alone, by neuron, as digits are. */
  readonly rounded?: "all" | "activations";
  readonly againstNetwork: number;
  readonly againstExact: number | undefined;
}

/** The rivals, for some numbers of bits. */
export function judgeQuantised(
  chain: Chain,
  { calibration, test, exact, field = (outputs) => outputs }: Samples,
  bits: readonly number[],
): readonly QuantisedRow[] {
  const wanted = chainValues(chain, test).after.at(-1)!;
  return (["all", "activations"] as const).flatMap((rounded) =>
    bits.map((one): QuantisedRow => {
      const rounding =
        rounded === "all"
          ? ({ bits: one, weights: true, per: "layer" } as const)
          : ({ bits: one, weights: false, per: "neuron" } as const);
      const found = quantisedOutputs(chain, calibration, test, rounding);
      return {
        ...{ bits: one, rounded },
        againstNetwork: relativeError(field(found), field(wanted)),
        againstExact: exact && relativeError(field(found), exact),
      };
    }),
  );
}
