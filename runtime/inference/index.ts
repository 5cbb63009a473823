export { Engine, type EngineOptions, type EngineOutput, type StepReport } from "./engine.js";
export {
  inputNames,
  readInputs,
  type FlatArray,
  type FlatGraph,
  type FlatInputs,
} from "./inputs.js";
export { typescriptKernels, type ProductKernels, type Products } from "./kernels.js";
export { bestKernels, wasmKernels } from "./wasm-kernels.js";
export { predictWithPlan, type PlanPrediction, type PlanPredictOptions } from "./predict.js";
export { initialWeights } from "./weights.js";
export type { InferencePlan, PlanModule, PlanStep, PlanValue, Unsupported } from "./plan.js";
