/**
 * Solvers of z = f(z) for a state that is one float32 tensor. The residual is ||f(z) - z|| / ||f(z)||,
 * the Euclidean norm over all elements.
 *
 * All three return the best f(z) they saw: for a contraction f(z) is closer to the fixed point than z.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { SolverSpec } from "./spec.js";

export type FixedPointMap = (z: Tensor) => Tensor;

export interface Solution {
  /** f(z) of the smallest residual; the caller disposes it. */
  readonly value: Tensor;
  readonly residual: number;
  readonly iterations: number;
  readonly history: readonly number[];
  readonly converged: boolean;
}

/** One evaluation: z, f(z) and f(z) - z, owned by the solver. */
interface Point {
  readonly z: Tensor;
  readonly image: Tensor;
  readonly step: Tensor;
  readonly residual: number;
}

/** Proposes the next z after an evaluation; `forget` drops what earlier evaluations told. */
interface Method {
  next(point: Point): Tensor;
  forget(): void;
}

/** A residual this many times the best one says that the accelerated step was a bad idea. */
const GROWTH = 10;

/**
 * Solves z = f(z) from `start` (which stays the caller's).
 * An evaluation that is not finite ends the solve; the best earlier one is returned.
 */
export function solveFixedPoint(f: FixedPointMap, start: Tensor, spec: SolverSpec): Solution {
  const method = methods[spec.name](spec);
  const history: number[] = [];
  let best: Point | undefined;
  let z = tf.clone(start);
  let converged = false;
  while (history.length < spec.most) {
    const point = evaluate(f, z);
    history.push(point.residual);
    if (!Number.isFinite(point.residual)) {
      free(point);
      break;
    }
    const isWorse = best !== undefined && point.residual > best.residual;
    if (best !== undefined && point.residual > GROWTH * best.residual && spec.name !== "picard") {
      free(point);
      method.forget();
      // From the best point the plain step is safe.
      z = tf.clone(best.image);
      continue;
    }
    converged = point.residual <= spec.tolerance;
    z = converged || history.length === spec.most ? point.z : method.next(point);
    if (!isWorse) {
      if (best !== undefined) free(best);
      best = point;
    } else free(point);
    if (converged) break;
  }
  method.forget();
  if (z !== best?.z) z.dispose();
  const value = tf.clone(best?.image ?? start);
  const residual = best?.residual ?? Number.NaN;
  if (best !== undefined) free(best);
  return { value, residual, iterations: history.length, history, converged };
}

function evaluate(f: FixedPointMap, z: Tensor): Point {
  const [image, step] = tf.tidy(() => {
    const value = tf.clone(f(z));
    return [value, tf.sub(value, z)] as const;
  });
  const [size, length] = norms(image, step);
  return { z, image, step, residual: length === 0 ? 0 : length / Math.max(size, 1e-30) };
}

function norms(...tensors: readonly Tensor[]): number[] {
  // `tf.norm` takes powers of absolute values, which on wasm costs more than all the rest of a solve.
  const length = (tensor: Tensor): Tensor => tf.sqrt(tf.sum(tf.square(tensor)));
  const all = tf.tidy(() => tf.stack(tensors.map(length)));
  const values = [...all.dataSync()];
  all.dispose();
  return values;
}

function free({ z, image, step }: Point): void {
  z.dispose();
  image.dispose();
  step.dispose();
}

/** Inner products of one tensor with others, in float32 on the backend. */
function products(one: Tensor, others: readonly Tensor[]): number[] {
  if (others.length === 0) return [];
  const all = tf.tidy(() => {
    const column = tf.reshape(one, [one.size, 1]);
    const each = others.map((other) => tf.matMul(tf.reshape(other, [1, other.size]), column));
    return tf.concat(
      each.map((product) => tf.reshape(product, [1])),
      0,
    );
  });
  const values = [...all.dataSync()];
  all.dispose();
  return values;
}

/** sum_k weights[k] tensors[k]. */
function combination(weights: readonly number[], tensors: readonly Tensor[]): Tensor {
  return tf.tidy(() =>
    tensors.map((tensor, k) => tf.mul(tensor, weights[k]!)).reduce((a, b) => tf.add(a, b)),
  );
}

const methods: Record<SolverSpec["name"], (spec: SolverSpec) => Method> = {
  picard,
  anderson,
  broyden,
};

/** z + damping (f(z) - z). With damping 1 the next z is f(z) itself. */
function picard({ damping = 1 }: SolverSpec): Method {
  return {
    next: ({ z, step }) => tf.tidy(() => tf.add(z, tf.mul(step, damping)) as Tensor),
    forget: () => undefined,
  };
}

