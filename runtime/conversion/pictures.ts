/** Which neuron of a chain spiked when, for one input. */
import type { SpikePicture } from "../report/data.js";
import { simulate } from "./simulate.js";
import type { SpikingChain } from "./spiking.js";

/**
 * One picture for each layer with spikes.
 * @param input one row of inputs
 */
export function spikePictures(
  chain: SpikingChain,
  input: Float64Array,
  name: string,
): SpikePicture[] {
  const { layers, steps } = chain;
  const seen = layers.map((): number[] => []);
  simulate(chain, input, (layer, step, spikes) => {
    spikes.forEach((value, unit) => {
      if (value !== 0) seen[layer]!.push((step - 1) * spikes.length + unit);
    });
  });
  return layers.flatMap(({ outputs, scale }, k) => {
    if (scale === undefined) return [];
    const rateAt = Array.from({ length: steps }, (_, t) => {
      const of = seen[k]!.filter((place) => Math.floor(place / outputs) === t);
      return of.length / outputs;
    });
    const path = `${name}: layer ${k + 1}`;
    return [{ path, neuron: name, steps, channels: outputs, rows: 1, spikes: seen[k]!, rateAt }];
  });
}
