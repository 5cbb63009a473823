/**
 * Our gradients of TensorFlow.js kernels.
 *
 * `@tensorflow/tfjs-core` alone registers none, and those that `@tensorflow/tfjs` registers are wrong
 * at second order wherever they save an output. Ours save inputs only and recompute, and are made of
 * operations whose gradients are here too, so they may be differentiated again. Two rules:
 * - a gradient is always a new tensor, never `dy` itself, because the engine disposes partial sums;
 * - piecewise constant operations have gradient zero rather than none, so that masks may stand on a
 *   path that is differentiated twice.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

export interface GradientSpec {
  readonly kernel: string;
  /** Names of the inputs to keep for the gradient. */
  readonly save?: readonly string[];
  /** Keep all inputs (kernels that take a list). */
  readonly saveAll?: boolean;
  /** Thunks by input name. */
  readonly gradient: (
    dy: Tensor,
    saved: Tensor[],
    attributes: Record<string, unknown>,
  ) => Record<string, () => Tensor>;
}

/** Registers (or registers again) one gradient. */
export function register(spec: GradientSpec): void {
  if (tf.getGradient(spec.kernel)) tf.unregisterGradient(spec.kernel);
  tf.registerGradient({
    kernelName: spec.kernel,
    ...(spec.saveAll ? { saveAllInputs: true } : { inputsToSave: [...(spec.save ?? [])] }),
    gradFunc: (dy, saved, attrs) =>
      spec.gradient(dy as Tensor, saved, attrs as unknown as Record<string, unknown>),
  });
}
