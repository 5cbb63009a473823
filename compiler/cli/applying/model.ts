/** A model that a command was asked to apply. */
import type { NdArray } from "../../../runtime/data/ndarray.js";
import type { PlanModule } from "../../../runtime/inference/plan.js";
import type { RunWeights } from "../../../runtime/train/run-folder.js";
import type { GeneratedModule } from "../generated.js";

export interface AppliedModel {
  readonly name: string;
  /** The run it comes from. */
  readonly folder: string | undefined;
  readonly plans: PlanModule | undefined;
  /** Loads the generated code, for tensors. */
  module(): Promise<GeneratedModule>;
}

export interface Work {
  readonly inputs: ReadonlyMap<string, NdArray>;
  readonly label: string;
  /** Undefined for the initial weights of seed 0. */
  readonly weights: RunWeights | undefined;
}

export interface Result {
  readonly outputs: ReadonlyMap<string, NdArray>;
  readonly spikeRate: number;
  /** Which engine ran, for people. */
  readonly engine: string;
}
