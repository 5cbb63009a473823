/** A neuron type: what the compiler knows of it, and its two loops. */
import type { Initialiser } from "../layers/initialisers.js";
import type { Range } from "../layers/parameter.js";
import type { NeuronLoop, NeuronLoopGradient } from "./loop.js";

export interface NeuronParameter {
  readonly name: string;
  /** Trained, or a constant of the instance. */
  readonly learn: boolean;
  /** One value for each channel, or one for all. */
  readonly per: "channel" | "shared";
  readonly initial: Initialiser;
  readonly range?: Range | undefined;
}

export interface NeuronDefinition {
  readonly name: string;
  /** Names of the inputs, in the order the loops number them. */
  readonly inputs: readonly string[];
  readonly parameters: readonly NeuronParameter[];
  /** Names of the states, in the order of the trace. */
  readonly states: readonly string[];
  /** Kind of the output. */
  readonly emits: "spike" | "trit" | "graded" | "real" | "sign";
  /**
   * Operations of one unit in one step: `* / ^` and functions of the update lines are MACs, `+ -` and the
   * comparison with the threshold additions. Absent in neurons written by hand, which count as leaky integrators.
   */
  readonly operations?: { readonly macs: number; readonly adds: number };
  /** False for a neuron that never spikes; its firing fraction is not reported. */
  readonly spikes?: boolean;
  /** Returns the number of spikes, above and below; 0 for a neuron that never spikes. */
  readonly forward: (loop: NeuronLoop) => number;
  readonly backward: (loop: NeuronLoopGradient) => void;
}

/** Gives a definition its type; emitted code calls it once per neuron type. */
export function defineNeuron(definition: NeuronDefinition): NeuronDefinition {
  return definition;
}
