/**
 * One of our neurons as NIR nodes.
 *
 * NIR neurons are differential equations, ours are recurrences. With a time step `dt` and the forward
 * Euler rule, `tau dv/dt = (v_leak - v) + r I` is `v + dt / tau ((v_leak - v) + r I)`, which is our line
 * `a v + b input + c` with `tau = dt / (1 - a)`, `r = b / (1 - a)`, `v_leak = c / (1 - a)`.
 *
 * NIR's LIF sets v to v_reset where it spikes. A reset that subtracts d is said exactly by an integrator
 * without reset (LI), a Threshold, and an edge back that adds -a d / b to the next input.
 */
import type { NeuronIr } from "../../ir/ir.js";
import type { Fidelity, NirArray, NirNode } from "./types.js";
import { vector } from "./types.js";
import { evaluateScalar, lineOf } from "./scalar.js";

/** Seconds of one step, as NIR's own examples take it. */
export const DT = 1e-4;

/** Nodes by the ending that their name gets; the first takes the input, the last gives the spikes. */
export interface NeuronNodes {
  readonly nodes: readonly (readonly [ending: string, node: NirNode])[];
  /** Edges between the nodes, by endings. */
  readonly edges: readonly (readonly [from: string, to: string])[];
  readonly output: string;
  readonly report: readonly Omit<Fidelity, "node">[];
}

/** One channel: `v <- a v + b input + c`, spikes above `threshold`, then `v <- keep v + to`. */
interface Unit {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly threshold: number;
  readonly keep: number;
  readonly to: number;
}

/**
 * @param width number of channels
 * @param values of the neuron's parameters in a channel
 * @param exact say a subtracting reset by a loop instead of by NIR's LIF
 * @returns a sentence when NIR has no such neuron
 */
export function neuronNodes(
  neuron: NeuronIr,
  width: number,
  values: (channel: number) => ReadonlyMap<string, number>,
  exact: boolean,
): NeuronNodes | string {
  const units: Unit[] = [];
  for (let channel = 0; channel < width; channel++) {
    const unit = unitOf(neuron, values(channel));
    if (typeof unit === "string") return unit;
    units.push(unit);
  }
  const leaks = units.some(({ a, c }) => a !== 1 || c !== 0);
  if (leaks && units.some(({ a }) => a >= 1 || a < 0)) return "its leak is not in [0, 1)";
  const of = (value: (unit: Unit) => number): NirArray => vector(units.map(value));
  const dynamics: Record<string, NirArray> = leaks
    ? {
        tau: of(({ a }) => DT / (1 - a)),
        r: of(({ a, b }) => b / (1 - a)),
        v_leak: of(({ a, c }) => c / (1 - a)),
      }
    : { r: of(({ b }) => b / DT) };
  const threshold = of(({ threshold: value }) => value);
  const isHard = units.every(({ keep }) => keep === 0);
  const report = [
    {
      part: "update",
      how: "exact" as const,
      why: `forward Euler with dt = ${DT} s gives the recurrence back`,
    },
    spikeLine(neuron),
    {
      part: "surrogate",
      how: "left out" as const,
      why: "NIR has no gradients; spikes do not depend on it",
    },
  ];
  if (isHard || !exact) {
    const arrays = {
      ...dynamics,
      v_threshold: threshold,
      v_reset: of(({ to }) => (isHard ? to : 0)),
    };
    const reset = isHard
      ? { part: "reset", how: "exact" as const, why: "to v_reset" }
      : {
          part: "reset",
          how: "approximate" as const,
          why: "NIR's neurons reset to v_reset = 0, this one subtracts and keeps the rest; --exact says it by a loop",
        };
    const node: NirNode = { type: leaks ? "LIF" : "IF", arrays };
    return { nodes: [["", node]], edges: [], output: "", report: [...report, reset] };
  }
  if (units.some(({ keep, b }) => keep !== 1 || b === 0)) return "its reset is no subtraction";
  return {
    nodes: [
      ["", { type: leaks ? "LI" : "I", arrays: dynamics }],
      ["_spike", { type: "Threshold", arrays: { threshold } }],
      ["_reset", { type: "Scale", arrays: { scale: of(({ a, b, to }) => (a * to) / b) } }],
    ],
    edges: [
      ["", "_spike"],
      ["_spike", "_reset"],
      ["_reset", ""],
    ],
    output: "_spike",
    report: [
      ...report,
      {
        part: "reset",
        how: "exact",
        why: "an edge back carries the spikes of the step before, and takes the threshold from the next input",
      },
    ],
  };
}

function spikeLine(neuron: NeuronIr): Omit<Fidelity, "node"> {
  if (neuron.spike?.inclusive !== true)
    return { part: "spike", how: "exact", why: "v > v_threshold" };
  return {
    part: "spike",
    how: "exact",
    why: "`v >= threshold` is `v >` the next smaller 32-bit number",
  };
}

function unitOf(neuron: NeuronIr, values: ReadonlyMap<string, number>): Unit | string {
  const { spike, emit, states, updates, inputs, resets } = neuron;
  if (states.length !== 1 || updates.length !== 1)
    return "NIR's neurons have one state and one equation";
  if (inputs.length !== 1) return "NIR's neurons have one input";
  if (spike === undefined) return "it never spikes";
  if (spike.below !== undefined) return "NIR's neurons have one threshold";
  if (evaluateScalar(states[0].initial, values) !== 0) return "its potential does not begin at 0";
  const state = states[0].name;
  const update = lineOf(updates[0].value, [state, inputs[0]], values);
  if (update === undefined) return "its update is no straight line";
  const margin = lineOf(spike.margin, [state], values);
  if (margin === undefined || margin.slopes[0] <= 0) return "its threshold is no number";
  const emitted = lineOf(emit.above, [state, inputs[0]], values);
  if (emitted?.at !== 1 || emitted.slopes.some((slope) => slope !== 0)) {
    return "it emits something else than 1";
  }
  if (resets.length > 1) return "it has several resets";
  const reset =
    resets.length === 0 ? { at: 0, slopes: [1] } : lineOf(resets[0].value, [state], values);
  if (reset === undefined) return "its reset is no straight line";
  const threshold = -margin.at / margin.slopes[0];
  const [keep] = reset.slopes;
  if (keep !== 0 && keep !== 1) return "its reset is neither a value nor a subtraction";
  return {
    ...{ a: update.slopes[0], b: update.slopes[1], c: update.at },
    threshold: spike.inclusive ? below(threshold) : threshold,
    ...{ keep, to: reset.at },
  };
}

/** The next smaller 32-bit number. */
function below(value: number): number {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, value);
  const number = bits.getInt32(0);
  if (bits.getFloat32(0) === 0) return -1.401298464324817e-45;
  bits.setInt32(0, number > 0 ? number - 1 : number + 1);
  return bits.getFloat32(0);
}
