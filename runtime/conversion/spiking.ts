/**
 * Spiking neurons for a chain, run for T steps. Every step a layer sees the spikes of the layer before it in the
 * same step; the first layer sees the real input. The readout averages its input and emits nothing, unless asked.
 */
import { activate, dense, type ChainLayer } from "./chain.js";

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
 *
 * The last is ours: weighted spikes (phase coding of Kim et al. 2018, radix encoding of Wang et al. 2022) with signed
 * digits, and every layer correcting its earlier digits as its input becomes exact. The error falls with ratio^-T
 * instead of 1/T. A neuron multiplies its potential by the ratio once per step; spikes still only add.
 */
export type SpikingRule = "two-threshold" | "on-mean" | "radix";

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

export interface Simulation {
  /** Mean over the steps of what each layer gave to the next: [rows, outputs]. */
  readonly means: readonly Float64Array[];
  /** Additions over rows of weights that each layer caused, per neuron and row: rate times T. */
  readonly emissions: readonly number[];
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

/** Runs a chain for its steps. */
export function simulate(chain: SpikingChain, x: Float64Array): Simulation {
  const { layers, steps } = chain;
  const rows = x.length / layers[0]!.inputs;
  const constant = dense(x, layers[0]!);
  const states = layers.map((layer, k) => new LayerState(layer, rows, chain, layers[k - 1]?.scale));
  for (let t = 1; t <= steps; t++) {
    let spikes: Float64Array | undefined;
    for (const state of states) state.begin(t);
    for (const [k, state] of states.entries()) {
      spikes = k === 0 ? state.step(constant, undefined, t) : state.step(undefined, spikes, t);
    }
  }
  return {
    means: states.map((state) => state.mean(steps)),
    emissions: states.map((state) => state.emissions / (rows * state.width)),
  };
}

class LayerState {
  emissions = 0;
  readonly width: number;
  /** What a spike of this step counts. */
  private weight = 1;
  private t = 0;
  private readonly input: Float64Array;
  private readonly emitted: Float64Array;
  private readonly out: Float64Array;
  private readonly bias: Float64Array;

  constructor(
    private readonly layer: SpikingLayer,
    private readonly rows: number,
    private readonly chain: SpikingChain,
    before: NeuronScale | undefined,
  ) {
    this.width = layer.outputs;
    const size = rows * layer.outputs;
    this.input = new Float64Array(size);
    this.emitted = new Float64Array(size);
    this.out = new Float64Array(size);
    // What silent neurons of the layer before mean is a constant.
    this.bias = layer.bias.slice();
    if (before !== undefined && chain.rule !== "two-threshold") {
      before.centre.forEach((centre, i) => {
        for (let o = 0; o < layer.outputs; o++) {
          this.bias[o]! += centre * layer.weight[i * layer.outputs + o]!;
        }
      });
    }
    const { potential } = layer;
    if (potential !== undefined) {
      for (let k = 0; k < size; k++) this.input[k] = potential[k % this.width]!;
    }
  }

  /** Starts a step. */
  begin(t: number): void {
    this.t = t;
    this.weight = this.chain.ratio ** (1 - t);
  }

  /** One step: takes in the real input of the first layer, or spikes, and emits. */
  step(
    constant: Float64Array | undefined,
    spikes: Float64Array | undefined,
    t: number,
  ): Float64Array {
    const { input, layer, width, rows } = this;
    // A radix neuron adds up digits: what is constant comes once.
    const isRadix = this.chain.rule === "radix";
    const adds = !isRadix || this.t === 1;
    if (constant !== undefined) {
      if (adds) for (let k = 0; k < input.length; k++) input[k]! += constant[k]!;
    } else if (spikes !== undefined) {
      for (let row = 0; row < rows; row++) {
        const to = input.subarray(row * width, (row + 1) * width);
        if (adds) for (let o = 0; o < width; o++) to[o]! += this.bias[o]!;
        for (let i = 0; i < layer.inputs; i++) {
          const value = spikes[row * layer.inputs + i]!;
          if (value === 0) continue;
          for (let o = 0; o < width; o++) to[o]! += value * layer.weight[i * width + o]!;
        }
      }
    }
    const { scale, activation } = layer;
    if (scale === undefined) return input;
    if (this.chain.rule === "two-threshold") this.emitTwoThreshold(scale);
    else if (isRadix) this.emitDigits(scale, activation);
    else this.emitOnMean(scale, activation, t);
    return this.out;
  }

  /** Zhang et al.: the potential gains the middle of the thresholds over T at every step, and loses what it emits. */
  private emitTwoThreshold({ high, low }: NeuronScale): void {
    const { input, out, emitted, width } = this;
    const { steps } = this.chain;
    for (let k = 0; k < input.length; k++) {
      const o = k % width;
      const up = high[o]!;
      const down = low[o]!;
      input[k]! += (up + down) / (2 * steps);
      const spike = up > 0 && input[k]! >= up ? up : down < 0 && input[k]! <= down ? down : 0;
      input[k]! -= spike;
      out[k] = spike;
      emitted[k]! += spike;
      if (spike !== 0) this.emissions += 1;
    }
  }

  /** Emits what brings the sum of all emissions nearest to t f(mean of the input so far). */
  private emitOnMean(
    { centre, step }: NeuronScale,
    activation: ChainLayer["activation"],
    t: number,
  ): void {
    const { input, out, emitted, width } = this;
    const { levels } = this.chain;
    for (let k = 0; k < input.length; k++) {
      const o = k % width;
      const mean = input[k]! / t;
      const value = activation === undefined ? mean : activate(activation, mean);
      const wanted = t * (value - centre[o]!) - emitted[k]!;
      const count = Math.max(-levels, Math.min(levels, Math.round(wanted / step[o]!)));
      out[k] = count * step[o]!;
      emitted[k]! += out[k]!;
      this.emissions += Math.abs(count);
    }
  }

  /** Emits the digit that brings the sum of all digits nearest to f(input so far). */
  private emitDigits({ centre, step }: NeuronScale, activation: ChainLayer["activation"]): void {
    const { input, out, emitted, width, weight } = this;
    const { levels, ratio, steps, margin } = this.chain;
    const reach = margin / totalWeight(ratio, steps);
    for (let k = 0; k < input.length; k++) {
      const o = k % width;
      const value = activation === undefined ? input[k]! : activate(activation, input[k]!);
      const digit = weight * reach * step[o]!;
      const count = Math.round((value - centre[o]! - emitted[k]!) / digit);
      const kept = Math.max(-levels, Math.min(levels, count));
      out[k] = kept * digit;
      emitted[k]! += out[k]!;
      this.emissions += Math.abs(kept);
    }
  }

  /** What the layer stands for after all steps. */
  mean(steps: number): Float64Array {
    const { scale } = this.layer;
    const { rule } = this.chain;
    const count = rule === "radix" ? 1 : steps;
    if (scale === undefined) return this.input.map((value) => value / count);
    const isCentred = rule !== "two-threshold";
    return this.emitted.map((value, k) => {
      return value / count + (isCentred ? scale.centre[k % this.width]! : 0);
    });
  }
}
