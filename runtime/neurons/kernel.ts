/**
 * Runs the loops of a neuron as one TensorFlow.js kernel over all time steps. The traces of the states are tensors
 * that the forward loop writes and the backward loop reads. They are inputs of the kernel, so that the tape keeps
 * them as long as it needs them and no longer.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import { defineKernel, type Kernel } from "../kernels/kernel.js";
import type { WasmCall } from "../kernels/wasm/call.js";
import type { NeuronDefinition } from "./definition.js";
import type { NeuronLoop } from "./loop.js";
import { runInVectors } from "./vector/index.js";

export interface NeuronAttributes {
  readonly definition: NeuronDefinition;
  readonly steps: number;
  readonly units: number;
  readonly channels: number;
  readonly inputStride: readonly number[];
  readonly parameterStride: readonly number[];
  /** Values of parameters that are not tensors, by position; tensors follow the inputs in order. */
  readonly constants: readonly (Float32Array | undefined)[];
  /** Told the number of spikes by the forward pass. */
  readonly onFired: (fired: number) => void;
}

/** What both loops read: inputs, then parameters that are tensors, then traces. */
function reads(
  arrays: readonly Float32Array[],
  a: NeuronAttributes,
  constants: NeuronAttributes["constants"] = a.constants,
): Omit<NeuronLoop, "output"> {
  const inputCount = a.definition.inputs.length;
  let next = inputCount;
  const parameters = constants.map((constant) => constant ?? arrays[next++]!);
  return {
    steps: a.steps,
    units: a.units,
    channels: a.channels,
    inputs: arrays.slice(0, inputCount),
    inputStride: a.inputStride,
    parameters,
    parameterStride: a.parameterStride,
    trace: arrays.slice(next, next + a.definition.states.length),
  };
}

const forward: Kernel<NeuronAttributes> = defineKernel({
  name: "Neuron",
  outputs: (_inputs, a) => [{ shape: [a.steps * a.units] }, { shape: [] }],
  compute: (inputs, [output, fraction], a) => {
    const fired = a.definition.forward({ ...reads(inputs, a), output: output! });
    finishForward(fired, fraction!, a);
  },
  wasm: (_kernels, call, inputs, a) => {
    const constants = addressesOf(a.constants, call);
    const newArray = arraysIn(call, a, 0);
    const at = viewsIn(call);
    const arrays = inputs.map(({ shape }, k) => at(call.inputs[k]!, tf.util.sizeFromShape(shape)));
    const loop = {
      ...reads(arrays, a, constantViews(constants, a, at)),
      output: at(call.outputs[0]!, a.steps * a.units),
    };
    const { forward: plain } = a.definition;
    const done = runInVectors(plain, loop, call.heap, newArray);
    finishForward(done ? Number(done.value) : plain(loop), at(call.outputs[1]!, 1), a);
  },
  gradient: ([outputGradient, fractionGradient], saved, a) => {
    const all = backward([...saved, outputGradient!, fractionGradient!], a);
    return all.map((gradient) => () => tf.clone(gradient));
  },
});

function finishForward(fired: number, fraction: Float32Array, a: NeuronAttributes): void {
  const size = a.steps * a.units;
  a.onFired(fired);
  fraction[0] = size === 0 ? 0 : fired / size;
}

