/**
 * The spiking neurons of an equilibrium block, simulated (Xiao et al., NeurIPS 2021, arXiv 2109.14247):
 * per latent step and layer `u <- leak u + current; s = 1[u >= threshold]; u <- u - threshold s`, and at
 * the end the weighted rate a = sum_k leak^(T-k) s[k] / sum_k leak^(T-k), which tends to the equilibrium
 * clip(current / threshold, 0, 1). Layers run in the order of the block's equations, so a later one sees
 * the spikes that an earlier one emits in the same step.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

export interface RateNeuron {
  readonly threshold: number;
  /** Factor of the potential from step to step, in (0, 1]; 1 for integrate-and-fire. */
  readonly leak: number;
}

/** What a state does with its current: a rate at the equilibrium, or spikes in the simulation. */
export type Fire = (state: string, current: Tensor) => Tensor;

/** The rate of an (integrate-and-)fire neuron with this constant current: clip(current / threshold, 0, 1). */
export function rateOf(current: Tensor, { threshold }: RateNeuron): Tensor {
  return tf.clipByValue(threshold === 1 ? current : tf.div(current, threshold), 0, 1);
}

/**
 * Weighted rates after `steps` latent steps.
 * @param step runs all equations once: fed-back spikes by name in, fed-back spikes by name out
 * @param start shapes of the fed-back states: their spikes before the first step are 0
 * @returns rates of the fed-back states and the mean firing fraction of all neurons
 */
export function simulate(
  step: (spikes: Readonly<Record<string, Tensor>>, fire: Fire) => Readonly<Record<string, Tensor>>,
  start: Readonly<Record<string, Tensor>>,
  neurons: Readonly<Record<string, RateNeuron>>,
  steps: number,
): { readonly rates: Readonly<Record<string, Tensor>>; readonly fraction: number } {
  const names = Object.keys(start);
  let potentials = new Map<string, Tensor>();
  let spikes: Readonly<Record<string, Tensor>> = start;
  let sums: Readonly<Record<string, Tensor>> = {};
  let fired = 0;
  let possible = 0;
  for (let k = 0; k < steps; k++) {
    const next = new Map<string, Tensor>();
    const counts: Tensor[] = [];
    const results = tf.tidy(() => {
      const fire: Fire = (name, current) => {
        const { threshold, leak } = neurons[name]!;
        const before = potentials.get(name);
        const potential = before ? tf.add(tf.mul(before, leak), current) : current;
        const spike = tf.cast(tf.greaterEqual(potential, threshold), "float32");
        next.set(name, tf.keep(tf.sub(potential, tf.mul(spike, threshold))));
        counts.push(tf.keep(tf.sum(spike)));
        possible += spike.size;
        return spike;
      };
      const emitted = step(spikes, fire);
      const added = names.map((name) => {
        const before = sums[name];
        const leak = neurons[name]!.leak;
        return before ? tf.add(tf.mul(before, leak), emitted[name]!) : tf.clone(emitted[name]!);
      });
      return [...names.map((name) => tf.clone(emitted[name]!)), ...added];
    });
    potentials.forEach((tensor) => tensor.dispose());
    if (k > 0) Object.values(spikes).forEach((tensor) => tensor.dispose());
    Object.values(sums).forEach((tensor) => tensor.dispose());
    potentials = next;
    for (const count of counts) {
      fired += count.dataSync()[0]!;
      count.dispose();
    }
    spikes = Object.fromEntries(names.map((name, at) => [name, results[at]!]));
    sums = Object.fromEntries(names.map((name, at) => [name, results[names.length + at]!]));
  }
  potentials.forEach((tensor) => tensor.dispose());
  Object.values(spikes).forEach((tensor) => tensor.dispose());
  const rates = Object.fromEntries(
    names.map((name) => [name, tf.div(sums[name]!, weight(neurons[name]!.leak, steps)) as Tensor]),
  );
  Object.values(sums).forEach((tensor) => tensor.dispose());
  return { rates, fraction: possible === 0 ? 0 : fired / possible };
}

/** sum_k leak^(T-k) over the T steps. */
function weight(leak: number, steps: number): number {
  let sum = 0;
  for (let k = 0; k < steps; k++) sum = sum * leak + 1;
  return sum;
}
