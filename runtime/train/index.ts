/** What the command line and reports may use of the training floor. */
export { train, type RunResult, type TrainOptions } from "./trainer.js";
export { evaluate, type EvaluateOptions, type EvaluateResult } from "./evaluate.js";
export { predict, type Predictable, type Prediction, type PredictOptions } from "./predict.js";
export { inputNames } from "../inference/inputs.js";
export {
  createProgress,
  duration,
  type ProgressEvent,
  type ProgressReporter,
  type ProgressStream,
} from "./progress.js";
export {
  readEpochs,
  readRun,
  readRunWeights,
  type EpochRecord,
  type RunRecord,
  type RunStatus,
  type RunWeights,
} from "./run-folder.js";
export { energyMetrics, measure, measureEnergy, observe, type Measured } from "./measure.js";
export { isLargerBetter, labelMetrics, metric, realMetrics } from "./metrics.js";
export { createOptimizer, clipGradients, type Optimizer } from "./optimizers.js";
export { createSchedule } from "./schedule.js";
export { openSession, type Evaluation, type Session, type SessionOptions } from "./session.js";
export type { Experiment, NamedCall, TrainSpec } from "./spec.js";
