/** Gradients of a loss with respect to parameters. */
import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor } from "@tensorflow/tfjs-core";
import { SgnnError } from "../error.js";
import type { Parameter } from "./parameter.js";

export interface LossGradients {
  /** The loss, a scalar. */
  readonly value: Tensor;
  /** By path; a parameter that the loss does not depend on is absent. */
  readonly gradients: Map<string, Tensor>;
}

/**
 * Runs `loss` on the tape and backwards. The caller disposes `value` and the gradients.
 * @throws SgnnError R141 when no parameter reaches the loss
 */
export function gradients(loss: () => Tensor, parameters: readonly Parameter[]): LossGradients {
  // A model without weights, such as a baseline that only propagates labels: there is a loss to report.
  if (parameters.length === 0) return { value: tf.tidy(loss), gradients: new Map() };
  const variables = parameters.map((parameter) => parameter.value);
  let result: ReturnType<typeof tf.variableGrads>;
  try {
    result = tf.variableGrads(loss as () => Scalar, variables);
  } catch (error) {
    if (error instanceof Error && error.message.includes("Cannot find a connection")) {
      throw new SgnnError({
        code: "R141",
        message: "the loss depends on no parameter",
        why: "There is nothing that training could change.",
        fix: "Make the loss use the output of the model.",
      });
    }
    throw error;
  }
  const byPath = new Map<string, Tensor>();
  for (const parameter of parameters) {
    const gradient = result.grads[parameter.value.name];
    if (gradient) byPath.set(parameter.path, gradient);
  }
  return { value: result.value, gradients: byPath };
}
