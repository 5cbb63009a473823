/** One forward pass: whether it trains, where its random numbers come from, what the neurons did. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Graph } from "../graph/graph.js";
import { fullyBinary, type BinaryMode } from "../binary/mode.js";
import { SolveRecorder } from "../equilibrium/record.js";
import { dropoutWithKey } from "../kernels/pointwise.js";
import { toFloat } from "../tensor/ops/operand.js";
import { randomKey, type RandomKey } from "../tensor/random/key.js";

/** What one neuron did in one forward pass. */
export interface Activity {
  /** Path of the neuron in the model. */
  readonly path: string;
  /** Fraction of (step, unit) pairs at which a spike fell. */
  readonly fraction: number;
  /** The same as a differentiable scalar; alive as long as the surrounding tidy or tape. */
  readonly tensor: Tensor;
  readonly steps: number;
  /** rows * channels per step. */
  readonly units: number;
  /** Mean rate at each snapshot, of a block at its equilibrium. */
  readonly rates?: readonly number[] | undefined;
}

/** Collects the activity of the neurons of one forward pass, in the order they ran. */
export class ActivityRecorder {
  private readonly list: Activity[] = [];

  record(activity: Activity): void {
    this.list.push(activity);
  }

  get entries(): readonly Activity[] {
    return this.list;
  }

  /** Mean firing fraction over the neurons, 0 without any. */
  get rate(): number {
    if (this.list.length === 0) return 0;
    return this.list.reduce((total, entry) => total + entry.fraction, 0) / this.list.length;
  }
}

export interface Run {
  readonly training: boolean;
  readonly seed: number;
  readonly epoch: number;
  readonly step: number;
  /** A new key for each call: a function of (seed, purpose, number of the call, epoch, step). */
  random(purpose: string): RandomKey;
  readonly activity: ActivityRecorder;
  /** What stands for the signs of a binary network in this stage of its training. */
  readonly binary: BinaryMode;
  /** The solves of equilibrium blocks, those of the backward pass included. */
  readonly solves: SolveRecorder;
  /** When it is there: every graph that the model builds, with the values it is built from. */
  readonly structure?: BuiltGraph[] | undefined;
}

/** A graph built inside of a model. */
export interface BuiltGraph {
  /** [N, C] */
  readonly x: Tensor;
  readonly graph: Graph;
}

export interface RunOptions {
  readonly training?: boolean;
  readonly seed?: number;
  readonly epoch?: number;
  readonly step?: number;
  /** Fully binary unless given. */
  readonly binary?: BinaryMode | undefined;
  /** Whether to remember the graphs that the model builds. */
  readonly remembersStructure?: boolean | undefined;
}

/** A fresh run for one forward pass; by default an evaluation with seed 0. */
export function createRun(options: RunOptions = {}): Run {
  const { training = false, seed = 0, epoch = 0, step = 0, binary = fullyBinary } = options;
  const calls = new Map<string, number>();
  return {
    training,
    seed,
    epoch,
    step,
    random(purpose) {
      const call = calls.get(purpose) ?? 0;
      calls.set(purpose, call + 1);
      return randomKey(seed, purpose, call, epoch, step);
    },
    activity: new ActivityRecorder(),
    binary,
    structure: options.remembersStructure === true ? [] : undefined,
    solves: new SolveRecorder(),
  };
}

/**
 * In training, drops each element with probability `rate` and divides the others by 1 - rate; in
 * evaluation the identity. Elements that are 0 cost nothing.
 */
export function dropout(x: Tensor, rate: number, run: Run): Tensor {
  if (!run.training || rate <= 0) return x;
  return dropoutWithKey(toFloat(x), rate, run.random("dropout"));
}

/** Mean firing fraction of the neurons that ran so far, a differentiable scalar; 0 without any. */
export function spikeRate(run: Run): Tensor {
  const { entries } = run.activity;
  if (entries.length === 0) return tf.scalar(0);
  const total = entries.map((entry) => entry.tensor).reduce((a, b) => tf.add(a, b));
  return tf.mul(total, 1 / entries.length);
}
