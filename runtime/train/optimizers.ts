/**
 * Optimisers with the update rules of PyTorch (torch.optim.Adam, AdamW, SGD), and clipping.
 *
 * One fused pass over plain arrays per parameter, in double precision, rounded once when stored: the
 * same bits on every backend. State is per parameter path and can be saved and restored exactly.
 */
import { suggest } from "../data/errors.js";
import { trainError } from "./errors.js";
import type { NamedCall } from "./spec.js";

/** Optimiser state of one parameter: how often it was updated, and its moments. */
export interface Slot {
  steps: number;
  readonly moments: Readonly<Record<string, Float32Array>>;
}

export interface Optimizer {
  readonly name: string;
  /** By parameter path. */
  readonly slots: Map<string, Slot>;
  /**
   * New values of one parameter, written into `values`.
   * @param factor of the schedule, multiplies the learning rate
   */
  update(path: string, values: Float32Array, gradient: Float32Array, factor: number): void;
}

type Rule = (
  values: Float32Array,
  gradient: Float32Array,
  slot: Slot,
  rate: number,
  args: Readonly<Record<string, number>>,
) => void;

interface Kind {
  readonly defaults: Readonly<Record<string, number>>;
  readonly moments: readonly string[];
  readonly rule: Rule;
}

/**
 * Adam (Kingma and Ba 2015) as torch.optim.Adam: `decay` is an L2 penalty, added to the gradient. With
 * `decoupled`, AdamW (Loshchilov and Hutter 2019): the weights shrink by rate * decay instead.
 */
function adamRule(decoupled: boolean): Rule {
  return (values, gradient, slot, rate, args) => {
    const { beta1 = 0, beta2 = 0, epsilon = 0, decay = 0 } = args;
    const first = slot.moments["first"]!;
    const second = slot.moments["second"]!;
    const correction1 = 1 - beta1 ** slot.steps;
    const correction2 = Math.sqrt(1 - beta2 ** slot.steps);
    const step = rate / correction1;
    for (let k = 0; k < values.length; k++) {
      const weight = decoupled ? values[k]! * (1 - rate * decay) : values[k]!;
      const g = decoupled ? gradient[k]! : gradient[k]! + decay * weight;
      const m = beta1 * first[k]! + (1 - beta1) * g;
      const v = beta2 * second[k]! + (1 - beta2) * g * g;
      first[k] = m;
      second[k] = v;
      values[k] = weight - (step * m) / (Math.sqrt(v) / correction2 + epsilon);
    }
  };
}

/** Gradient descent as torch.optim.SGD: momentum buffer b = momentum b + g, first b = g; `decay` as L2. */
const sgdRule: Rule = (values, gradient, slot, rate, args) => {
  const { momentum = 0, decay = 0 } = args;
  const buffer = slot.moments["momentum"]!;
  for (let k = 0; k < values.length; k++) {
    const g = gradient[k]! + decay * values[k]!;
    const b = slot.steps === 1 ? g : momentum * buffer[k]! + g;
    buffer[k] = b;
    values[k] = values[k]! - rate * b;
  }
};

const adamDefaults = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 };
const kinds: Readonly<Record<string, Kind>> = {
  adam: { defaults: adamDefaults, moments: ["first", "second"], rule: adamRule(false) },
  adamw: {
    defaults: { ...adamDefaults, decay: 0.01 },
    moments: ["first", "second"],
    rule: adamRule(true),
  },
  sgd: { defaults: { rate: 0.01, momentum: 0, decay: 0 }, moments: ["momentum"], rule: sgdRule },
};

/**
 * Makes an optimiser: adam(rate 1e-3, beta1 0.9, beta2 0.999, epsilon 1e-8, decay 0), adamw (decay 0.01),
 * sgd(rate 0.01, momentum 0, decay 0).
 * @throws SgnnError R300 for another name or argument
 */
export function createOptimizer(call: NamedCall): Optimizer {
  const kind = kinds[call.name];
  if (kind === undefined) {
    throw trainError(
      "R300",
      `there is no optimiser ${call.name}`,
      "the optimize line names the update rule",
      suggest(call.name, Object.keys(kinds), "optimisers"),
    );
  }
  for (const [name, value] of Object.entries(call.args)) {
    if (kind.defaults[name] !== undefined && Number.isFinite(value)) continue;
    // `epochs` says when the next optimiser takes over; see trainer.ts.
    if (name === "epochs") continue;
    throw trainError(
      "R300",
      `${call.name} has no argument ${name}${Number.isFinite(value) ? "" : ` of ${value}`}`,
      "arguments of an optimiser are finite numbers, given by name",
      suggest(name, Object.keys(kind.defaults), `arguments of ${call.name}`),
    );
  }
  const args = { ...kind.defaults, ...call.args };
  const slots = new Map<string, Slot>();
  return {
    name: call.name,
    slots,
    update(path, values, gradient, factor) {
      let slot = slots.get(path);
      if (slot === undefined) {
        const moments = kind.moments.map(
          (name) => [name, new Float32Array(values.length)] as const,
        );
        slot = { steps: 0, moments: Object.fromEntries(moments) };
        slots.set(path, slot);
      }
      slot.steps += 1;
      kind.rule(values, gradient, slot, args["rate"]! * factor, args);
    },
  };
}

/** The global norm of some gradients: the root of the sum of all squares. */
export function globalNorm(gradients: Iterable<Float32Array>): number {
  let square = 0;
  for (const gradient of gradients) for (const value of gradient) square += value * value;
  return Math.sqrt(square);
}

/** Scales gradients in place so that their global norm is at most `most` (as torch's clip_grad_norm_); returns the norm before. */
export function clipGradients(gradients: ReadonlyMap<string, Float32Array>, most: number): number {
  const norm = globalNorm(gradients.values());
  if (norm > most) {
    const factor = most / (norm + 1e-6);
    for (const gradient of gradients.values()) {
      for (let k = 0; k < gradient.length; k++) gradient[k] = gradient[k]! * factor;
    }
  }
  return norm;
}
