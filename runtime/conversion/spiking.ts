/** Spiking neurons for a chain: their rules, and the sizes of their spikes. `simulate.ts` runs them. */
import type { ChainLayer } from "./chain.js";

/** Spikes of one neuron have one size, so that it folds into the weights of the next layer. */
export interface NeuronScale {
  /** What a silent neuron means; folds into the bias of the next layer. */
  readonly centre: Float64Array;
  /** Size of a spike (activation on the mean). */
  readonly step: Float64Array;
  /** Emitted values of the two-threshold neuron. */
  readonly high: Float64Array;
  readonly low: Float64Array;
}

/**
 * two-threshold  the group's neuron: clips instead of the activation
 * on-mean        all spikes count the same; their mean follows the activation of the mean input
 * radix          a spike of step t counts ratio^(1 - t), as digits of a number do; their sum follows the activation
 *                of the sum of the inputs so far
 * digits         radix 2, layer after layer: a layer starts when the one before has ended, so it sends the digits of
 *                its final value. Thresholds halve with every step and are such that no two spikes follow one another:
 *                a third of the steps has one. T steps say as much as T + 0.4 bits, and no more.
 *
 * radix and digits are weighted spikes (phase coding of Kim et al. 2018, few-spike neurons of Stockl and Maass 2021,
 * radix encoding of Wang et al. 2022); ours are the signed digits, and in radix that every layer corrects its earlier
 * digits as its input becomes exact. The error falls with ratio^-T instead of 1/T. A neuron multiplies its potential
 * by the ratio once per step; spikes still only add. digits takes T steps for each layer, the others T in all.
 */
export type SpikingRule = "two-threshold" | "on-mean" | "radix" | "digits";

export interface SpikingLayer extends ChainLayer {
  /** Undefined for a readout without spikes. */
  readonly scale: NeuronScale | undefined;
  /** Added to the potential before the first step; empty for none. */
  readonly potential: Float64Array | undefined;
}

export interface SpikingChain {
  readonly rule: SpikingRule;
  readonly layers: readonly SpikingLayer[];
  readonly steps: number;
  /** Most steps a neuron may emit at once, up or down: 1 for ternary spikes. */
  readonly levels: number;
  /** Of the weights of spikes at one step and the next; 1 but for radix. */
  readonly ratio: number;
  /** A radix neuron reaches this many times its range, so that late corrections fit in. */
  readonly margin: number;
}

/** Sum of the weights of the spikes of T steps, over which a radix neuron must reach its range. */
export function totalWeight(ratio: number, steps: number): number {
  return ratio === 1 ? steps : (1 - ratio ** -steps) / (1 - 1 / ratio);
}

/** The largest whole number that `steps` signed digits can say when no two of them follow one another: 1, 2, 5, 10, 21, .. */
export function largestOfDigits(steps: number): number {
  return Math.floor(2 ** (steps + 1) / 3);
}

/** Where the thresholds of a layer come from: its outputs `values` on calibration inputs. */
export interface ScaleOptions {
  /** One scale for a layer, or one for each neuron. */
  readonly per: "layer" | "neuron";
  /** Spikes tell the distance from the middle of the range rather than from 0. */
  readonly centred: boolean;
  /** Share of the values inside the range; 1 for all. */
  readonly percentile: number;
  readonly levels: number;
}

export function scaleOf(values: Float64Array, width: number, options: ScaleOptions): NeuronScale {
  const { per, centred, percentile, levels } = options;
  const high = new Float64Array(width);
  const low = new Float64Array(width);
  const columns = Array.from({ length: width }, (_, o) =>
    values.filter((_value, k) => k % width === o).sort(),
  );
  const outside = (1 - percentile) / 2;
  columns.forEach((column, o) => {
    const at = (share: number): number =>
      column[Math.min(column.length - 1, Math.max(0, Math.round(share * (column.length - 1))))]!;
    high[o] = at(1 - outside);
    low[o] = at(outside);
  });
  if (per === "layer") {
    high.fill(Math.max(...high));
    low.fill(Math.min(...low));
  }
  const centre = high.map((value, o) => (centred ? (value + low[o]!) / 2 : 0));
  const step = high.map((value, o) => {
    const reach = Math.max(Math.abs(value - centre[o]!), Math.abs(low[o]! - centre[o]!));
    return Math.max(reach, 1e-9) / levels;
  });
  return { centre, step, high, low };
}

/** The same centre with other thresholds. */
export function scaledBy({ centre, step, high, low }: NeuronScale, share: number): NeuronScale {
  const times = (values: Float64Array): Float64Array => values.map((value) => share * value);
  return { centre, step: times(step), high: times(high), low: times(low) };
}
