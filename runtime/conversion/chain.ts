/** Chains of dense layers and activations on plain arrays, [rows, width] and row-major. */
import { normalDistribution } from "../physics/reference.js";

export type ChainActivation =
  "tanh" | "sin" | "sigmoid" | "softplus" | "gelu" | "silu" | "exp" | "relu";

export interface ChainLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** [inputs, outputs] */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
  /** Undefined for the readout. */
  readonly activation: ChainActivation | undefined;
}

/** The last layer has no activation. */
export type Chain = readonly ChainLayer[];

/** f(z); in the innermost loop, so without the derivatives that `activationDerivatives` would also give. */
export function activate(kind: ChainActivation, z: number): number {
  switch (kind) {
    case "relu":
      return Math.max(0, z);
    case "tanh":
      return Math.tanh(z);
    case "sin":
      return Math.sin(z);
    case "exp":
      return Math.exp(z);
    case "sigmoid":
      return logistic(z);
    case "silu":
      return z * logistic(z);
    case "gelu":
      return z * normalDistribution(z);
    case "softplus":
      return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  }
}

function logistic(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** Largest slope of an activation; infinite for exp. */
export const steepest: Readonly<Record<ChainActivation, number>> = {
  ...{ tanh: 1, sin: 1, sigmoid: 0.25, softplus: 1, relu: 1, exp: Infinity },
  gelu: 1.1289,
  silu: 1.0998,
};

/** x W + b for every row. */
export function dense(x: Float64Array, layer: ChainLayer): Float64Array {
  const { inputs, outputs, weight, bias } = layer;
  const rows = x.length / inputs;
  const y = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    const to = y.subarray(row * outputs, (row + 1) * outputs);
    to.set(bias);
    for (let i = 0; i < inputs; i++) {
      const value = x[row * inputs + i]!;
      if (value === 0) continue;
      const from = i * outputs;
      for (let o = 0; o < outputs; o++) to[o]! += value * weight[from + o]!;
    }
  }
  return y;
}

/** Pre-activations and outputs of every layer. */
export interface ChainValues {
  readonly before: readonly Float64Array[];
  readonly after: readonly Float64Array[];
}

export function chainValues(chain: Chain, x: Float64Array): ChainValues {
  const before: Float64Array[] = [];
  const after: Float64Array[] = [];
  let now = x;
  for (const layer of chain) {
    const z = dense(now, layer);
    const { activation } = layer;
    now = activation === undefined ? z : z.map((value) => activate(activation, value));
    before.push(z);
    after.push(now);
  }
  return { before, after };
}

/** Norm of the difference over the norm of the wanted values. */
export function relativeError(found: Float64Array, wanted: Float64Array): number {
  let error = 0;
  let norm = 0;
  wanted.forEach((value, k) => {
    error += (found[k]! - value) ** 2;
    norm += value * value;
  });
  return Math.sqrt(error / norm);
}

/** Mean of every column. */
export function columnMeans(x: Float64Array, width: number): Float64Array {
  const means = new Float64Array(width);
  x.forEach((value, k) => (means[k % width]! += value));
  return means.map((sum) => (sum * width) / x.length);
}
