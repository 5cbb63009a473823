/**
 * Tensors of the tensorflow backend whose values lie in our WebAssembly memory.
 *
 * tfjs-node keeps the values of a new tensor as an array until the first native operation reads it. The arrays
 * here are views of our memory, so a kernel that follows another works on the same bytes: nothing is copied, and
 * no page is touched for the first time. A native operation copies the values when it reads them; whoever else
 * reads a tensor gets a copy, because its block is used again after the tensor.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { DataId, Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import { privateHeap, type Heap, type Values } from "./wasm/heap.js";

/** The part of tfjs-node's backend that knows where values are. */
interface HoldingBackend {
  /** `values` until the first native operation, null afterwards. */
  readonly tensorMap: { get(dataId: DataId): { values: Values | null } };
  readSync(dataId: DataId): Values;
  disposeData(dataId: DataId, force?: boolean): boolean;
}

/**
 * libtensorflow uses an array that it is given in place when its address is a multiple of Eigen's alignment
 * (16 to 64), and copies it otherwise. Blocks are used again, so it must copy: values lie 8 bytes off.
 */
const OFFSET = 8;

type Dtype = "float32" | "int32";

/** A block of the heap, and how many tensors have their values in it. */
interface Block {
  readonly address: number;
  readonly size: number;
  readonly dtype: Dtype;
  users: number;
}

export class TensorflowMemory {
  readonly heap: Heap = privateHeap();
  private readonly backend: HoldingBackend;
  private readonly blocks = new Map<DataId, Block>();
  /**
   * Copies in the heap of values that TensorFlow holds, as long as their tensors live: the backward pass reads what
   * the forward pass read.
   */
  private readonly mirrors = new Map<DataId, Omit<Block, "users">>();

