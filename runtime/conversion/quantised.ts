/** The honest rival of a spiking chain: the same chain with few bits for weights and activations. */
import { activate, chainValues, dense, type Chain } from "./chain.js";

/** What is rounded: weights and activations, or activations alone; ranges of activations by layer or by neuron. */
export interface Rounding {
  readonly bits: number;
  readonly weights: boolean;
  readonly per: "layer" | "neuron";
}

/**
 * Outputs of the chain with weights rounded per output column, symmetric about 0, and activations rounded over their
 * range on the calibration inputs. The readout sums in full precision.
 */
export function quantisedOutputs(
  chain: Chain,
  calibration: Float64Array,
  x: Float64Array,
  { bits, weights, per }: Rounding,
): Float64Array {
  const { after } = chainValues(chain, calibration);
  let now = x;
  chain.forEach((layer, k) => {
    const { outputs, activation } = layer;
    const weight = weights ? roundedWeights(layer, bits) : layer.weight;
    const z = dense(now, { ...layer, weight });
    if (activation === undefined) {
      now = z;
      return;
    }
    const low = new Float64Array(outputs).fill(Infinity);
    const high = new Float64Array(outputs).fill(-Infinity);
    after[k]!.forEach((value, at) => {
      low[at % outputs] = Math.min(low[at % outputs]!, value);
      high[at % outputs] = Math.max(high[at % outputs]!, value);
    });
    if (per === "layer") {
      low.fill(Math.min(...low));
      high.fill(Math.max(...high));
    }
    now = z.map((value, at) => {
      const o = at % outputs;
      const step = Math.max(high[o]! - low[o]!, 1e-12) / (2 ** bits - 1);
      const place = Math.round((activate(activation, value) - low[o]!) / step);
      return low[o]! + step * Math.min(2 ** bits - 1, Math.max(0, place));
    });
  });
  return now;
}

function roundedWeights({ weight, outputs }: Chain[number], bits: number): Float64Array {
  const levels = 2 ** (bits - 1) - 1;
  const largest = new Float64Array(outputs);
  weight.forEach((value, at) => {
    largest[at % outputs] = Math.max(largest[at % outputs]!, Math.abs(value));
  });
  return weight.map((value, at) => {
    const step = Math.max(largest[at % outputs]!, 1e-12) / levels;
    return step * Math.round(value / step);
  });
}
