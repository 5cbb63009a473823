/** The shape of a network that solves a problem: dense products and activations, and where its numbers are. */
import { orderOf, type Operator } from "./multi-index.js";

/** Activations with derivatives of every order, in the order of the numbers in activations.ts of the kernels. */
export const smoothActivations = [
  "tanh",
  "sin",
  "sigmoid",
  "softplus",
  "gelu",
  "silu",
  "exp",
] as const;
export type SmoothActivation = (typeof smoothActivations)[number];

/** Offsets are places in the flat array of parameters; weights are [in, out], row-major. */
export type NetworkStep =
  | {
      readonly type: "dense";
      readonly inputs: number;
      readonly outputs: number;
      readonly weight: number;
      readonly bias: number;
    }
  | { readonly type: "activation"; readonly kind: SmoothActivation; readonly width: number };

/** The last Dense of a separable network: weights [rank, fields] and bias, as places in the flat parameters. */
export type Readout = NetworkStep & { type: "dense" };

/** How a variable enters: the network sees (value - middle) / half, which is in [-1, 1] over the domain. */
export interface InputScale {
  readonly middle: number;
  readonly half: number;
}

export interface NetworkShape {
  readonly inputs: readonly InputScale[];
  readonly steps: readonly NetworkStep[];
}

/** Number of outputs. */
export function outputsOf(shape: NetworkShape): number {
  return shape.steps.reduce(
    (width, step) => (step.type === "dense" ? step.outputs : width),
    shape.inputs.length,
  );
}

/** The largest order of a jet. */
export function highestOrder(jet: readonly Operator[]): number {
  return Math.max(...jet.flatMap((operator) => operator.map(({ index }) => orderOf(index))));
}