  constructor(backend: HoldingBackend) {
    this.backend = backend;
    const dispose = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      const isGone = dispose(dataId, force);
      if (isGone) this.release(dataId);
      return isGone;
    };
    const read = backend.readSync.bind(backend);
    backend.readSync = (dataId) =>
      this.isHere(dataId) ? this.valuesOf(dataId)!.slice() : read(dataId);
    this.heap.onGrowth(() => this.renewViews());
  }

  /** A block for a tensor of so many numbers; its values begin at the address. Becomes a tensor or is freed. */
  reserve(size: number): number {
    return this.heap.allocate(4 * size + OFFSET) + OFFSET;
  }
  free(address: number): void {
    this.heap.free(address - OFFSET);
  }

  /** The tensor whose values were written to a reserved block; the block lives as long as it. */
  tensor(address: number, shape: number[], dtype: Dtype): Tensor {
    const size = tf.util.sizeFromShape(shape);
    const tensor = tf.engine().makeTensor(this.view(address, size, dtype), shape, dtype);
    this.blocks.set(tensor.dataId, { address, size, dtype, users: 1 });
    return tensor;
  }

  /** The same values in another shape; undefined when TensorFlow holds them. */
  reshaped({ dataId, dtype }: TensorInfo, shape: number[]): Tensor | undefined {
    const values = this.valuesOf(dataId);
    if (values === undefined) return undefined;
    const tensor = tf.engine().makeTensor(values, shape, dtype as Dtype);
    const block = this.isHere(dataId) ? this.blocks.get(dataId) : undefined;
    if (block) {
      block.users += 1;
      this.blocks.set(tensor.dataId, block);
    }
    return tensor;
  }

  /** The values of a tensor where they are outside of TensorFlow, without a copy: for reading, before the next call. */
  valuesOf(dataId: DataId): Values | undefined {
    return this.backend.tensorMap.get(dataId).values ?? undefined;
  }

  /** The values of any tensor, for reading, before the next call; nothing may be allocated meanwhile. */
  read(tensor: Tensor): Values {
    const values = this.valuesOf(tensor.dataId);
    if (values !== undefined) return values;
    const address = this.mirror(tensor);
    if (address === undefined) return this.backend.readSync(tensor.dataId);
    return this.view(address, tensor.size, tensor.dtype as Dtype);
  }

  /**
   * Address of the values of a tensor, in the heap until the next call. Values that were outside of TensorFlow
   * move here for good; those of TensorFlow are copied. A copy that nobody keeps goes to `copies`, to be freed.
   */
  bring(tensor: Tensor, copies: number[]): number {
    const { dataId, size, dtype } = tensor;
    if (this.isHere(dataId)) return this.blocks.get(dataId)!.address;
    const mirrored = this.mirror(tensor);
    if (mirrored !== undefined) return mirrored;
    const values = this.valuesOf(dataId) ?? this.backend.readSync(dataId);
    const address = this.reserve(size);
    this.heap.write(address, values);
    if (dtype !== "float32" && dtype !== "int32") {
      copies.push(address);
    } else {
      this.backend.tensorMap.get(dataId).values = this.view(address, size, dtype);
      this.blocks.set(dataId, { address, size, dtype, users: 1 });
    }
    return address;
  }

  /** Address of the copy of what TensorFlow holds; undefined for values that it does not hold, or of other types. */
  private mirror({ dataId, size, dtype }: Tensor): number | undefined {
    if (this.valuesOf(dataId) !== undefined) return undefined;
    if (dtype !== "float32" && dtype !== "int32") return undefined;
    let mirror = this.mirrors.get(dataId);
    if (!mirror) {
      const values = this.backend.readSync(dataId);
      mirror = { address: this.reserve(size), size, dtype };
      this.heap.write(mirror.address, values);
      this.mirrors.set(dataId, mirror);
    }
    return mirror.address;
  }

  /** Whether the values of a tensor lie in the heap. */
  isHere(dataId: DataId): boolean {
    return this.blocks.has(dataId) && this.valuesOf(dataId) !== undefined;
  }

  view(address: number, length: number, dtype: Dtype): Float32Array | Int32Array {
    const View = dtype === "int32" ? Int32Array : Float32Array;
    return new View(this.heap.memory.buffer, address, length);
  }

  private release(dataId: DataId): void {
    const mirror = this.mirrors.get(dataId);
    if (mirror) {
      this.mirrors.delete(dataId);
      this.free(mirror.address);
    }
    const block = this.blocks.get(dataId);
    if (!block) return;
    this.blocks.delete(dataId);
    block.users -= 1;
    if (block.users === 0) this.free(block.address);
  }

  /** Memory that grows moves: the views of it are empty afterwards. */
  private renewViews(): void {
    for (const [dataId, { address, size, dtype }] of this.blocks) {
      const entry = this.backend.tensorMap.get(dataId);
      if (entry.values !== null) entry.values = this.view(address, size, dtype);
    }
  }
}

const memories = new WeakMap<object, TensorflowMemory>();

/** The memory of the tensorflow backend in use. */
export function tensorflowMemory(backend: object): TensorflowMemory {
  let memory = memories.get(backend);
  if (!memory) {
    memory = new TensorflowMemory(backend as HoldingBackend);
    memories.set(backend, memory);
  }
  return memory;
}

/**
 * Reshaping of values that lie outside of TensorFlow without a native operation, which would copy them in.
 * To be called when the backend has registered its kernels.
 */
export function reshapeInPlace(): void {
  const native = tf.getKernel(tf.Reshape, "tensorflow").kernelFunc;
  tf.unregisterKernel(tf.Reshape, "tensorflow");
  tf.registerKernel({
    kernelName: tf.Reshape,
    backendName: "tensorflow",
    kernelFunc: (call) => {
      const x = call.inputs["x"]!;
      const { shape } = call.attrs as unknown as { shape: number[] };
      const wanted = tf.util.inferFromImplicitShape(shape, tf.util.sizeFromShape(x.shape));
      return tensorflowMemory(call.backend as object).reshaped(x, wanted) ?? native(call);
    },
  });
}
