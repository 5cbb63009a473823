/**
 * Jets of a network in double precision, one point and one number at a time: the definition that every
 * other implementation is tested against. Nothing here is fast.
 */
import { chainTerms, indexIn, ofInput, type MultiIndex, type Operator } from "./multi-index.js";
import { highestOrder, type NetworkShape, type SmoothActivation } from "./network.js";

/** f, f', .. f^(order) of an activation at z; order is at most 5. */
export function activationDerivatives(
  kind: SmoothActivation,
  z: number,
  order: number,
): readonly number[] {
  return all(kind, z).slice(0, order + 1);
}

function all(kind: SmoothActivation, z: number): readonly number[] {
  switch (kind) {
    case "tanh": {
      const y = Math.tanh(z);
      const q = y * y;
      const one = 1 - q;
      return [
        y,
        one,
        -2 * y * one,
        one * (6 * q - 2),
        one * y * (16 - 24 * q),
        one * (16 - 120 * q + 120 * q * q),
      ];
    }
    case "sin": {
      const s = Math.sin(z);
      const c = Math.cos(z);
      return [s, c, -s, -c, s, c];
    }
    case "sigmoid":
      return logistic(z);
    case "softplus":
      return [Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), ...logistic(z).slice(0, 5)];
    case "gelu": {
      const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
      const phi = normalDistribution(z);
      const q = z * z;
      return [
        z * phi,
        phi + z * density,
        (2 - q) * density,
        z * (q - 4) * density,
        (-q * q + 7 * q - 4) * density,
        z * (q * q - 11 * q + 18) * density,
      ];
    }
    case "silu": {
      const s = logistic(z);
      return s.map((value, k) => z * value + (k === 0 ? 0 : k * s[k - 1]!));
    }
    case "exp":
      return new Array<number>(6).fill(Math.exp(z));
  }
}

/** The logistic function and its derivatives, polynomials in s and p = s (1 - s). */
function logistic(z: number): readonly number[] {
  const s = 1 / (1 + Math.exp(-z));
  const p = s * (1 - s);
  const t = 1 - 2 * s;
  return [s, p, p * t, p * (1 - 6 * p), p * t * (1 - 12 * p), p * (1 - 30 * p + 120 * p * p)];
}

/** Standard normal distribution function: a series of positive terms below 4, a continued fraction above. */
export function normalDistribution(x: number): number {
  const size = Math.abs(x);
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  if (size < 4) {
    let term = x;
    let sum = x;
    for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
      term *= (x * x) / n;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / (size + fraction);
  const tail = density / (size + fraction);
  return x > 0 ? 1 - tail : tail;
}

/** A jet per unit: [unit][derivative]. */
type Jets = number[][];

/**
 * The jet of every output at one point, and a function from the gradient of a loss by these to its gradient
 * by the parameters.
 * @param parameters flat, as the shape's offsets say
 * @param jet see `jetOf`
 */
export function referenceJets(
  shape: NetworkShape,
  parameters: ArrayLike<number>,
  jet: readonly Operator[],
  point: readonly number[],
): {
  readonly outputs: readonly (readonly number[])[];
  gradient(outputGradient: readonly (readonly number[])[]): Float64Array;
} {
  const terms = chainTerms(jet);
  const order = highestOrder(jet);
  const states: Jets[] = [
    shape.inputs.map(({ middle, half }, k) =>
      jet.map((operator, a) =>
        a === 0 ? ((point[k] ?? 0) - middle) / half : ofInput(operator, k, half),
      ),
    ),
  ];
  for (const step of shape.steps) {
    const input = states.at(-1) ?? [];
    if (step.type === "dense") {
      const { inputs, outputs, weight, bias } = step;
      states.push(
        Array.from({ length: outputs }, (_, o) =>
          jet.map((_, a) => {
            let sum = a === 0 ? parameters[bias + o]! : 0;
            for (let i = 0; i < inputs; i++) {
              sum += parameters[weight + i * outputs + o]! * input[i]![a]!;
            }
            return sum;
          }),
        ),
      );
    } else {
      states.push(
        input.map((z) => {
          const f = activationDerivatives(step.kind, z[0]!, order);
          return jet.map((_, a) => {
            if (a === 0) return f[0]!;
            const rest = terms[a - 1]!.map(
              (term) =>
                term.factor * f[term.order]! * term.parts.reduce((p, part) => p * z[part]!, 1),
            );
            return f[1]! * z[a]! + rest.reduce((sum, value) => sum + value, 0);
          });
        }),
      );
    }
  }
  return {
    outputs: states.at(-1) ?? [],
    gradient(outputGradient) {
      const result = new Float64Array(parameters.length);
      let back: Jets = outputGradient.map((row) => [...row]);
      for (let k = shape.steps.length - 1; k >= 0; k--) {
        const step = shape.steps[k]!;
        const input = states[k]!;
        if (step.type === "dense") {
          const { inputs, outputs, weight, bias } = step;
          const next: Jets = Array.from({ length: inputs }, () => jet.map(() => 0));
          for (let o = 0; o < outputs; o++) {
            result[bias + o]! += back[o]![0]!;
            for (let i = 0; i < inputs; i++) {
              const at = weight + i * outputs + o;
              jet.forEach((_, a) => {
                result[at]! += back[o]![a]! * input[i]![a]!;
                next[i]![a]! += back[o]![a]! * parameters[at]!;
              });
            }
          }
          back = next;
        } else {
          back = back.map((d, unit) => composeGradient(step.kind, input[unit]!, d));
        }
      }
      return result;
    },
  };

  function composeGradient(kind: SmoothActivation, z: number[], d: number[]): number[] {
    const f = activationDerivatives(kind, z[0]!, order + 1);
    const g = z.map(() => 0);
    d.forEach((value, a) => {
      if (a === 0) {
        g[0]! += f[1]! * value;
        return;
      }
      g[a]! += f[1]! * value;
      g[0]! += f[2]! * z[a]! * value;
      for (const { order: k, factor, parts } of terms[a - 1]!) {
        const product = (skipped: number): number =>
          parts.reduce((p, part, m) => (m === skipped ? p : p * z[part]!), 1);
        g[0]! += factor * f[k + 1]! * product(-1) * value;
        parts.forEach((part, m) => {
          g[part]! += factor * f[k]! * product(m) * value;
        });
      }
    });
    return g;
  }
}

/** One derivative of one output, by name. */
export function derivativeAt(
  outputs: readonly (readonly number[])[],
  jet: readonly Operator[],
  output: number,
  index: MultiIndex,
): number {
  return outputs[output]?.[indexIn(jet, index)] ?? NaN;
}
