/**
 * Runs a spiking chain for T steps. Every step a layer sees the spikes of the layer before it in the same step (with
 * digits: of the same step of that layer's own time); the first layer sees the real input. The readout averages its
 * input and emits nothing, unless asked.
 */
import { activate, dense, type ChainLayer } from "./chain.js";
import {
  largestOfDigits,
  totalWeight,
  type NeuronScale,
  type SpikingChain,
  type SpikingLayer,
} from "./spiking.js";

export interface Simulation {
  /** What each layer meant to the next, after all steps: [rows, outputs]. */
  readonly means: readonly Float64Array[];
  /** Additions over rows of weights that each layer caused, per neuron and row: rate times T. */
  readonly emissions: readonly number[];
}

/** Called with the spikes of a layer after each of its steps. */
export type Watcher = (layer: number, step: number, spikes: Float64Array) => void;

/** @param x inputs, [rows, inputs of the first layer] */
export function simulate(chain: SpikingChain, x: Float64Array, watch?: Watcher): Simulation {
  const { layers, steps, rule } = chain;
  const rows = x.length / layers[0]!.inputs;
  const constant = dense(x, layers[0]!);
  if (rule === "digits") return inDigits(chain, constant, rows, watch);
  const states = layers.map((layer, k) => new LayerState(layer, rows, chain, layers[k - 1]?.scale));
  for (let t = 1; t <= steps; t++) {
    let spikes: Float64Array | undefined;
    for (const [k, state] of states.entries()) {
      if (k === 0) state.take(constant, t);
      else state.receive(spikes!, t);
      spikes = state.emit(t);
      if (watch !== undefined) watch(k, t, spikes);
    }
  }
  return {
    means: states.map((state) => state.mean()),
    emissions: states.map((state) => state.emissions / (rows * state.width)),
  };
}

/** to += spikes W, event by event. */
function addProduct(
  to: Float64Array,
  spikes: Float64Array,
  { inputs, outputs, weight }: ChainLayer,
): void {
  const rows = spikes.length / inputs;
  for (let row = 0; row < rows; row++) {
    const start = row * outputs;
    for (let i = 0; i < inputs; i++) {
      const value = spikes[row * inputs + i]!;
      if (value === 0) continue;
      const from = i * outputs;
      for (let o = 0; o < outputs; o++) to[start + o]! += value * weight[from + o]!;
    }
  }
}

class LayerState {
  emissions = 0;
  readonly width: number;
  /** Sums over the steps so far. */
  private readonly input: Float64Array;
  private readonly emitted: Float64Array;
  private readonly out: Float64Array;
  private readonly bias: Float64Array;

  constructor(
    private readonly layer: SpikingLayer,
    rows: number,
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

  /** A step's real input. */
  take(constant: Float64Array, t: number): void {
    if (!this.addsConstants(t)) return;
    for (let k = 0; k < constant.length; k++) this.input[k]! += constant[k]!;
  }

  /** A step's spikes. */
  receive(spikes: Float64Array, t: number): void {
    const { input, width, bias } = this;
    if (this.addsConstants(t)) {
      for (let k = 0; k < input.length; k++) input[k]! += bias[k % width]!;
    }
    addProduct(input, spikes, this.layer);
  }

  /** A radix neuron adds up digits: what is constant comes once. */
  private addsConstants(t: number): boolean {
    return this.chain.rule !== "radix" || t === 1;
  }

  /** The spikes of a step; of a readout its input so far. */
  emit(t: number): Float64Array {
    const { layer, input } = this;
    if (layer.scale === undefined) return input;
    if (this.chain.rule === "two-threshold") this.emitTwoThreshold(layer.scale);
    else if (this.chain.rule === "radix") this.emitDigits(layer.scale, t);
    else this.emitOnMean(layer.scale, t);
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
  private emitOnMean({ centre, step }: NeuronScale, t: number): void {
    const { input, out, emitted, width } = this;
    const { levels } = this.chain;
    const { activation } = this.layer;
    for (let k = 0; k < out.length; k++) {
      const o = k % width;
      const mean = input[k]! / t;
      const value = activation === undefined ? mean : activate(activation, mean);
      const wanted = t * (value - centre[o]!) - emitted[k]!;
      const spikes = Math.max(-levels, Math.min(levels, Math.round(wanted / step[o]!)));
      out[k] = spikes * step[o]!;
      emitted[k]! += out[k]!;
      this.emissions += Math.abs(spikes);
    }
  }

  /** Emits the digit that brings the sum of all digits nearest to f(input so far). */
  private emitDigits({ centre, step }: NeuronScale, t: number): void {
    const { input, out, emitted, width } = this;
    const { levels, ratio, steps, margin } = this.chain;
    const { activation } = this.layer;
    const reach = (ratio ** (1 - t) * margin) / totalWeight(ratio, steps);
    for (let k = 0; k < input.length; k++) {
      const o = k % width;
      const value = activation === undefined ? input[k]! : activate(activation, input[k]!);
      const digit = reach * step[o]!;
      const count = Math.round((value - centre[o]! - emitted[k]!) / digit);
      const kept = Math.max(-levels, Math.min(levels, count));
      out[k] = kept * digit;
      emitted[k]! += out[k]!;
      this.emissions += Math.abs(kept);
    }
  }

  /** What the layer stands for after all steps. */
  mean(): Float64Array {
    const { scale } = this.layer;
    const { rule, steps } = this.chain;
    const count = rule === "radix" ? 1 : steps;
    if (scale === undefined) return this.input.map((value) => value / count);
    const isCentred = rule !== "two-threshold";
    return this.emitted.map((value, k) => {
      return value / count + (isCentred ? scale.centre[k % this.width]! : 0);
    });
  }
}

/** Layer after layer: the potential is f of the whole input, and every spike takes its digit from it. */
function inDigits(
  { layers, steps }: SpikingChain,
  first: Float64Array,
  rows: number,
  watch: Watcher | undefined,
): Simulation {
  const means: Float64Array[] = [];
  const emissions: number[] = [];
  let input = first;
  for (const [k, layer] of layers.entries()) {
    const { scale, activation, outputs } = layer;
    if (k > 0) input = dense(means[k - 1]!, layer);
    let count = 0;
    if (scale === undefined) {
      means.push(input);
    } else {
      const { centre, step } = scale;
      const potential = input.map((z, at) => {
        const value = activation === undefined ? z : activate(activation, z);
        return value - centre[at % outputs]!;
      });
      const sum = new Float64Array(potential.length);
      const spikes = new Float64Array(potential.length);
      for (let t = 1; t <= steps; t++) {
        const digit = 2 ** (steps - t) / largestOfDigits(steps);
        const threshold = (largestOfDigits(steps - t) + 0.5) / largestOfDigits(steps);
        for (let at = 0; at < potential.length; at++) {
          const size = step[at % outputs]!;
          const left = potential[at]!;
          const sign = left > threshold * size ? 1 : left < -threshold * size ? -1 : 0;
          spikes[at] = sign * digit * size;
          potential[at] = left - spikes[at]!;
          sum[at]! += spikes[at]!;
          if (sign !== 0) count += 1;
        }
        if (watch !== undefined) watch(k, t, spikes);
      }
      means.push(sum.map((value, at) => value + centre[at % outputs]!));
    }
    emissions.push(count / (rows * outputs));
  }
  return { means, emissions };
}
