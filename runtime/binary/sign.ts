/**
 * Signs of activations and weights, as the current stage of training wants them.
 *
 * A converted network is trained in stages: first its activations are smooth and its weights real, then
 * the activations become signs, then the weights. The network is the same object with the same
 * parameters in every stage; the run says which stage it is (Bahri, Bahl, Zafeiriou 2021, section 4).
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { addsPerElement, macsPerElement, markSigns } from "../energy/record.js";
import { signStraightThrough } from "../kernels/pointwise.js";
import type { Parameter } from "../layers/parameter.js";
import type { Run } from "../layers/run.js";
import { toFloat, type Operand } from "../tensor/ops/operand.js";

/**
 * -1 where x < 0, else 1; straight-through gradient where |x| <= 1 (Hubara et al. 2016, eq. 4). In a
 * stage with smooth activations tanh(x), in one with real activations x itself.
 */
export function sign(x: Operand, run?: Pick<Run, "binary">): Tensor {
  const value = toFloat(x);
  switch (run?.binary.activations) {
    case "tanh":
      return macsPerElement(tf.tanh(value));
    case "real":
      return value;
    default:
      return markSigns(addsPerElement(signStraightThrough(value)), value);
  }
}

/**
 * The signs of a weight, with the gradient passed straight to its latent value, which lies in [-1, 1];
 * in a stage with real weights the latent value itself.
 */
export function signs(weight: Parameter, run: Pick<Run, "binary">): Tensor {
  if (run.binary.weights === "real") return weight.value;
  return markSigns(signStraightThrough(weight.value));
}
