/**
 * Runs the loops of a neuron as one TensorFlow.js kernel over all time steps. The traces of the states
 * stay outside the tensor backend: only the loops read them, and they die with the tape.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { defineKernel, type Kernel } from "../kernels/kernel.js";
import type { NeuronDefinition } from "./definition.js";
import type { NeuronLoop } from "./loop.js";

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

export interface NeuronMemory {
  trace: readonly Float32Array[];
  spikes: Float32Array;
  output: Float32Array;
  /** Number of spikes that fell. */
  fired: number;
}

/** Scratch for passes that nothing will be differentiated through. */
const scratch: { trace: Float32Array[]; spikes: Float32Array } = {
  trace: [],
  spikes: new Float32Array(0),
};

/** Memory of one forward pass; without a gradient to come it is shared by all passes. */
function allocate(a: NeuronAttributes, taped: boolean): { trace: Float32Array[]; spikes: Float32Array } {
  const states = a.definition.states.length;
  const size = a.steps * a.units;
  const traceSize = size + a.units;
  if (taped) {
    return {
      trace: Array.from({ length: states }, () => new Float32Array(traceSize)),
      spikes: new Float32Array(size),
    };
  }
  if (scratch.spikes.length < size) scratch.spikes = new Float32Array(size);
  for (let k = 0; k < states; k++) {
    if ((scratch.trace[k]?.length ?? 0) < traceSize) scratch.trace[k] = new Float32Array(traceSize);
  }
  return { trace: scratch.trace.slice(0, states), spikes: scratch.spikes.subarray(0, size) };
}

/** Whether a tape is recording. */
function isTaped(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

function loopOf(
  arrays: readonly Float32Array[],
  a: NeuronAttributes,
  output: Float32Array,
): NeuronLoop {
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
    output,
    spikes: a.memory.spikes,
    trace: a.memory.trace,
  };
}

const forward: Kernel<NeuronAttributes> = defineKernel({
  name: "Neuron",
  outputs: (_inputs, a) => [{ shape: [a.steps * a.units] }, { shape: [] }],
  compute: (inputs, [output, fraction], a) => {
    const size = a.steps * a.units;
    const { memory } = a;
    const taped = isTaped();
    Object.assign(memory, allocate(a, taped));
    if (a.definition.spikes === false) memory.spikes.fill(0);
    a.definition.forward(loopOf(inputs, a, output!));
    let fired = 0;
    for (let k = 0; k < size; k++) if (memory.spikes[k] !== 0) fired++;
    memory.fired = fired;
    fraction![0] = size === 0 ? 0 : fired / size;
    if (taped) memory.output = output!.slice();
    else {
      memory.trace = [];
      memory.spikes = new Float32Array(0);
    }
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
    const { memory } = a;
    const outputGradient = inputs[inputs.length - 2]!;
    const fractionGradient = inputs[inputs.length - 1]![0]!;
    const spikesGradient = new Float32Array(size);
    if (fractionGradient !== 0) spikesGradient.fill(fractionGradient / size);
    for (const gradient of gradients) gradient.fill(0);
    const inputCount = a.definition.inputs.length;
    const sums = a.parameterStride.map((stride) => new Float64Array(stride === 0 ? 1 : a.channels));
    a.definition.backward({
      ...loopOf(inputs, a, memory.output),
      outputGradient,
      spikesGradient,
      inputGradients: gradients.slice(0, inputCount),
      parameterGradients: sums,
    });
    let next = inputCount;
    a.constants.forEach((constant, p) => {
      if (!constant) gradients[next++]!.set(sums[p]!);
    });
  },
});

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
