/** A neuron layer: one neuron per unit of its input, with its parameters. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { recordNeuron } from "../energy/record.js";
import { SgnnError } from "../error.js";
import { closedEnds, type Parameter } from "../layers/parameter.js";
import type { Run } from "../layers/run.js";
import type { Scope } from "../layers/scope.js";
import { sizeOf, toFloat } from "../tensor/ops/operand.js";
import { Rng } from "../tensor/random/rng.js";
import type { NeuronDefinition, NeuronParameter } from "./definition.js";
import { runNeuron } from "./kernel.js";

export interface NeuronSize {
  /** Last dim of the input; 1 for an input of rank 1. */
  readonly channels: number;
}

export interface NeuronOptions {
  /** Time steps of the surrounding block; 1 outside of one. */
  readonly steps?: number;
  /** For each input, whether it is untimed and read again at every step. Default: none is. */
  readonly held?: readonly boolean[];
}

/**
 * Applies a neuron type to every unit of its inputs over time, in one fused loop. Learned parameters
 * are registered under `<path>.<name>`; states start afresh at every call.
 */
export class Neuron {
  readonly scope: Scope;
  readonly definition: NeuronDefinition;
  readonly channels: number;
  /** Learned parameters by name. */
  readonly parameters = new Map<string, Parameter>();
  private readonly constants: readonly (Float32Array | undefined)[];
  private readonly strides: readonly number[];

  /**
   * @param constants values for parameters by name, in place of their initial ones
   * @throws SgnnError R142 when a constant has an unknown name or is out of range
   */
  constructor(
    scope: Scope,
    definition: NeuronDefinition,
    size: NeuronSize,
    constants: Readonly<Record<string, number>> = {},
  ) {
    this.scope = scope;
    this.definition = definition;
    this.channels = size.channels;
    checkConstants(definition, constants);
    this.strides = definition.parameters.map(({ per }) => (per === "channel" ? 1 : 0));
    this.constants = definition.parameters.map((parameter) => {
      const shape = [parameter.per === "channel" ? size.channels : 1];
      const given = constants[parameter.name];
      const initial: NeuronParameter["initial"] =
        given === undefined
          ? parameter.initial
          : (dims) => new Float32Array(sizeOf(dims)).fill(given);
      if (!parameter.learn) {
        return initial(shape, Rng.of(scope.seed, `constant ${scope.path}.${parameter.name}`));
      }
      this.parameters.set(
        parameter.name,
        scope.parameter(parameter.name, shape, initial, { range: parameter.range }),
      );
      return undefined;
    });
  }

  /**
   * @param inputs one tensor per input of the definition, [rows, ..] with steps * N rows (time-major),
   * or N rows for a held one; all units agree
   * @returns the emitted values, [steps * N, ..]
   * @throws SgnnError R143 when the inputs do not fit
   */
  forward(inputs: readonly Tensor[], run: Run, options: NeuronOptions = {}): Tensor {
    const { definition, channels } = this;
    const { steps = 1, held = [] } = options;
    const units = this.unitsOf(inputs, steps, held);
    let fired = 0;
    const { output, fraction } = runNeuron(
      inputs.map((input) => tf.reshape(toFloat(input), [input.size])),
      definition.parameters.flatMap(({ name, learn }) =>
        learn ? [this.parameters.get(name)!.value] : [],
      ),
      {
        definition,
        steps,
        units,
        channels,
        inputStride: inputs.map((_, k) => (held[k] ? 0 : units)),
        parameterStride: this.strides,
        constants: this.constants,
        onFired: (count) => {
          fired = count;
        },
      },
    );
    if (definition.spikes !== false) {
      const size = steps * units;
      run.activity.record({
        path: this.scope.path,
        fraction: size === 0 ? 0 : fired / size,
        tensor: fraction,
        steps,
        units,
      });
    }
    const shape = inputs[0]!.shape;
    const rows = held[0] ? shape[0]! * steps : shape[0]!;
    const emitted = tf.reshape(output, [rows, ...shape.slice(1)]);
    this.count(emitted, steps, units);
    return emitted;
  }

  /** Reports the operations when they are counted. */
  private count(emitted: Tensor, steps: number, units: number): void {
    const { name, emits, operations, states } = this.definition;
    const { macs, adds } = operations ?? { macs: states.length, adds: states.length + 1 };
    const cost = { macs, adds, states: states.length, parameters: this.parameters.size };
    const about = { path: this.scope.path, neuron: name, kind: emits, steps, units };
    recordNeuron(emitted, { ...about, channels: this.channels, cost });
  }

  /** Units per step, the same for all inputs. */
  private unitsOf(inputs: readonly Tensor[], steps: number, held: readonly boolean[]): number {
    const { name, inputs: names } = this.definition;
    const fail = (message: string, why: string): never => {
      throw new SgnnError({
        code: "R143",
        message: `neuron ${name} at ${this.scope.path}: ${message}`,
        why,
        fix: "Check the number of steps and which inputs are held.",
      });
    };
    if (inputs.length !== names.length) {
      fail(`${inputs.length} inputs`, `It takes ${names.length}: ${names.join(", ")}.`);
    }
    let units = -1;
    inputs.forEach((input, k) => {
      const per = held[k] ? input.size : input.size / steps;
      const shape = `[${input.shape.join(", ")}]`;
      if (!Number.isInteger(per) || (!held[k] && input.shape[0]! % steps !== 0)) {
        fail(`input ${names[k]} ${shape} over ${steps} steps`, "Each step has the same rows.");
      }
      if (per % this.channels !== 0 || (input.shape[input.rank - 1] ?? 1) % this.channels !== 0) {
        fail(`input ${names[k]} ${shape}`, `It was made for ${this.channels} channels.`);
      }
      if (units >= 0 && per !== units) {
        fail(`inputs of ${units} and ${per} units per step`, "All inputs have the same units.");
      }
      units = per;
    });
    return units;
  }
}

function checkConstants(
  definition: NeuronDefinition,
  constants: Readonly<Record<string, number>>,
): void {
  for (const [name, value] of Object.entries(constants)) {
    const parameter = definition.parameters.find((candidate) => candidate.name === name);
    const range = parameter?.range;
    const ends = range ? closedEnds(range) : undefined;
    if (parameter && (!ends || (value >= ends[0] && value <= ends[1]))) continue;
    throw new SgnnError({
      code: "R142",
      message: `neuron ${definition.name}: ${name} = ${value}`,
      why: parameter
        ? `${name} lies between ${range!.low} and ${range!.high}.`
        : `Its parameters are ${definition.parameters.map((p) => p.name).join(", ")}.`,
      fix: "Change the value where the neuron is instantiated.",
    });
  }
}
