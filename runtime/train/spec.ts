/**
 * What a `train` declaration says, as a plain object, and the experiment that generated code exports:
 * model, data, loss and training together. Mirrors TrainIr of the compiler; maps are objects.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { TargetKind } from "../data/batch.js";
import type { DistillSpec } from "../binary/distill.js";
import type { ActivationMode, BinaryMode, WeightMode } from "../binary/mode.js";
import type { DataSpec } from "../data/spec.js";
import type { Model, ModelInfo } from "../layers/layer.js";
import type { Run } from "../layers/run.js";
import type { Scope } from "../layers/scope.js";

export interface NamedCall {
  readonly name: string;
  readonly args: Readonly<Record<string, number>>;
}

export interface TrainSpec {
  readonly doc?: string | undefined;
  /** One optimiser, or two of which the second takes over. */
  readonly optimize: readonly NamedCall[];
  readonly schedule?: NamedCall | undefined;
  readonly epochs: number;
  /** Units per step; absent for one step per epoch with all of them. */
  readonly batch?: number | undefined;
  readonly seeds: readonly number[];
  /** Largest global gradient norm. */
  readonly clip?: number | undefined;
  /** Epochs without a better validation value before training stops. */
  readonly patience?: number | undefined;
  /** Validation value that chooses the weights; `loss` unless given. */
  readonly select?: string | undefined;
  readonly report: readonly string[];
}

export interface Experiment {
  /** Unique in its file: the name of the model or variant. */
  readonly name: string;
  readonly model: string;
  /** Makes the model with fresh parameters. Inputs are typed in the generated class; here they are found by name. */
  create(scope: Scope): Model<never>;
  readonly info: ModelInfo;
  readonly data: DataSpec;
  readonly train: TrainSpec;
  /** A scalar; `output` and `target` are the compared rows. */
  loss(output: Tensor, target: Tensor, run: Run): Tensor;
  /** What the loss's `target` is: class numbers or real numbers. Absent: found out from the data. */
  readonly targetKind?: TargetKind | undefined;
  /** Stages of a converted model; `stagesOf` makes an experiment of each. */
  readonly stages?: readonly StageSpec[] | undefined;
  /** What stands for signs in this stage; fully binary unless given. */
  readonly binary?: BinaryMode | undefined;
  /** Name of the experiment whose chosen weights this one begins with. */
  readonly continues?: string | undefined;
  /** The model that a converted one was made from, and what is learned from it. */
  readonly teacher?: Teacher | undefined;
  readonly source?: { readonly file: string; readonly hash: string } | undefined;
}

/** A stage as the conversion declares it; what it does not say is as in the `train` declaration. */
export interface StageSpec {
  readonly name: string;
  readonly activations?: ActivationMode | undefined;
  readonly weights?: WeightMode | undefined;
  readonly epochs?: number | undefined;
  readonly rate?: number | undefined;
  readonly decay?: number | undefined;
  readonly batch?: number | undefined;
}

export interface Teacher {
  readonly model: string;
  create(scope: Scope): Model<never>;
  readonly distill: DistillSpec;
}
