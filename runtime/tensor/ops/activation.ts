/** Where conversion to spikes takes hold of a network: every activation passes here. */
import type { Tensor } from "@tensorflow/tfjs-core";

/** What stands in for an activation: given its input and itself. */
export type Substitute = (x: Tensor, activation: (x: Tensor) => Tensor) => Tensor;

let current: Substitute | undefined;

/** f(x), or what a substitute makes of it. */
export function activation(x: Tensor, f: (x: Tensor) => Tensor): Tensor {
  return current === undefined ? f(x) : current(x, f);
}

/** Runs with a substitute for all activations (relu, leakyRelu, elu, tanh, sigmoid, softplus, gelu, silu, sin). */
export function withActivations<T>(substitute: Substitute, run: () => T): T {
  const before = current;
  current = substitute;
  try {
    return run();
  } finally {
    current = before;
  }
}
