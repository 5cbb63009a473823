/** Learned parameters and running statistics: named tensors that outlive a forward pass. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { clampAll, closedEnds, type Range } from "./range.js";
import type { Run } from "./run.js";
import { boundedNorm } from "./spectral.js";

let variableCount = 0;

/** TensorFlow.js wants globally unique names; two models may have the same paths. */
function makeVariable(path: string, values: Float32Array, shape: readonly number[]): tf.Variable {
  variableCount += 1;
  const initial = tf.tensor(values, [...shape], "float32");
  const variable = tf.variable(initial, true, `${path}#${variableCount}`);
  initial.dispose();
  return variable;
}

/** The latent value behind a weight of kind `sign` (Courbariaux et al. 2016, section 1.3). */
const LATENT: Range = { low: -1, high: 1, lowOpen: false, highOpen: false };

/** A trained tensor. A parameter of kind `sign` holds the latent values of its signs, within [-1, 1]. */
export class Parameter {
  /** Full path in the model, e.g. `h.sage1.wSelf`. */
  readonly path: string;
  readonly shape: readonly number[];
  readonly range: Range | undefined;
  readonly kind: "real" | "sign";
  /** Largest spectral norm of a matrix; kept by scaling it down. */
  readonly contraction: number | undefined;
  /** The current value; assigned by the optimiser. */
  readonly value: tf.Variable;

  constructor(
    path: string,
    shape: readonly number[],
    values: Float32Array,
    range?: Range,
    kind: "real" | "sign" = "real",
    contraction?: number,
  ) {
    this.path = path;
    this.shape = shape;
    this.kind = kind;
    this.range = range ?? (kind === "sign" ? LATENT : undefined);
    this.contraction = contraction;
    const inside = clampAll(values, this.range);
    const initial = contraction === undefined ? inside : boundedNorm(inside, shape, contraction);
    this.value = makeVariable(path, initial, shape);
  }

  /**
   * Moves every value into the range, and a matrix with a contraction under its spectral norm. Called
   * after each optimiser step; does nothing without either.
   */
  project(): void {
    const { range, contraction } = this;
    if (contraction !== undefined) {
      const values = this.value.dataSync<"float32">();
      const bounded = boundedNorm(values, this.shape, contraction);
      if (bounded !== values) this.set(bounded);
    }
    if (!range) return;
    const [low, high] = closedEnds(range);
    tf.tidy(() =>
      this.value.assign(tf.clipByValue(this.value, Math.fround(low), Math.fround(high))),
    );
  }

  /** Replaces the value, e.g. by a loaded one; `values` are row-major. */
  set(values: Float32Array): void {
    tf.tidy(() => this.value.assign(tf.tensor(values, [...this.shape], "float32")));
  }

  dispose(): void {
    this.value.dispose();
  }
}

/**
 * A statistic that follows what it sees in training and stays put in evaluation (batch normalisation).
 */
export class Running {
  readonly path: string;
  readonly shape: readonly number[];
  /** Fraction of the way towards the new value at each training step. */
  readonly rate: number;
  readonly value: tf.Variable;

  constructor(path: string, shape: readonly number[], values: Float32Array, rate: number) {
    this.path = path;
    this.shape = shape;
    this.rate = rate;
    this.value = makeVariable(path, values, shape);
    this.value.trainable = false;
  }

  /**
   * In training: the batch's value, towards which the stored one moves. In evaluation: the stored one.
   * @param batch computes the value of this batch; not called in evaluation
   */
  follow(batch: () => Tensor, run: Run): Tensor {
    if (!run.training) return this.value;
    const now = batch();
    tf.tidy(() => {
      const moved = tf.add(tf.mul(this.value, 1 - this.rate), tf.mul(now, this.rate));
      this.value.assign(moved as Tensor);
    });
    return now;
  }

  /** Replaces the stored value; row-major. */
  set(values: Float32Array): void {
    tf.tidy(() => this.value.assign(tf.tensor(values, [...this.shape], "float32")));
  }

  dispose(): void {
    this.value.dispose();
  }
}

export { OPEN_END, closedEnds, type Range } from "./range.js";
