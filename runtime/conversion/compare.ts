/** All conversions of one chain side by side. */
import { calibrate, type Calibration } from "./calibrate.js";
import { chainValues, dense, activate, relativeError, steepest, type Chain } from "./chain.js";
import { quantisedOutputs } from "./quantised.js";
import {
  scaledBy,
  scaleOf,
  simulate,
  type ScaleOptions,
  type SpikingChain,
  type SpikingRule,
} from "./spiking.js";

/** A way to convert. */
export interface Design {
  readonly name: string;
  readonly rule: SpikingRule;
  readonly scale: ScaleOptions;
  /** Spikes in the readout, too, as the group's networks have. */
  readonly spikingReadout: boolean;
  readonly calibration: readonly Calibration[];
  /** Thresholds from the range of a layer's values, or that times the best of `thresholdGrid`, layer by layer. */
  readonly thresholds: "range" | "grid";
  /** Ratio and margin to choose from on the calibration inputs; only for radix. */
  readonly radices: readonly { readonly ratio: number; readonly margin: number }[];
}

const group: ScaleOptions = { per: "layer", centred: false, percentile: 1, levels: 1 };
const own: ScaleOptions = { per: "neuron", centred: true, percentile: 1, levels: 1 };

/** The group's method, the reference's activation on the mean, and our designs. */
export const designs: readonly Design[] = [
  design("two thresholds (Zhang et al.)", "two-threshold", group, [], true),
  design("two thresholds, bias and potential", "two-threshold", group, ["bias", "potential"], true),
  design("two thresholds, weights and bias", "two-threshold", group, ["weights", "bias"], false),
  onGrid(
    design(
      "two thresholds on a grid, bias and potential",
      "two-threshold",
      group,
      ["bias", "potential"],
      true,
    ),
  ),
  design("activation on the mean", "on-mean", group, []),
  onGrid(design("activation on the mean, thresholds on a grid", "on-mean", group, [])),
  design("activation on the mean, weights", "on-mean", group, ["weights"]),
  design("centred per neuron (ours)", "on-mean", own, []),
  onGrid(design("centred per neuron on a grid (ours)", "on-mean", own, [])),
  design("centred per neuron, weights (ours)", "on-mean", own, ["weights"]),
  onGrid(design("centred per neuron on a grid, weights (ours)", "on-mean", own, ["weights"])),
  design("7 levels, centred per neuron, weights (ours)", "on-mean", { ...own, levels: 3 }, [
    "weights",
  ]),
  design("radix, centred per neuron (ours)", "radix", own, []),
  design("radix, centred per neuron, weights (ours)", "radix", own, ["weights"]),
];

function design(
  name: string,
  rule: SpikingRule,
  scale: ScaleOptions,
  calibration: readonly Calibration[],
  spikingReadout = false,
): Design {
  const radices =
    rule === "radix"
      ? [1.2, 1.35, 1.5, 1.7, 2].flatMap((ratio) =>
          [1.5, 2.5, 4].map((margin) => ({ ratio, margin })),
        )
      : [{ ratio: 1, margin: 1 }];
  return { name, rule, scale, calibration, spikingReadout, radices, thresholds: "range" };
}

function onGrid(one: Design): Design {
  return { ...one, thresholds: "grid" };
}

/** Shares of the range that a threshold may be, as Li et al. (2021) search them; ours may exceed the range. */
export const thresholdGrid: readonly number[] = [0.2, 0.35, 0.5, 0.7, 0.85, 1, 1.1, 1.25];
/** Inputs that thresholds and radices are chosen on. */
const CHOOSING_ROWS = 96;

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

/** The spiking chain of a design for T steps, calibrated. */
export function convertChain(
  chain: Chain,
  design: Design,
  steps: number,
  calibration: Float64Array,
): SpikingChain {
  const { after } = chainValues(chain, calibration);
  const layers = chain.map((layer, k) => {
    const isReadout = layer.activation === undefined;
    const scale =
      isReadout && !design.spikingReadout
        ? undefined
        : scaleOf(after[k]!, layer.outputs, design.scale);
    return { ...layer, scale, potential: undefined };
  });
  const plain = design.radices.map(({ ratio, margin }): SpikingChain => {
    return { rule: design.rule, layers, steps, levels: design.scale.levels, ratio, margin };
  });
  // Chosen before calibration, on a part of the inputs.
  const { inputs } = chain[0]!;
  const some = calibration.slice(0, CHOOSING_ROWS * inputs);
  const goal = chainValues(chain, some).after.at(-1)!;
  const errors = plain.map((one) =>
    plain.length === 1 ? 0 : relativeError(simulate(one, some).means.at(-1)!, goal),
  );
  let best = plain[errors.indexOf(Math.min(...errors))]!;
  if (design.thresholds === "grid") best = withBestThresholds(best, chain, some);
  return calibrate(best, chain, calibration, design.calibration);
}

/** Layer by layer, the share of the range with which the spikes mean most nearly what the layer gives. */
function withBestThresholds(
  spiking: SpikingChain,
  chain: Chain,
  inputs: Float64Array,
): SpikingChain {
  const wanted = chainValues(chain, inputs).after;
  const layers = [...spiking.layers];
  for (const [k, layer] of layers.entries()) {
    const { scale } = layer;
    if (scale === undefined) continue;
    const tried = thresholdGrid.map((share) => ({ ...layer, scale: scaledBy(scale, share) }));
    const errors = tried.map((one) => {
      const prefix = { ...spiking, layers: [...layers.slice(0, k), one] };
      return relativeError(simulate(prefix, inputs).means[k]!, wanted[k]!);
    });
    layers[k] = tried[errors.indexOf(Math.min(...errors))]!;
  }
  return { ...spiking, layers };
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
  readonly againstNetwork: number;
  readonly againstExact: number | undefined;
}

/** The rival, for some numbers of bits. */
export function judgeQuantised(
  chain: Chain,
  { calibration, test, exact, field = (outputs) => outputs }: Samples,
  bits: readonly number[],
): readonly QuantisedRow[] {
  const wanted = chainValues(chain, test).after.at(-1)!;
  return bits.map((one) => {
    const found = quantisedOutputs(chain, calibration, test, one);
    return {
      bits: one,
      againstNetwork: relativeError(field(found), field(wanted)),
      againstExact: exact && relativeError(field(found), exact),
    };
  });
}
