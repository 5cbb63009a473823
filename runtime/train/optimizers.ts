/**
 * Optimisers with the update rules of PyTorch (torch.optim.Adam, AdamW, SGD), and clipping.
 *
 * One fused pass per parameter, in double precision, rounded once when stored: the same bits on every backend, and
 * from `update` (plain arrays) and `step` (tensors). State is per parameter path and can be saved and restored exactly.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { suggest } from "../data/errors.js";
import { adamUpdate } from "../kernels/adam.js";
import { adam, type AdamStep } from "../kernels/reference/adam.js";
import type { Parameter } from "../layers/parameter.js";
import { trainError } from "./errors.js";
import type { NamedCall } from "./spec.js";

/** Optimiser state of one parameter: how often it was updated, and its moments, for reading. */
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
  /**
   * New values of one parameter, on the backend. Does not project them into the parameter's range.
   * @param gradient shape of the parameter; stays the caller's
   * @param factor of the schedule, multiplies the learning rate
   * @param scale of clipping, multiplies the gradient
   */
  step(parameter: Parameter, gradient: Tensor, factor: number, scale?: number): void;
  /** Frees the state that is on a backend. */
  dispose(): void;
}

type Args = Readonly<Record<string, number>>;

type Rule = (
  values: Float32Array,
  gradient: Float32Array,
  slot: Slot,
  rate: number,
  args: Args,
) => void;

interface Kind {
  readonly defaults: Readonly<Record<string, number>>;
  readonly moments: readonly string[];
  readonly rule: Rule;
  /** The numbers of an update by Adam, for kinds that have a kernel. */
  readonly adam?: (steps: number, rate: number, args: Args) => AdamStep;
}

/**
 * Adam (Kingma and Ba 2015) as torch.optim.Adam: `decay` is an L2 penalty, added to the gradient. With
 * `decoupled`, AdamW (Loshchilov and Hutter 2019): the weights shrink by rate * decay instead.
 */
function adamKind(defaults: Args, decoupled: boolean): Kind {
  const stepOf = (steps: number, rate: number, args: Args): AdamStep => {
    const { beta1 = 0, beta2 = 0, epsilon = 0, decay = 0 } = args;
    return {
      ...{ beta1, beta2, epsilon, scale: 1 },
      rate: rate / (1 - beta1 ** steps),
      correction: Math.sqrt(1 - beta2 ** steps),
      penalty: decoupled ? 0 : decay,
      shrink: decoupled ? 1 - rate * decay : 1,
    };
  };
  const rule: Rule = (values, gradient, { steps, moments }, rate, args) => {
    const state = { values, first: moments["first"]!, second: moments["second"]! };
    adam(state, gradient, state, stepOf(steps, rate, args));
  };
  return { defaults, moments: ["first", "second"], rule, adam: stepOf };
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
  adam: adamKind(adamDefaults, false),
  adamw: adamKind({ ...adamDefaults, decay: 0.01 }, true),
  sgd: { defaults: { rate: 0.01, momentum: 0, decay: 0 }, moments: ["momentum"], rule: sgdRule },
};

/** The state of Adam on the backend; `moments` are copies. */
class AdamSlot implements Slot {
  constructor(
    public steps: number,
    private first: Tensor,
    private second: Tensor,
  ) {}

  static from({ steps, moments }: Slot, shape: readonly number[]): AdamSlot {
    const tensor = (values: Float32Array): Tensor => tf.tensor(values, [...shape], "float32");
    return new AdamSlot(steps, tensor(moments["first"]!), tensor(moments["second"]!));
  }

  get moments(): Readonly<Record<string, Float32Array>> {
    const copy = (tensor: Tensor): Float32Array => Float32Array.from(tensor.dataSync());
    return { first: copy(this.first), second: copy(this.second) };
  }

  update({ value }: Parameter, gradient: Tensor, step: AdamStep): void {
    const { values, first, second } = adamUpdate(value, gradient, this.first, this.second, step);
    value.assign(values);
    values.dispose();
    this.dispose();
    this.first = first;
    this.second = second;
  }

  dispose(): void {
    this.first.dispose();
    this.second.dispose();
  }
}

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
  const slotOf = (path: string, size: number): Slot => {
    const found = slots.get(path);
    if (found !== undefined) return found;
    const moments = kind.moments.map((name) => [name, new Float32Array(size)] as const);
    const slot = { steps: 0, moments: Object.fromEntries(moments) };
    slots.set(path, slot);
    return slot;
  };
  const update: Optimizer["update"] = (path, values, gradient, factor) => {
    const slot = slotOf(path, values.length);
    slot.steps += 1;
    kind.rule(values, gradient, slot, args["rate"]! * factor, args);
  };
  return {
    name: call.name,
    slots,
    update,
    step(parameter, gradient, factor, scale = 1) {
      const { path, shape, value } = parameter;
      if (kind.adam === undefined) {
        const values = Float32Array.from(value.dataSync());
        const scaled = gradient.dataSync<"float32">().map((g) => g * scale);
        update(path, values, scaled, factor);
        parameter.set(values);
        return;
      }
      let slot = slotOf(path, value.size);
      if (!(slot instanceof AdamSlot)) {
        slot = AdamSlot.from(slot, shape);
        slots.set(path, slot);
      }
      slot.steps += 1;
      const step = kind.adam(slot.steps, args["rate"]! * factor, args);
      (slot as AdamSlot).update(parameter, gradient, { ...step, scale });
    },
    dispose() {
      for (const slot of slots.values()) if (slot instanceof AdamSlot) slot.dispose();
      slots.clear();
    },
  };
}

/** The global norm of some gradients: the root of the sum of all squares. */
export function globalNorm(gradients: Iterable<Float32Array>): number {
  let square = 0;
  for (const gradient of gradients) for (const value of gradient) square += value * value;
  return Math.sqrt(square);
}

/** What gradients are multiplied by so that their global norm is at most `most` (torch's clip_grad_norm_). */
export function clipFactor(norm: number, most: number): number {
  return norm > most ? most / (norm + 1e-6) : 1;
}

/** Scales gradients in place so that their global norm is at most `most`; returns the norm before. */
export function clipGradients(gradients: ReadonlyMap<string, Float32Array>, most: number): number {
  const norm = globalNorm(gradients.values());
  const factor = clipFactor(norm, most);
  if (factor === 1) return norm;
  for (const gradient of gradients.values()) {
    for (let k = 0; k < gradient.length; k++) gradient[k] = gradient[k]! * factor;
  }
  return norm;
}
