/**
 * Calibration, layer by layer from the first to the last, on inputs without labels: what the spiking layer means
 * on average is moved to what the network's layer gives.
 */
import { chainValues, columnMeans, type Chain } from "./chain.js";
import { simulate } from "./simulate.js";
import type { SpikingChain, SpikingLayer } from "./spiking.js";

export type Calibration = "bias" | "potential" | "weights";

/**
 * Bias: b += mean(network) - mean(spikes); potential: the same difference, T times, before the first step (Li,
 * Deng, Dong, Gong and Gu, ICML 2021, light calibration). Weights: in closed form, the layer's weights and bias
 * that map the mean spikes nearest to the network's pre-activations, with a ridge towards the weights as they are.
 */
export function calibrate(
  spiking: SpikingChain,
  chain: Chain,
  inputs: Float64Array,
  what: readonly Calibration[],
): SpikingChain {
  const wanted = chainValues(chain, inputs);
  let layers = [...spiking.layers];
  for (let k = 0; k < layers.length; k++) {
    if (what.includes("weights") && k > 0) {
      const before = simulate({ ...spiking, layers: layers.slice(0, k) }, inputs).means[k - 1]!;
      layers = replaced(layers, k, refit(layers[k]!, before, wanted.before[k]!));
    }
    for (const one of ["bias", "potential"] as const) {
      if (!what.includes(one)) continue;
      const found = simulate({ ...spiking, layers: layers.slice(0, k + 1) }, inputs).means[k]!;
      const width = layers[k]!.outputs;
      const goal = columnMeans(wanted.after[k]!, width);
      const gap = columnMeans(found, width).map((mean, o) => goal[o]! - mean);
      const layer = layers[k]!;
      const { bias, potential } = layer;
      layers = replaced(
        layers,
        k,
        one === "bias"
          ? { ...layer, bias: bias.map((value, o) => value + gap[o]!) }
          : {
              ...layer,
              potential: gap.map((value, o) => (potential?.[o] ?? 0) + spiking.steps * value),
            },
      );
    }
  }
  return { ...spiking, layers };
}

function replaced(
  layers: readonly SpikingLayer[],
  at: number,
  layer: SpikingLayer,
): SpikingLayer[] {
  return layers.map((one, k) => (k === at ? layer : one));
}

/** Ridge relative to the mean square of the inputs. */
const RIDGE = 1e-4;

function refit(layer: SpikingLayer, inputs: Float64Array, goal: Float64Array): SpikingLayer {
  const { inputs: n, outputs, weight, bias } = layer;
  const rows = inputs.length / n;
  const size = n + 1;
  // Normal equations for the change of [W; b], the last input being 1.
  const gram = new Float64Array(size * size);
  const right = new Float64Array(size * outputs);
  const row = new Float64Array(size);
  row[n] = 1;
  for (let r = 0; r < rows; r++) {
    row.set(inputs.subarray(r * n, (r + 1) * n));
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) gram[i * size + j]! += (row[i]! * row[j]!) / rows;
    }
    for (let o = 0; o < outputs; o++) {
      let now = bias[o]!;
      for (let i = 0; i < n; i++) now += row[i]! * weight[i * outputs + o]!;
      const gap = goal[r * outputs + o]! - now;
      for (let i = 0; i < size; i++) right[i * outputs + o]! += (row[i]! * gap) / rows;
    }
  }
  let mean = 0;
  for (let i = 0; i < size; i++) mean += gram[i * size + i]! / size;
  for (let i = 0; i < size; i++) gram[i * size + i]! += RIDGE * mean;
  solveInPlace(gram, right, size, outputs);
  return {
    ...layer,
    weight: weight.map((value, k) => value + right[k]!),
    bias: bias.map((value, o) => value + right[n * outputs + o]!),
  };
}

/** Solves A X = B for a symmetric positive definite A by Cholesky; X takes the place of B. */
export function solveInPlace(
  a: Float64Array,
  b: Float64Array,
  size: number,
  columns: number,
): void {
  for (let j = 0; j < size; j++) {
    for (let k = 0; k < j; k++) a[j * size + j]! -= a[j * size + k]! ** 2;
    const pivot = Math.sqrt(Math.max(a[j * size + j]!, 1e-300));
    a[j * size + j] = pivot;
    for (let i = j + 1; i < size; i++) {
      for (let k = 0; k < j; k++) a[i * size + j]! -= a[i * size + k]! * a[j * size + k]!;
      a[i * size + j]! /= pivot;
    }
  }
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < i; k++) b[i * columns + c]! -= a[i * size + k]! * b[k * columns + c]!;
      b[i * columns + c]! /= a[i * size + i]!;
    }
    for (let i = size - 1; i >= 0; i--) {
      for (let k = i + 1; k < size; k++)
        b[i * columns + c]! -= a[k * size + i]! * b[k * columns + c]!;
      b[i * columns + c]! /= a[i * size + i]!;
    }
  }
}
