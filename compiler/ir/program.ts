/** A checked file: everything that a pass or the emitter can ask for. */
import type {
  ConversionIr,
  DataIr,
  FunctionIr,
  LayerIr,
  ModelIr,
  NeuronIr,
  TrainIr,
} from "./ir.js";
import type { ProblemIr, SolverIr, SolverTrainIr } from "./physics.js";

export interface Program {
  readonly file: string;
  readonly neurons: readonly NeuronIr[];
  readonly functions: readonly FunctionIr[];
  /** In dependency order: a layer comes after those it uses. */
  readonly layers: readonly LayerIr[];
  readonly models: readonly ModelIr[];
  readonly data: readonly DataIr[];
  readonly trains: readonly TrainIr[];
  readonly conversions: readonly ConversionIr[];
  readonly problems: readonly ProblemIr[];
  readonly solvers: readonly SolverIr[];
  readonly solverTrains: readonly SolverTrainIr[];
}
