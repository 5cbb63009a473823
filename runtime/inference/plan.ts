/**
 * The inference plan of one model as the compiler writes it (`compiler/plan/inference/plan.ts` says what
 * each field means): operations on numbered values. It is data; a run folder keeps it in `plan.mjs`
 * together with the forward loops of its neurons.
 */
import type { ModelInfo } from "../layers/layer.js";
import type { Range } from "../layers/parameter.js";
import type { NeuronLoop } from "../neurons/loop.js";

/** A known size, or the name of one that the inputs decide: "N", "E", "E+loops", "G", "T". */
export type Dim = number | string;

export type PlanSource =
  | { readonly tag: "weight"; readonly path: string }
  /** The signs of a weight [parts * in, out] as bits [parts * out, in]. */
  | { readonly tag: "bits"; readonly path: string; readonly parts: number }
  | { readonly tag: "number"; readonly value: number }
  | { readonly tag: "input"; readonly name: string }
  | {
      readonly tag: "feature";
      readonly graph: number;
      readonly on: "nodes" | "edges";
      readonly name: string;
    };

export interface PlanValue {
  readonly kind: string;
  readonly dims: readonly Dim[];
  readonly steps: Dim;
  readonly source?: PlanSource;
  readonly of?: number;
  /** Rows of bits, each filled up to 16 bytes. */
  readonly packed?: true;
}

export interface PlanNeuron {
  readonly path: string;
  readonly type: string;
  readonly channels: number;
  readonly parameters: readonly { readonly value: number; readonly per: "channel" | "shared" }[];
  readonly held: readonly boolean[];
  readonly states: number;
  readonly spikes: boolean;
}

export interface PlanStep {
  readonly op: string;
  readonly args: readonly number[];
  readonly result: number;
  readonly graph?: number;
  readonly reduce?: readonly string[];
  /** First row of a `rows` step. */
  readonly start?: Dim;
  readonly slope?: number;
  /** Name of the loop of a `pointwise` step. */
  readonly loop?: string;
  /** Neighbours of each node in a step on a graph that the model builds. */
  readonly count?: number;
  readonly metric?: string;
  /** Chains on the product inside of a step: before and after its maximum. */
  readonly fold?: { readonly inner?: FoldedChain; readonly outer?: FoldedChain };
  readonly neuron?: PlanNeuron;
  readonly place: string;
}

/** A loop whose first operand is the product; the others are arguments of the step. */
export interface FoldedChain {
  readonly loop: string;
  /** Number of its first constant among the arguments, and how many there are. */
  readonly first: number;
  readonly constants: number;
}

export interface PlanGraph {
  readonly input: string;
  readonly selfLoops: boolean;
  readonly nodes: string;
  readonly edges: string;
  readonly graphs: string;
  /** Neighbours of each node, where the model lists them itself. */
  readonly near?: number;
}

export interface PlanWeight {
  readonly path: string;
  readonly shape: readonly number[];
  readonly initial: { readonly name: string; readonly args: readonly number[] };
  readonly range?: Range;
  readonly running?: true;
}

export interface InferencePlan extends ModelInfo {
  readonly format: "sgnn-plan-2";
  readonly graphs: readonly PlanGraph[];
  readonly weights: readonly PlanWeight[];
  readonly values: readonly PlanValue[];
  readonly steps: readonly PlanStep[];
  readonly result: number;
}

/** Why a model has no plan. */
export interface Unsupported {
  readonly what: string;
  readonly place: string;
}

/** Fills `result` [rows, width] from the operands' numbers. */
export type PointwiseLoop = (
  operands: readonly Float32Array[],
  result: Float32Array,
  rows: number,
  width: number,
) => void;

/** The exports of a `plan.mjs`. */
export interface PlanModule {
  readonly plans: Readonly<Record<string, InferencePlan | Unsupported>>;
  /** Loops over time, by neuron type. */
  readonly neurons: Readonly<Record<string, (loop: NeuronLoop) => number>>;
  readonly pointwise: Readonly<Record<string, PointwiseLoop>>;
}
