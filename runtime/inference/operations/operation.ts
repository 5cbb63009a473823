/** What binds a step of a plan to the flat memory. */
import type { Topology } from "../../graph/topology.js";
import type { NeuronLoop } from "../../neurons/loop.js";
import type { Products } from "../kernels.js";
import type { PlanStep, PointwiseLoop } from "../plan.js";
import type { RowChain } from "./fold.js";

/** A value of the plan at the sizes at hand. */
export interface Slot {
  /** [rows, .., width] with all steps in front, row-major; empty for a scalar. */
  readonly dims: readonly number[];
  readonly steps: number;
  readonly kind: string;
  /** Where it comes from, when no step computes it. */
  readonly isInput: boolean;
  readonly isPacked: boolean;
  readonly data: Float32Array;
  /** The same memory where the value is packed: rows of bits as in kernels/reference/bits.ts. */
  readonly bits?: Uint8Array;
}

/** What one step did in the last call, added up over calls until the engine is asked. */
export interface StepCounts {
  /** Calls that followed the events, and that took the dense path. */
  eventCalls: number;
  denseCalls: number;
  /** Values seen, and those that were not 0. */
  values: number;
  events: number;
  /** Additions without a multiplication, and multiply-adds, as executed. */
  adds: number;
  macs: number;
  /** Multiplications of signs, each an exclusive or and a count of one bit. */
  bitOps: number;
}

/** What a step may use when it is bound. */
export interface Binding {
  readonly step: PlanStep;
  readonly args: readonly Slot[];
  readonly result: Slot;
  readonly topology: Topology | undefined;
  readonly products: Products;
  /** Share of non-zeros above which the dense path is faster. */
  readonly crossing: number;
  /** Reserved for this step alone while it runs; as many floats as `scratch` of the operation asked for. */
  readonly scratch: Float32Array;
  /** Of this step for good; as many floats as `kept` of the operation asked for. */
  readonly kept: Float32Array;
  /** Loop of a neuron and its parameters. */
  readonly neuronLoop: ((loop: NeuronLoop) => number) | undefined;
  readonly parameters: readonly Slot[];
  readonly pointwiseLoop: PointwiseLoop | undefined;
  /** The loops of the chains that are folded into the step. */
  readonly chains: { readonly [name in "inner" | "outer"]?: RowChain };
  readonly counts: StepCounts;
}

export interface Operation {
  /** Floats of scratch memory that it needs. */
  readonly scratch?: (
    args: readonly Slot[],
    result: Slot,
    step: PlanStep,
    crossing: number,
    topology: Topology | undefined,
  ) => number;
  /** Floats of memory that it keeps between calls. */
  readonly kept?: (args: readonly Slot[], result: Slot, topology: Topology | undefined) => number;
  /** True when the result may be written over an operand of the same size. */
  readonly inPlace?: boolean;
  /** True when the result depends on the graph alone: it is computed when the step is bound. */
  readonly isConstant?: boolean;
  /** Returns what the step does at every call; it allocates nothing. */
  readonly bind: (binding: Binding) => () => void;
}

/** Product of dims. */
export function sizeOf(dims: readonly number[]): number {
  let size = 1;
  for (const dim of dims) size *= dim;
  return size;
}

/** All dims but the last as rows. */
export function lastDim({ dims }: Pick<Slot, "dims">): { rows: number; width: number } {
  const width = dims[dims.length - 1] ?? 1;
  return { rows: sizeOf(dims.slice(0, -1)), width };
}

/** The first dim as rows. */
export function firstDim({ dims }: Pick<Slot, "dims">): { rows: number; width: number } {
  return { rows: dims[0] ?? 1, width: sizeOf(dims.slice(1)) };
}