/** Inputs: those of the forward pass, then the gradients of its output and of the firing fraction. */
const backward: Kernel<NeuronAttributes> = defineKernel({
  name: "NeuronGradient",
  outputs: (inputs, a) =>
    inputs.slice(0, -2 - a.definition.states.length).map(({ shape }) => ({ shape: shape.slice() })),
  compute: (inputs, gradients, a) => {
    const sums = a.parameterStride.map((stride) => new Float64Array(stride === 0 ? 1 : a.channels));
    a.definition.backward(backwardLoop(inputs, gradients, sums, a));
    storeSums(gradients, sums, a);
  },
  wasm: (_kernels, call, inputs, a) => {
    const constants = addressesOf(a.constants, call);
    // One array for each state and one for each parameter.
    const newArray = arraysIn(call, a, a.definition.states.length + a.parameterStride.length);
    const at = viewsIn(call);
    const view = (addresses: readonly number[], infos: readonly TensorInfo[]): Float32Array[] =>
      addresses.map((address, k) => at(address, tf.util.sizeFromShape(infos[k]!.shape)));
    const gradients = view(call.outputs, inputs);
    const sums = a.parameterStride.map((stride) => newArray(stride === 0 ? 1 : a.channels));
    const loop = backwardLoop(
      view(call.inputs, inputs),
      gradients,
      sums,
      a,
      constantViews(constants, a, at),
    );
    const { backward: plain } = a.definition;
    if (!runInVectors(plain, loop, call.heap, newArray)) plain(loop);
    storeSums(gradients, sums, a);
  },
});

function backwardLoop(
  inputs: readonly Float32Array[],
  gradients: readonly Float32Array[],
  parameterGradients: readonly Float64Array[],
  a: NeuronAttributes,
  constants?: NeuronAttributes["constants"],
): Parameters<NeuronDefinition["backward"]>[0] {
  const size = a.steps * a.units;
  for (const gradient of gradients) gradient.fill(0);
  return {
    ...reads(inputs, a, constants),
    outputGradient: inputs.at(-2)!,
    spikesGradient: size === 0 ? 0 : inputs.at(-1)![0]! / size,
    inputGradients: gradients.slice(0, a.definition.inputs.length),
    parameterGradients,
  };
}

/** Gradients of the parameters that are tensors, into the outputs after those of the inputs. */
function storeSums(
  gradients: readonly Float32Array[],
  sums: readonly Float64Array[],
  a: NeuronAttributes,
): void {
  let next = a.definition.inputs.length;
  a.constants.forEach((constant, p) => {
    if (!constant) gradients[next++]!.set(sums[p]!);
  });
}

/* ---------------------------------------------------------------- arrays in WebAssembly memory */

/** Addresses of constants, which stay in the memory. To be taken before any view: memory that grows empties views. */
function addressesOf(
  constants: NeuronAttributes["constants"],
  call: WasmCall,
): readonly (number | undefined)[] {
  return constants.map((constant) => constant && call.list(constant, true));
}

function constantViews(
  addresses: readonly (number | undefined)[],
  { constants }: NeuronAttributes,
  at: (address: number, size: number) => Float32Array,
): NeuronAttributes["constants"] {
  return addresses.map((address, p) =>
    address === undefined ? undefined : at(address, constants[p]!.length),
  );
}

function viewsIn(call: WasmCall): (address: number, size: number) => Float32Array {
  const { buffer } = call.heap.memory;
  return (address, size) => new Float32Array(buffer, address, size);
}

/** Reserves so many arrays of up to max(units, channels, 1) numbers; the function hands them out, filled with 0. */
function arraysIn(
  call: WasmCall,
  { units, channels }: NeuronAttributes,
  count: number,
): (size: number) => Float64Array {
  const bytes = 8 * Math.max(units, channels, 1);
  const free = Array.from({ length: count }, () => call.scratch(bytes));
  return (size) => new Float64Array(call.heap.memory.buffer, free.pop()!, size).fill(0);
}

/** A tensor of arbitrary values, for a kernel that writes it. */
const space: Kernel<{ readonly size: number }> = defineKernel({
  name: "Space",
  outputs: (_inputs, { size }) => [{ shape: [size] }],
  compute: () => {},
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
  const size = (attributes.steps + 1) * attributes.units;
  const traces = attributes.definition.states.map(() => space([], { size })[0]!);
  const [output, fraction] = forward([...inputs, ...parameters, ...traces], attributes);
  // A tape has its own references.
  tf.dispose(traces);
  return { output: output!, fraction: fraction! };
}
