/** The update of Adam and AdamW in one pass, on the backend where the parameter is. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { defineKernel, type Kernel } from "./kernel.js";
import * as reference from "./reference/adam.js";

const updating: Kernel<reference.AdamStep> = defineKernel({
  name: "Adam",
  outputs: ([values]) => [1, 2, 3].map(() => ({ shape: values!.shape.slice() })),
  compute: ([values, gradient, first, second], [toValues, toFirst, toSecond], step) =>
    reference.adam(
      { values: values!, first: first!, second: second! },
      gradient!,
      { values: toValues!, first: toFirst!, second: toSecond! },
      step,
    ),
  wasm: (kernels, { inputs, outputs }, [values], step) =>
    kernels.adam(
      ...inputs,
      ...outputs,
      tf.util.sizeFromShape(values!.shape),
      ...[step.rate, step.beta1, step.beta2, step.epsilon],
      ...[step.correction, step.penalty, step.shrink, step.scale],
    ),
});

/**
 * New weights and moments of a parameter, as `reference/adam.ts` says; the same bits on every backend. The arguments
 * stay as they are and have one shape. Not differentiable.
 */
export function adamUpdate(
  values: Tensor,
  gradient: Tensor,
  first: Tensor,
  second: Tensor,
  step: reference.AdamStep,
): { readonly values: Tensor; readonly first: Tensor; readonly second: Tensor } {
  const [toValues, toFirst, toSecond] = updating([values, gradient, first, second], step);
  return { values: toValues!, first: toFirst!, second: toSecond! };
}
