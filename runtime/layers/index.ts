export {
  constant,
  glorot,
  kaiming,
  normal,
  ones,
  orthogonal,
  uniform,
  zeros,
  type Initialiser,
} from "./initialisers.js";
export { Parameter, Running, OPEN_END, type Range } from "./parameter.js";
export { boundedNorm, spectralNorm } from "./spectral.js";
export { Scope, type ScopeOptions } from "./scope.js";
export { Layer, Model, type GraphTypeInfo, type ModelInfo, type TypeInfo } from "./layer.js";
export {
  ActivityRecorder,
  createRun,
  dropout,
  spikeRate,
  type Activity,
  type Run,
  type RunOptions,
} from "./run.js";
export { gradients, type LossGradients } from "./gradients.js";
