export { equilibrium, type EquilibriumMap, type EquilibriumOptions, type States } from "./block.js";
export { linearise, type Linearisation } from "./linearise.js";
export {
  SolveRecorder,
  solveWarning,
  summariseSolves,
  type Solve,
  type SolveSummary,
} from "./record.js";
export { rateOf, simulate, type Fire, type RateNeuron } from "./simulate.js";
export { solveFixedPoint, type FixedPointMap, type Solution } from "./solvers.js";
export type { Carry, ForwardSpec, GradientSpec, SolverSpec } from "./spec.js";
