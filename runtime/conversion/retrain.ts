/**
 * Weights trained again in spikes: the distance between the outputs of the spiking chain and those of the network is
 * minimised by Adam. Forward the neurons spike; backward they are their activation at the mean input (straight-through,
 * Bengio et al. 2013; the weight calibration of Li et al. 2021, but through all layers at once). Inputs need no labels.
 */
import { activationDerivatives } from "../physics/reference.js";
import { Rng } from "../tensor/random/rng.js";
import { chainValues, dense, relativeError, type Chain, type ChainActivation } from "./chain.js";
import { simulate } from "./simulate.js";
import type { SpikingChain, SpikingLayer } from "./spiking.js";

const UPDATES = 400;
const BATCH = 128;
const RATE = 1e-3;
/** Updates between looks at the inputs that are kept aside, a quarter. */
const LOOK_EVERY = 40;

/** The chain with the weights that are best on the quarter of the inputs that no update saw. */
export function retrained(spiking: SpikingChain, chain: Chain, inputs: Float64Array): SpikingChain {
  const width = chain[0]!.inputs;
  const outputs = chain.at(-1)!.outputs;
  const rows = inputs.length / width;
  const seen = Math.floor((3 * rows) / 4);
  const goals = chainValues(chain, inputs).after.at(-1)!;
  const aside = inputs.subarray(seen * width);
  const asideGoals = goals.subarray(seen * outputs);
  const errorOf = (one: SpikingChain): number =>
    relativeError(simulate(one, aside).means.at(-1)!, asideGoals);

  const layers = spiking.layers.map((layer) => ({
    ...layer,
    weight: layer.weight.slice(),
    bias: layer.bias.slice(),
  }));
  const now: SpikingChain = { ...spiking, layers };
  const adam = layers.map(({ weight, bias }) => [new Adam(weight), new Adam(bias)] as const);
  const rng = Rng.of(0, "retraining in spikes");
  let best = spiking;
  let least = errorOf(spiking);
  for (let update = 1; update <= UPDATES; update++) {
    const x = new Float64Array(BATCH * width);
    const wanted = new Float64Array(BATCH * outputs);
    for (let b = 0; b < BATCH; b++) {
      const row = Math.min(seen - 1, Math.floor(rng.uniform() * seen));
      x.set(inputs.subarray(row * width, (row + 1) * width), b * width);
      wanted.set(goals.subarray(row * outputs, (row + 1) * outputs), b * outputs);
    }
    const gradients = backward(now, x, wanted);
    const rate = (RATE / 2) * (1 + Math.cos((Math.PI * update) / UPDATES));
    gradients.forEach(({ weight, bias }, k) => {
      adam[k]![0].update(weight, rate, update);
      adam[k]![1].update(bias, rate, update);
    });
    if (update % LOOK_EVERY !== 0) continue;
    const error = errorOf(now);
    if (error < least) {
      least = error;
      best = { ...now, layers: layers.map(copyOf) };
    }
  }
  return best;
}

function copyOf(layer: SpikingLayer): SpikingLayer {
  return { ...layer, weight: layer.weight.slice(), bias: layer.bias.slice() };
}

interface Gradient {
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** Gradients of the mean squared distance, over the mean square of the goals. */
function backward(spiking: SpikingChain, x: Float64Array, goals: Float64Array): Gradient[] {
  const { layers } = spiking;
  const { means } = simulate(spiking, x);
  const norm = goals.reduce((sum, value) => sum + value * value, 0) || 1;
  let back = means.at(-1)!.map((value, k) => (2 * (value - goals[k]!)) / norm);
  const found: Gradient[] = [];
  for (let k = layers.length - 1; k >= 0; k--) {
    const layer = layers[k]!;
    const { inputs, outputs, weight, activation } = layer;
    const input = k === 0 ? x : means[k - 1]!;
    if (activation !== undefined) {
      const z = dense(input, layer);
      back = back.map((value, at) => value * slope(activation, z[at]!));
    }
    const rows = input.length / inputs;
    const byWeight = new Float64Array(weight.length);
    const byBias = new Float64Array(outputs);
    const byInput = new Float64Array(input.length);
    for (let row = 0; row < rows; row++) {
      for (let o = 0; o < outputs; o++) byBias[o]! += back[row * outputs + o]!;
      for (let i = 0; i < inputs; i++) {
        const value = input[row * inputs + i]!;
        let sum = 0;
        for (let o = 0; o < outputs; o++) {
          const d = back[row * outputs + o]!;
          byWeight[i * outputs + o]! += value * d;
          sum += weight[i * outputs + o]! * d;
        }
        byInput[row * inputs + i] = sum;
      }
    }
    found.unshift({ weight: byWeight, bias: byBias });
    back = byInput;
  }
  return found;
}

function slope(kind: ChainActivation, z: number): number {
  if (kind === "relu") return z > 0 ? 1 : 0;
  return activationDerivatives(kind, z, 1)[1]!;
}

/** Adam on one array, in place. */
class Adam {
  private readonly mean: Float64Array;
  private readonly square: Float64Array;

  constructor(private readonly values: Float64Array) {
    this.mean = new Float64Array(values.length);
    this.square = new Float64Array(values.length);
  }

  update(gradient: Float64Array, rate: number, count: number): void {
    const { values, mean, square } = this;
    for (let k = 0; k < values.length; k++) {
      const g = gradient[k]!;
      mean[k] = 0.9 * mean[k]! + 0.1 * g;
      square[k] = 0.999 * square[k]! + 0.001 * g * g;
      const first = mean[k]! / (1 - 0.9 ** count);
      const second = square[k]! / (1 - 0.999 ** count);
      values[k]! -= (rate * first) / (Math.sqrt(second) + 1e-12);
    }
  }
}
