/** Applies a model's generated class, on tensors. Loads TensorFlow.js. */
import { modelWeights } from "../../../runtime/export/weights.js";
import { Scope } from "../../../runtime/layers/scope.js";
import { predict, type Predictable } from "../../../runtime/train/predict.js";
import { startBackend } from "../training/backend.js";
import { unknownModel } from "../training/unknown-model.js";
import type { AppliedModel, Result, Work } from "./model.js";

/** @param reason why it is not the inference plan */
export async function applyOnTensors(
  model: AppliedModel,
  { inputs, label, weights }: Work,
  wanted: string | undefined,
  reason: string,
): Promise<Result> {
  const module = await model.module();
  const backend = await startBackend(wanted);
  const found = module.models.get(model.name);
  if (found === undefined) throw unknownModel(model.name, [...module.models.keys()], "run");
  const predictable: Predictable = { info: found.info, create: (scope) => new found(scope) };
  try {
    const { outputs, spikeRate } = predict(predictable, {
      inputs,
      label,
      weights: weights?.tensors ?? initialWeights(predictable),
      weightsLabel: weights?.label ?? "the initial weights",
      scale: weights?.scale,
      binary: weights?.binary,
    });
    return { outputs, spikeRate, engine: `tensors on ${backend.name}: ${reason}` };
  } catch (error) {
    throw module.located(error);
  }
}

function initialWeights(model: Predictable): ReturnType<typeof modelWeights> {
  const fresh = model.create(new Scope({ seed: 0 }));
  const tensors = modelWeights(fresh);
  fresh.dispose();
  return tensors;
}
