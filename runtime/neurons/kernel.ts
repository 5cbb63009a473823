/**
 * Runs the loops of a neuron as one TensorFlow.js kernel over all time steps. The traces of the states
 * stay outside the tensor backend: only the loops read them, and they are used again after the
 * backward pass.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { defineKernel, type Kernel } from "../kernels/kernel.js";
import type { NeuronDefinition } from "./definition.js";
import type { NeuronLoop } from "./loop.js";
import { acquire, release } from "./scratch.js";

export interface NeuronAttributes {
  readonly definition: NeuronDefinition;
  readonly steps: number;
  readonly units: number;
  readonly channels: number;
  readonly inputStride: readonly number[];
  readonly parameterStride: readonly number[];
  /** Values of parameters that are not tensors, by position; tensors follow the inputs in order. */
  readonly constants: readonly (Float32Array | undefined)[];
  /** Filled by the forward pass for the backward pass. */
  readonly memory: NeuronMemory;
}

/** What the forward pass leaves for the backward pass. */
export interface NeuronMemory {
  /** Undefined until a forward pass under a tape, and again after the backward pass. */
  trace: readonly Float32Array[] | undefined;
  /** Number of spikes that fell. */
  fired: number;
}

/** Whether a tape is recording. */
function isTaped(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

/** What both loops read. Arrays of parameters that are tensors follow those of the inputs. */
function reads(
  arrays: readonly Float32Array[],
  a: NeuronAttributes,
): Omit<NeuronLoop, "output" | "trace"> {
  const inputCount = a.definition.inputs.length;
  let next = inputCount;
  return {
    steps: a.steps,
    units: a.units,
    channels: a.channels,
    inputs: arrays.slice(0, inputCount),
    inputStride: a.inputStride,
    parameters: a.constants.map((constant) => constant ?? arrays[next++]!),
    parameterStride: a.parameterStride,
  };
}

/** Runs the forward loop into `output`; returns the trace and the number of spikes. */
function runForward(
  arrays: readonly Float32Array[],
  output: Float32Array,
  a: NeuronAttributes,
): { trace: Float32Array[]; fired: number } {
  const trace = a.definition.states.map(() => acquire((a.steps + 1) * a.units));
  const fired = a.definition.forward({ ...reads(arrays, a), output, trace });
  return { trace, fired };
}

const forward: Kernel<NeuronAttributes> = defineKernel({
  name: "Neuron",
  outputs: (_inputs, a) => [{ shape: [a.steps * a.units] }, { shape: [] }],
  compute: (inputs, [output, fraction], a) => {
    const size = a.steps * a.units;
    const { trace, fired } = runForward(inputs, output!, a);
    a.memory.fired = fired;
    fraction![0] = size === 0 ? 0 : fired / size;
    if (isTaped()) a.memory.trace = trace;
    else trace.forEach(release);
  },
  gradient: ([outputGradient, fractionGradient], saved, a) => {
    const all = backward([...saved, outputGradient!, fractionGradient!], a);
    return all.map((gradient) => () => tf.clone(gradient));
  },
});

const backward: Kernel<NeuronAttributes> = defineKernel({
  name: "NeuronGradient",
  outputs: (inputs) => inputs.slice(0, -2).map((input) => ({ shape: input.shape.slice() })),
  compute: (inputs, gradients, a) => {
    const size = a.steps * a.units;
    const outputGradient = inputs[inputs.length - 2]!;
    const fractionGradient = inputs[inputs.length - 1]![0]!;
    // A second backward pass over one forward pass is rare; it runs the forward loop again.
    const trace = a.memory.trace ?? again(inputs, a);
    a.memory.trace = undefined;
    for (const gradient of gradients) gradient.fill(0);
    const inputCount = a.definition.inputs.length;
    const sums = a.parameterStride.map((stride) => new Float64Array(stride === 0 ? 1 : a.channels));
    a.definition.backward({
      ...reads(inputs, a),
      trace,
      outputGradient,
      spikesGradient: size === 0 ? 0 : fractionGradient / size,
      inputGradients: gradients.slice(0, inputCount),
      parameterGradients: sums,
    });
    trace.forEach(release);
    let next = inputCount;
    a.constants.forEach((constant, p) => {
      if (!constant) gradients[next++]!.set(sums[p]!);
    });
  },
});

function again(inputs: readonly Float32Array[], a: NeuronAttributes): Float32Array[] {
  const output = acquire(a.steps * a.units);
  const { trace } = runForward(inputs, output, a);
  release(output);
  return trace;
}

/**
 * @param inputs float32 [steps * units] each, or [units] for a held one
 * @param parameters float32 [channels] or [1] each, those that are not constants
 * @returns the output [steps * units] and the firing fraction (a scalar), differentiable once
 */
export function runNeuron(
  inputs: readonly Tensor[],
  parameters: readonly Tensor[],
  attributes: NeuronAttributes,
): { output: Tensor; fraction: Tensor } {
  const [output, fraction] = forward([...inputs, ...parameters], attributes);
  return { output: output!, fraction: fraction! };
}
