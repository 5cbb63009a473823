/** From a chain and a design to spiking neurons: thresholds, then calibration. */
import { calibrate } from "./calibrate.js";
import { chainValues, relativeError, type Chain } from "./chain.js";
import type { Design } from "./designs.js";
import { retrained } from "./retrain.js";
import { simulate } from "./simulate.js";
import { scaledBy, scaleOf, type SpikingChain } from "./spiking.js";

/** Shares of the range that a threshold may be, as Li et al. (2021) search them; ours may exceed the range. */
export const thresholdGrid: readonly number[] = [0.2, 0.35, 0.5, 0.7, 0.85, 1, 1.1, 1.25];
/** Inputs that thresholds and radices are chosen on. */
const CHOOSING_ROWS = 96;

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
  const calibrated = calibrate(best, chain, calibration, design.calibration);
  return design.isRetrained ? retrained(calibrated, chain, calibration) : calibrated;
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
