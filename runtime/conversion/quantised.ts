/** The honest rival of a spiking chain: the same chain with few bits for weights and activations. */
import { activate, chainValues, dense, type Chain } from "./chain.js";

/**
 * Outputs of the chain with weights rounded to `bits` per output column, symmetric about 0, and activations rounded
 * to `bits` over their range on the calibration inputs. The readout sums in full precision.
 */
export function quantisedOutputs(
  chain: Chain,
  calibration: Float64Array,
  x: Float64Array,
  bits: number,
): Float64Array {
  const { after } = chainValues(chain, calibration);
  let now = x;
  chain.forEach((layer, k) => {
    const { outputs, activation } = layer;
    const levels = 2 ** (bits - 1) - 1;
    const largest = new Float64Array(outputs);
    layer.weight.forEach((value, at) => {
      largest[at % outputs] = Math.max(largest[at % outputs]!, Math.abs(value));
    });
    const weight = layer.weight.map((value, at) => {
      const step = Math.max(largest[at % outputs]!, 1e-12) / levels;
      return step * Math.round(value / step);
    });
    const z = dense(now, { ...layer, weight });
    if (activation === undefined) {
      now = z;
      return;
    }
    const low = after[k]!.reduce((least, value) => Math.min(least, value), Infinity);
    const high = after[k]!.reduce((most, value) => Math.max(most, value), -Infinity);
    const step = Math.max(high - low, 1e-12) / (2 ** bits - 1);
    now = z.map((value) => {
      const place = Math.round((activate(activation, value) - low) / step);
      return low + step * Math.min(2 ** bits - 1, Math.max(0, place));
    });
  });
  return now;
}
