/**
 * One step of a neuron in single-assignment form: each line defines a new name, so that the forward
 * loop can print it and the backward loop can walk it from the last line to the first.
 *
 * Meaning of a neuron, per unit and step:
 * 1. `update` lines run top to bottom. `update detached` treats its right side as a constant.
 * 2. `spike` compares the updated states with their thresholds. A spike above wins over one below.
 * 3. `emit` reads the states at the moment of the spike (updated, not yet reset). A neuron without a
 *    `spike` line emits at every step; one that does not spike at this step emits 0.
 * 4. `reset` lines run top to bottom where a spike fell, above or below: v <- spiked ? value : v.
 *    A differentiated reset passes a gradient to the spike, (value - v); a detached one does not, as
 *    in snnTorch. The gradient along v itself is the same in both.
 */
import type { NeuronIr, Scalar } from "../ir/ir.js";
import { name, rename } from "./formula.js";
import type { Formula } from "./formula.js";
import { Names, capitalised } from "./names.js";

export interface SpikeSide {
  /** Names of the margin and of the flag "margin > 0" (">= 0"). */
  readonly margin: string;
  readonly flag: string;
  readonly value: Formula;
}

export interface Step {
  readonly neuron: NeuronIr;
  readonly names: Names;
  /** Source name -> identifier in the emitted code. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly params: ReadonlyMap<string, string>;
  /** State -> name of its value at the start of the step, and after the step. */
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
  readonly updates: readonly {
    readonly target: string;
    readonly value: Formula;
    readonly detached: boolean;
    readonly line: number;
    readonly state: string;
  }[];
  readonly spike:
    | {
        readonly above: SpikeSide;
        readonly below: SpikeSide | undefined;
        /** Flag "a spike on either side"; the flag of `above` when there is no other side. */
        readonly fired: string;
        readonly inclusive: boolean;
        readonly line: number;
      }
    | undefined;
  readonly resets: readonly {
    readonly target: string;
    readonly previous: string;
    readonly value: Formula;
    readonly detached: boolean;
    readonly line: number;
    readonly state: string;
  }[];
  readonly emit: {
    readonly above: Formula;
    readonly below: Formula | undefined;
    readonly line: number;
  };
}

/** Puts one step of a neuron into single-assignment form. */
export function stepOf(neuron: NeuronIr): Step {
  const names = new Names(["loop"]);
  const inputs = new Map(neuron.inputs.map((input) => [input, names.fresh(input)]));
  const params = new Map(neuron.params.map((param) => [param.name, names.fresh(param.name)]));
  const states = new Map(neuron.states.map((state) => [state.name, names.fresh(state.name)]));
  const updated = new Set(neuron.updates.map((update) => update.state));

  const before = new Map<string, string>();
  for (const [state, local] of states) {
    before.set(state, updated.has(state) ? names.fresh(`${local}Before`) : local);
  }
  const current = new Map(before);
  const resolve = (scalar: Scalar): Formula =>
    rename(scalar, (text) =>
      name(inputs.get(text) ?? params.get(text) ?? current.get(text) ?? missing(neuron, text)),
    );

  const seen = new Set<string>();
  const updates = neuron.updates.map(({ state, value, detached, line }) => {
    const right = resolve(value);
    const local = states.get(state) ?? missing(neuron, state);
    const target = seen.has(state) ? names.fresh(local) : local;
    seen.add(state);
    current.set(state, target);
    return { target, value: right, detached, line, state };
  });

  const spike = neuron.spike === undefined ? undefined : spikeOf(neuron.spike, names, resolve);
  const emit = {
    above: resolve(neuron.emit.above),
    below: spike?.below === undefined ? undefined : resolve(neuron.emit.below ?? neuron.emit.above),
    line: neuron.emit.line,
  };
  const resets = (spike === undefined ? [] : neuron.resets).map(
    ({ state, value, detached, line }) => {
      const right = resolve(value);
      const previous = current.get(state) ?? missing(neuron, state);
      const target = names.fresh(`${states.get(state) ?? state}After`);
      current.set(state, target);
      return { target, previous, value: right, detached, line, state };
    },
  );
  return { neuron, names, inputs, params, before, after: current, updates, spike, resets, emit };
}

function spikeOf(
  spike: NonNullable<NeuronIr["spike"]>,
  names: Names,
  resolve: (scalar: Scalar) => Formula,
): NonNullable<Step["spike"]> {
  const side = (word: string, margin: Scalar): SpikeSide => ({
    margin: names.fresh(word === "" ? "margin" : `margin${capitalised(word)}`),
    flag: names.fresh(word === "" ? "fired" : `fired${capitalised(word)}`),
    value: resolve(margin),
  });
  const { inclusive, line } = spike;
  if (spike.below === undefined) {
    const above = side("", spike.margin);
    return { above, below: undefined, fired: above.flag, inclusive, line };
  }
  const above = side("above", spike.margin);
  const below = side("below", spike.below);
  return { above, below, fired: names.fresh("fired"), inclusive, line };
}

function missing(neuron: NeuronIr, text: string): never {
  throw new Error(`neuron ${neuron.name}: nothing is called ${text}`);
}
