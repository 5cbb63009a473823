/**
 * Counts the operations of forward passes while it is active. Operations of the runtime report to the active
 * counter (record.ts); without one they do nothing more than look whether there is one.
 *
 * A counter knows the kind of a tensor because its maker said so: a neuron marks what it emits, rearrangements
 * hand the mark on, arithmetic gives unmarked (real) tensors. So kinds come from types, never from a look at
 * the values.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import { addWork, type Kind, type Work } from "./work.js";

/** What is known of a tensor besides its values. */
export interface Mark {
  readonly kind: Kind;
  /** Time steps stacked in its rows. */
  readonly steps: number;
}

/** The operations at one place of the model. */
export interface PlaceWork {
  /** Path in the model; empty for what the model computes itself. */
  readonly path: string;
  /** Class of the layer, or name of the neuron. */
  readonly layer: string;
  readonly works: readonly Work[];
}

/** What a neuron emitted in one call. */
export interface Emission {
  readonly path: string;
  readonly neuron: string;
  readonly steps: number;
  /** rows * channels per step. */
  readonly units: number;
  readonly channels: number;
  /** [steps * units], time-major. */
  readonly values: Float32Array;
}

const unmarked: Mark = { kind: "real", steps: 1 };

export class OperationCounter {
  private readonly marks = new WeakMap<Tensor, Mark>();
  private readonly places = new Map<string, { layer: string; works: Map<string, Work> }>();
  private readonly stack: { path: string; layer: string }[] = [];

  /** @param onEmission is told what every neuron emitted, for pictures of it */
  constructor(readonly onEmission?: (emission: Emission) => void) {}

  /** Runs a part of the model: its operations belong to `path`. */
  within<T>(path: string, layer: string, run: () => T): T {
    this.stack.push({ path, layer });
    // Places are listed in the order in which they ran, a layer before its parts.
    this.place(path, layer);
    try {
      return run();
    } finally {
      this.stack.pop();
    }
  }

  /** Adds work at the place that is running. */
  add(work: Work): void {
    const { path, layer } = this.stack.at(-1) ?? { path: "", layer: "" };
    const { works } = this.place(path, layer);
    const { op, kind, inputs, outputs, steps, each, readsPerValue, readsPerTerm } = work;
    const { macs, adds, bitOps } = each;
    // Whatever `addWork` does not add up.
    const key = [op, kind, inputs, outputs, steps, macs, adds, bitOps, readsPerValue, readsPerTerm];
    const name = key.join(" ");
    const before = works.get(name);
    works.set(name, before === undefined ? work : addWork(before, work));
  }

  private place(path: string, layer: string): { layer: string; works: Map<string, Work> } {
    const found = this.places.get(path);
    if (found !== undefined) return found;
    const made = { layer, works: new Map<string, Work>() };
    this.places.set(path, made);
    return made;
  }

  mark(tensor: Tensor, mark: Mark): void {
    this.marks.set(tensor, mark);
  }
  markOf(tensor: Tensor): Mark {
    return this.marks.get(tensor) ?? unmarked;
  }

  /** Everything counted so far. */
  get result(): readonly PlaceWork[] {
    return [...this.places]
      .map(([path, { layer, works }]) => ({ path, layer, works: [...works.values()] }))
      .filter(({ works }) => works.length > 0);
  }
}

let active: OperationCounter | undefined;

/** The counter that operations report to; undefined most of the time. */
export function activeCounter(): OperationCounter | undefined {
  return active;
}

/** Runs a forward pass with its operations counted; synchronous. */
export function countingWith<T>(counter: OperationCounter, run: () => T): T {
  const before = active;
  active = counter;
  try {
    return run();
  } finally {
    active = before;
  }
}