/**
 * Anderson acceleration (Anderson 1965; Walker and Ni 2011, type II): the next z is the combination
 * sum_k a_k f(z_k) of the last images, sum_k a_k = 1, whose steps sum_k a_k (f(z_k) - z_k) are shortest.
 */
function anderson({ memory = 5 }: SolverSpec): Method {
  let images: Tensor[] = [];
  let steps: Tensor[] = [];
  let gram: number[][] = [];
  const drop = (count: number): void => {
    [...images.slice(0, count), ...steps.slice(0, count)].forEach((tensor) => tensor.dispose());
    images = images.slice(count);
    steps = steps.slice(count);
    gram = gram.slice(count).map((row) => row.slice(count));
  };
  return {
    next({ image, step }) {
      if (images.length === memory) drop(1);
      images.push(tf.clone(image));
      steps.push(tf.clone(step));
      const row = products(step, steps);
      gram.forEach((earlier, k) => earlier.push(row[k]!));
      gram.push(row);
      return combination(shortest(gram), images);
    },
    forget: () => drop(images.length),
  };
}

/** The weights of sum 1 that make sum_ij a_i a_j gram_ij smallest, in double precision. */
function shortest(gram: readonly (readonly number[])[]): number[] {
  const count = gram.length;
  // The last steps are by far the shortest: a ridge of their size keeps the system regular.
  const ridge = 1e-8 * Math.min(...gram.map((row, k) => row[k]!)) + 1e-300;
  const matrix = gram.map((row, i) => [...row.map((v, j) => (i === j ? v + ridge : v)), 1]);
  for (let pivot = 0; pivot < count; pivot++) {
    let largest = pivot;
    for (let r = pivot + 1; r < count; r++) {
      if (Math.abs(matrix[r]![pivot]!) > Math.abs(matrix[largest]![pivot]!)) largest = r;
    }
    [matrix[pivot], matrix[largest]] = [matrix[largest]!, matrix[pivot]!];
    for (let r = 0; r < count; r++) {
      if (r === pivot) continue;
      const factor = matrix[r]![pivot]! / matrix[pivot]![pivot]!;
      for (let c = pivot; c <= count; c++) matrix[r]![c]! -= factor * matrix[pivot]![c]!;
    }
  }
  const solution = matrix.map((row, k) => row[count]! / row[k]!);
  const total = solution.reduce((a, b) => a + b, 0);
  const isUsable = solution.every(Number.isFinite) && Math.abs(total) > 0;
  if (!isUsable) return gram.map((_, k) => (k === count - 1 ? 1 : 0));
  return solution.map((value) => value / total);
}

/**
 * Broyden's first method for f(z) - z = 0 with the inverse Jacobian kept as -1 plus rank-one terms
 * (Broyden 1965), started afresh when `memory` terms are full.
 */
function broyden({ memory = 5 }: SolverSpec): Method {
  let left: Tensor[] = [];
  let right: Tensor[] = [];
  let before: { readonly step: Tensor; readonly move: Tensor } | undefined;
  const forget = (): void => {
    [...left, ...right].forEach((tensor) => tensor.dispose());
    [left, right] = [[], []];
    before?.step.dispose();
    before?.move.dispose();
    before = undefined;
  };
  /** (-1 + sum_k left_k right_k^T) x, or its transpose with the lists exchanged. */
  const inverse = (x: Tensor, by: readonly Tensor[], along: readonly Tensor[]): Tensor => {
    const weights = products(x, along);
    return combination([-1, ...weights], [x, ...by]);
  };
  const learn = (step: Tensor): void => {
    if (before === undefined) return;
    const change = tf.sub(step, before.step);
    const moved = inverse(change, left, right);
    const transposed = inverse(before.move, right, left);
    const [denominator] = products(transposed, [change]);
    const isUsable = Number.isFinite(denominator) && Math.abs(denominator!) > 1e-30;
    if (isUsable) {
      left.push(tf.tidy(() => tf.div(tf.sub(before!.move, moved), denominator!) as Tensor));
      right.push(transposed);
    } else transposed.dispose();
    change.dispose();
    moved.dispose();
    before.step.dispose();
    before.move.dispose();
    before = undefined;
  };
  return {
    next({ z, step }) {
      if (left.length === memory) forget();
      learn(step);
      const move = tf.tidy(() => tf.neg(inverse(step, left, right)) as Tensor);
      before = { step: tf.clone(step), move };
      return tf.add(z, move);
    },
    forget,
  };
}
