/**
 * The inference plan of one model: a list of operations on numbered values, without layers, functions,
 * time blocks or tensors. It is data (JSON), so that a run folder can keep it and the runtime can follow
 * it over flat buffers without the compiler.
 *
 * The runtime reads the same form (`runtime/inference/plan.ts`); `compiler/cli` hands one to the other.
 */
import type { Initialiser, NumberRange, OpName } from "../../ir/ir.js";
import type { Kind } from "../../ir/types.js";

/** A size that is known, or the name of one that the inputs decide: "N", "E", "E+loops", "G", "T". */
export type Dim = number | string;

/** Where a value comes from when no operation computes it. */
export type PlanSource =
  | { readonly tag: "weight"; readonly path: string }
  /** The signs of a weight [parts * in, out] as bits [parts * out, in]. */
  | { readonly tag: "bits"; readonly path: string; readonly parts: number }
  | { readonly tag: "number"; readonly value: number }
  | { readonly tag: "input"; readonly name: string }
  | {
      readonly tag: "feature";
      /** Number of the graph. */
      readonly graph: number;
      readonly on: "nodes" | "edges";
      readonly name: string;
    };

export interface PlanValue {
  readonly kind: Kind;
  /** Without time. */
  readonly dims: readonly Dim[];
  /** Time steps: the value is stored as steps * dims[0] rows. */
  readonly steps: Dim;
  readonly source?: PlanSource;
  /** The same numbers under other dims. */
  readonly of?: number;
  /** Rows of bits, each filled up to 16 bytes. */
  readonly packed?: true;
}

/** A neuron of the plan with the place of each of its parameters. */
export interface PlanNeuron {
  /** Path in the model. */
  readonly path: string;
  /** Name of the forward loop. */
  readonly type: string;
  readonly channels: number;
  /** In the order of the loop: a value of the plan, shared by all channels or one for each. */
  readonly parameters: readonly { readonly value: number; readonly per: "channel" | "shared" }[];
  /** For each input, whether the same value is read at every step. */
  readonly held: readonly boolean[];
  readonly states: number;
  /** False when it never spikes: it has no firing fraction. */
  readonly spikes: boolean;
}

/** Arithmetic on single numbers, for every element of the result. */
export type Pointwise =
  | { readonly tag: "operand"; readonly index: number }
  | { readonly tag: "number"; readonly value: number }
  | {
      readonly tag: "op";
      readonly op: OpName;
      readonly args: readonly Pointwise[];
      readonly slope?: number;
      readonly low?: number;
      readonly high?: number;
    };

/**
 * Which number of an operand belongs to element k of the result, seen as [rows, width] with width its last
 * dim: one of its own, the one of its column or of its row, the only one, or number (k / inner) % size.
 */
export type Access =
  "element" | "column" | "row" | "scalar" | { readonly inner: number; readonly size?: number };

/** Movements between nodes and the edges of a graph that the model builds, and their reduction. */
export type NearOperation =
  "nearSource" | "nearTarget" | "nearAggregate" | "nearExtreme" | "nearLargest";
/** Operations on packed signs. */
export type BitOperation =
  "packSigns" | "unpackSigns" | "concatBits" | "bitProduct" | "bitEdges" | "bitPool";

/** A chain on the product of a step, its operand 0; the others are constants among the arguments of the step. */
export interface FoldedChain {
  readonly expression: Pointwise;
  readonly access: readonly Access[];
  /** Number of the first constant among the arguments, and how many there are. */
  readonly first: number;
  readonly constants: number;
}

export interface PlanStep {
  /** `pointwise` is a chain of element-wise operations, `neuron` a neuron over all steps. */
  readonly op: OpName | "neuron" | "pointwise" | NearOperation | BitOperation;
  readonly args: readonly number[];
  readonly result: number;
  /** Number of the graph. */
  readonly graph?: number;
  readonly reduce?: readonly string[];
  /** First row of a `rows` step. */
  readonly start?: Dim;
  /** Neighbours of each node in a step on a graph that the model builds. */
  readonly count?: number;
  readonly metric?: string;
  /** Slope of the rectifier of an `attentionScores` step. */
  readonly slope?: number;
  readonly pointwise?: { readonly expression: Pointwise; readonly access: readonly Access[] };
  /** Chains on the product inside of a step: before and after its maximum. */
  readonly fold?: { readonly inner?: FoldedChain; readonly outer?: FoldedChain };
  readonly neuron?: PlanNeuron;
  /** `cora.sgnn:11` */
  readonly place: string;
}

/** A graph input, maybe with self loops added, or with edges that the model builds in place of its own. */
export interface PlanGraph {
  readonly input: string;
  readonly selfLoops: boolean;
  readonly nodes: string;
  readonly edges: string;
  readonly graphs: string;
  /** Neighbours of each node, in order, where the model lists them itself. */
  readonly near?: number;
}

export interface PlanWeight {
  readonly path: string;
  readonly shape: readonly number[];
  readonly initial: Initialiser;
  readonly range?: NumberRange;
  /** A running statistic, which is not trained. */
  readonly running?: true;
}

export interface PlanType {
  readonly kind: Kind;
  readonly dims: readonly Dim[];
}
export interface PlanGraphType {
  readonly kind: "graph";
  readonly nodes: Readonly<Record<string, PlanType>>;
  readonly edges: Readonly<Record<string, PlanType>>;
}

export interface InferencePlan {
  readonly format: "sgnn-plan-2";
  readonly name: string;
  readonly inputs: Readonly<Record<string, PlanType | PlanGraphType>>;
  readonly output: PlanType;
  readonly graphs: readonly PlanGraph[];
  /** All weights of the model, in the order in which the generated classes make them. */
  readonly weights: readonly PlanWeight[];
  readonly values: readonly PlanValue[];
  readonly steps: readonly PlanStep[];
  /** Number of the value that is the output. */
  readonly result: number;
}

/** Why a model has no plan. */
export interface Unsupported {
  /** What the plan cannot express, as a noun: "a knn graph". */
  readonly what: string;
  /** `cora.sgnn:11` */
  readonly place: string;
}
