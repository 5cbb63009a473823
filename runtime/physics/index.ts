/** What generated code and the command line use of this room. */
export { burgersColeHopf, gaussHermite } from "./cole-hopf.js";
export { solve, type SolveOptions, type SolveResult } from "./solve.js";
export type {
  LinkSpec,
  NetworkSpec,
  PointFunction,
  ProblemSpec,
  SiteSpec,
  SolverExperiment,
  SolverTrainSpec,
  TermBlock,
  TermKind,
  TermSpec,
  VariableSpec,
} from "./spec.js";
