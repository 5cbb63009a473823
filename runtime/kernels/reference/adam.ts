/** The update of Adam (Kingma and Ba 2015, algorithm 1) over flat arrays. */

/** The numbers of one update; the same for all elements of a parameter. */
export interface AdamStep {
  /** Learning rate over 1 - beta1^t. */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** sqrt(1 - beta2^t). */
  readonly correction: number;
  /** Times the weight, added to the gradient: an L2 penalty. */
  readonly penalty: number;
  /** Multiplies the weight before the update: decoupled decay (AdamW). */
  readonly shrink: number;
  /** Multiplies the gradient: clipping. */
  readonly scale: number;
}

/** Weights w, gradient g, first moment m, second moment v, of equal length. */
export interface AdamState {
  readonly values: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/**
 * With w' = shrink w and g' = scale g + penalty w', element by element:
 * m <- beta1 m + (1 - beta1) g',  v <- beta2 v + (1 - beta2) g'^2,
 * w <- w' - rate m / (sqrt(v) / correction + epsilon).
 * In double precision, rounded once when stored; the scaled gradient is rounded as if it were stored.
 * `to` may be `from`.
 */
export function adam(
  from: AdamState,
  gradient: Float32Array,
  to: AdamState,
  { rate, beta1, beta2, epsilon, correction, penalty, shrink, scale }: AdamStep,
): void {
  const { values: w, first: m, second: v } = from;
  const { values: toW, first: toM, second: toV } = to;
  for (let k = 0; k < gradient.length; k++) {
    const weight = w[k]! * shrink;
    const g = Math.fround(gradient[k]! * scale) + penalty * weight;
    const mean = beta1 * m[k]! + (1 - beta1) * g;
    const square = beta2 * v[k]! + (1 - beta2) * g * g;
    toM[k] = mean;
    toV[k] = square;
    toW[k] = weight - (rate * mean) / (Math.sqrt(square) / correction + epsilon);
  }
}
