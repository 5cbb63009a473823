/** One forward pass of an inference plan on arrays that a user gives by name. Needs no TensorFlow.js. */
import type { AnyArray, NdArray } from "../data/ndarray.js";
import type { ScaleState } from "../data/scale.js";
import { tableOf } from "../data/table.js";
import { Engine, type StepReport } from "./engine.js";
import { readInputs } from "./inputs.js";
import { bestKernels } from "./wasm-kernels.js";
import { outputOf } from "./output.js";
import type { InferencePlan, PlanModule } from "./plan.js";

export interface PlanPredictOptions {
  readonly inputs: ReadonlyMap<string, AnyArray>;
  /** How the inputs are called in errors, e.g. the file name. */
  readonly label: string;
  readonly weights: ReadonlyMap<string, NdArray>;
  readonly weightsLabel: string;
  /** Scalers of the run that trained the weights: applied to inputs, undone on the output. */
  readonly scale?: ScaleState | undefined;
}

export interface PlanPrediction {
  /** `output`: float32 in the shape of the model's output. */
  readonly outputs: ReadonlyMap<string, NdArray>;
  /** Mean firing fraction of the neurons. */
  readonly spikeRate: number;
  /** Which kernels ran. */
  readonly kernels: string;
  /** Bytes of the flat memory. */
  readonly bytes: number;
  readonly steps: readonly StepReport[];
}

/**
 * Follows a plan once.
 * @throws SgnnError R340-R341, R281, R244-R250 (inputs, see `readInputs`), R403-R405 (weights), R350 (an old plan)
 */
export function predictWithPlan(
  module: PlanModule,
  plan: InferencePlan,
  options: PlanPredictOptions,
): PlanPrediction {
  const scale = options.scale ?? {};
  const inputs = readInputs(plan, tableOf(options.label, options.inputs), scale);
  const kernels = bestKernels();
  const engine = new Engine(module, plan, options.weights, {
    kernels,
    label: options.weightsLabel,
  });
  const { shape, data } = engine.run(inputs);
  return {
    outputs: new Map([["output", outputOf(shape, Float32Array.from(data), scale)]]),
    spikeRate: engine.spikeRate,
    kernels: kernels.name,
    bytes: engine.bytes,
    steps: engine.report(),
  };
}
