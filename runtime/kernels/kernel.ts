/**
 * How a kernel of ours joins TensorFlow.js: one reference function over flat arrays, registered for
 * the three backends, with its own gradient.
 *
 * - cpu: the reference function runs on the backend's arrays.
 * - wasm: the WebAssembly form, where there is one, works in the backend's own memory by address; else the
 *   reference function does, on views taken after all outputs are allocated, because memory that grows
 *   detaches the older views. Neither copies.
 * - tensorflow: `tensorflow` when the kernel has a native form (it may decline a case by returning
 *   undefined) and the values are not in our memory already; else the WebAssembly form or the reference function
 *   runs in our memory, and the outputs stay there (tensorflow-memory.ts).
 *
 * A gradient gets the inputs, never the outputs: TensorFlow.js puts saved outputs on the tape before
 * the operation that made them, which makes second derivatives wrong (tfjs issue 3252).
 */
import * as tf from "@tensorflow/tfjs-core";
import type { DataId, Tensor, TensorInfo } from "@tensorflow/tfjs-core";

import { WasmCall } from "./wasm/call.js";
import type { Kernels } from "./wasm/exports.js";
import { backendHeap } from "./wasm/backend-heap.js";
import { tensorflowMemory, type TensorflowMemory } from "./tensorflow-memory.js";

export type Flat = Float32Array | Int32Array | Uint8Array;
export interface OutputSpec {
  readonly shape: number[];
  readonly dtype?: "float32" | "int32";
}

export interface KernelSpec<Attributes extends object> {
  /** Registered as `Sgnn<name>`. */
  readonly name: string;
  readonly outputs: (inputs: readonly TensorInfo[], attributes: Attributes) => OutputSpec[];
  /** The meaning of the kernel. `outputs` hold arbitrary values on entry. */
  readonly compute: (
    inputs: readonly Float32Array[],
    outputs: readonly Float32Array[],
    attributes: Attributes,
  ) => void;
  /** WebAssembly form; `inputs` and outputs are at the addresses in `call`. Same meaning as `compute`. */
  readonly wasm?: (
    kernels: Kernels,
    call: WasmCall,
    inputs: readonly TensorInfo[],
    attributes: Attributes,
  ) => void;
  /** Native form; return undefined to use `compute`. Runs outside the tape. */
  readonly tensorflow?: (
    inputs: readonly Tensor[],
    attributes: Attributes,
    backend: TensorflowBackend,
  ) => Tensor[] | undefined;
  /**
   * Whether the WebAssembly form runs on the tensorflow backend although there is a native one. Default: when the
   * first input lies in our memory.
   * @param values of the first input where they are outside of TensorFlow
   */
  readonly staysInMemory?: (values: Flat | undefined, attributes: Attributes) => boolean;
  /** One thunk per input, given the gradients of all outputs. */
  readonly gradient?: (
    outputGradients: readonly Tensor[],
    inputs: readonly Tensor[],
    attributes: Attributes,
  ) => (() => Tensor)[];
  /** False when the gradient does not read the inputs, which then need not be kept. Default true. */
  readonly savesInputs?: boolean;
}

/** The part of tfjs-node's backend that native forms use. */
export interface TensorflowBackend {
  readonly binding: Readonly<Record<string, number>>;
  executeSingleOutput(name: string, attributes: OpAttribute[], inputs: Tensor[]): Tensor;
  readSync(dataId: DataId): Flat;
}
export interface OpAttribute {
  readonly name: string;
  readonly type: number | undefined;
  readonly value: unknown;
}
interface CpuBackend {
  readonly data: { get(dataId: DataId): { values: Flat } };
  makeTensorInfo(shape: number[], dtype: string, values?: Flat): TensorInfo;
}
interface WasmBackend {
  readonly dataIdMap: { get(dataId: DataId): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: string): TensorInfo;
  disposeData(dataId: DataId): boolean;
  typedArrayFromHeap(info: TensorInfo): Flat;
}

/** Runs a registered kernel. */
export type Kernel<Attributes extends object> = (
  inputs: readonly Tensor[],
  attributes: Attributes,
) => Tensor[];

/**
 * Registers a kernel and returns the function that runs it.
 * Inputs must be float32 tensors of the shapes the kernel expects; wrappers in `kernels/` see to that.
 */
export function defineKernel<Attributes extends object>(
  spec: KernelSpec<Attributes>,
): Kernel<Attributes> {
  const kernelName = `Sgnn${spec.name}`;
  const register = (
    backendName: string,
    run: (inputs: TensorInfo[], attributes: Attributes, backend: unknown) => TensorInfo[],
  ): void => {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) =>
        run(inputs as unknown as TensorInfo[], attrs as unknown as Attributes, backend),
    });
  };
  register("cpu", (inputs, attributes, backend) =>
    runOnCpu(spec, inputs, attributes, backend as CpuBackend),
  );
  register("wasm", (inputs, attributes, backend) =>
    runOnWasm(spec, inputs, attributes, backend as WasmBackend),
  );
  register("tensorflow", (inputs, attributes, backend) =>
    runOnTensorflow(spec, inputs as Tensor[], attributes, backend as TensorflowBackend),
  );
  const { gradient } = spec;
  if (gradient) {
    tf.registerGradient({
      kernelName,
      ...(spec.savesInputs === false ? { inputsToSave: [] } : { saveAllInputs: true }),
      gradFunc: (dy, saved, attrs) => {
        const thunks = gradient(
          Array.isArray(dy) ? dy : [dy],
          saved,
          attrs as unknown as Attributes,
        );
        return Object.fromEntries(thunks.map((thunk, index) => [String(index), thunk]));
      },
    });
  }
  return (inputs, attributes) =>
    // A list of inputs is what Concat passes too: the keys are then "0", "1", ...
    tf
      .engine()
      .runKernel(
        kernelName,
        inputs as unknown as tf.NamedTensorMap,
        attributes as unknown as tf.NamedAttrMap,
      ) as unknown as Tensor[];
}

function runOnCpu<A extends object>(
  spec: KernelSpec<A>,
  inputs: readonly TensorInfo[],
  attributes: A,
  backend: CpuBackend,
): TensorInfo[] {
  const specs = spec.outputs(inputs, attributes);
  const arrays = specs.map(({ shape, dtype }) => {
    const size = tf.util.sizeFromShape(shape);
    return dtype === "int32" ? new Int32Array(size) : new Float32Array(size);
  });
  const values = inputs.map((input) => backend.data.get(input.dataId).values);
  spec.compute(values as Float32Array[], arrays as Float32Array[], attributes);
  return specs.map(({ shape, dtype }, k) =>
    backend.makeTensorInfo(shape, dtype ?? "float32", arrays[k]!),
  );
}

function runOnWasm<A extends object>(
  spec: KernelSpec<A>,
  inputs: readonly TensorInfo[],
  attributes: A,
  backend: WasmBackend,
): TensorInfo[] {
  // Touching an input may move it from another backend, which allocates too.
  for (const input of inputs) backend.dataIdMap.get(input.dataId);
  const results = spec
    .outputs(inputs, attributes)
    .map(({ shape, dtype }) => backend.makeOutput(shape, dtype ?? "float32"));
  if (spec.wasm) {
    const address = ({ dataId }: TensorInfo): number => backend.dataIdMap.get(dataId).memoryOffset;
    const heap = backendHeap();
    const call = new WasmCall(heap, inputs.map(address), results.map(address));
    try {
      spec.wasm(heap.module("kernels"), call, inputs, attributes);
    } catch (error) {
      for (const { dataId } of results) backend.disposeData(dataId);
      throw error;
    } finally {
      call.end();
    }
    return results;
  }
  const values = inputs.map((input) => backend.typedArrayFromHeap(input));
  const arrays = results.map((result) => backend.typedArrayFromHeap(result));
  spec.compute(values as Float32Array[], arrays as Float32Array[], attributes);
  return results;
}

function runOnTensorflow<A extends object>(
  spec: KernelSpec<A>,
  inputs: readonly Tensor[],
  attributes: A,
  backend: TensorflowBackend,
): TensorInfo[] {
  const memory = tensorflowMemory(backend);
  const first = inputs[0];
  const stays =
    spec.wasm !== undefined &&
    first !== undefined &&
    (spec.staysInMemory?.(memory.valuesOf(first.dataId), attributes) ??
      memory.isHere(first.dataId));
  if (spec.tensorflow && !stays) {
    const native = tf.tidy(() => spec.tensorflow!(inputs, attributes, backend) ?? []);
    if (native.length > 0) return native;
  }
  const specs = spec.outputs(inputs, attributes);
  const written = specs.map(({ shape }) => memory.reserve(tf.util.sizeFromShape(shape)));
  try {
    if (spec.wasm) {
      runInMemory(spec, inputs, written, attributes, memory);
    } else {
      // The first read of a tensor may allocate, which empties the views of the others.
      for (const input of inputs) memory.read(input);
      const values = inputs.map((input) => memory.read(input));
      const arrays = specs.map(({ shape, dtype }, k) =>
        memory.view(written[k]!, tf.util.sizeFromShape(shape), dtype ?? "float32"),
      );
      spec.compute(values as Float32Array[], arrays as Float32Array[], attributes);
    }
  } catch (error) {
    for (const address of written) memory.free(address);
    throw error;
  }
  return specs.map(({ shape, dtype }, k) => memory.tensor(written[k]!, shape, dtype ?? "float32"));
}

/** Runs the WebAssembly form; inputs that lie elsewhere are brought into the memory. */
function runInMemory<A extends object>(
  spec: KernelSpec<A>,
  inputs: readonly Tensor[],
  outputs: readonly number[],
  attributes: A,
  memory: TensorflowMemory,
): void {
  const { heap } = memory;
  const copies: number[] = [];
  const read = inputs.map((input) => memory.bring(input, copies));
  const call = new WasmCall(heap, read, outputs);
  try {
    spec.wasm!(heap.module("kernels"), call, inputs, attributes);
  } finally {
    call.end();
    for (const address of copies) memory.free(address);
  }
}
