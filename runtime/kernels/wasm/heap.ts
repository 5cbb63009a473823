/**
 * Where the WebAssembly kernels work: the wasm backend's own memory, in which its tensors lie
 * (backend-heap.ts), or a memory of ours, into which the other backends' values are copied.
 *
 * Nothing here needs TensorFlow.js.
 */
import { instantiate, webAssembly, type WasmMemory } from "./module.js";

export type Values = Float32Array | Int32Array | Uint8Array;

/** A memory with an allocator, and the lists that stay in it. */
export class Heap {
  readonly memory: WasmMemory;
  private readonly instances = new Map<string, object>();
  private readonly residents = new WeakMap<Values, { readonly address: number }>();
  private readonly collected: FinalizationRegistry<number>;
  private readonly growthListeners: (() => void)[] = [];

  /**
   * @param allocate address of so many free bytes; may grow the memory, which detaches all views of it
   * @param free gives them back
   */
  constructor(
    memory: WasmMemory,
    readonly allocate: (bytes: number) => number,
    readonly free: (address: number) => void,
  ) {
    this.memory = memory;
    this.collected = new FinalizationRegistry(free);
  }

  /** The functions of a module of ours in this memory. */
  module<Exports extends object>(name: string): Exports {
    let found = this.instances.get(name);
    if (!found) {
      found = instantiate(name, this.memory);
      this.instances.set(name, found);
    }
    return found as Exports;
  }

  /** Calls `listener` after the memory has grown, when all views of it are empty. Only for a memory of ours. */
  onGrowth(listener: () => void): void {
    this.growthListeners.push(listener);
  }
  grown(): void {
    for (const listener of this.growthListeners) listener();
  }

  /** Copies values to an address. */
  write(address: number, values: Values): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(this.memory.buffer, address, bytes.length).set(bytes);
  }

  /** A view of floats; dead as soon as the memory grows. */
  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  /**
   * Address of a copy of `values` that stays until `forget` or until the array is garbage. The values must
   * not change meanwhile.
   */
  resident(values: Values): number {
    const found = this.residents.get(values);
    if (found) return found.address;
    const address = this.allocate(values.byteLength);
    this.write(address, values);
    const token = { address };
    this.residents.set(values, token);
    this.collected.register(values, address, token);
    return address;
  }

  /** Frees the copy of `values`, if there is one. */
  forget(values: Values): void {
    const token = this.residents.get(values);
    if (!token) return;
    this.residents.delete(values);
    this.collected.unregister(token);
    this.free(token.address);
  }
}

let ownHeap: Heap | undefined;
const heaps = new Set<Heap>();

/** Makes a heap known to `forgetEverywhere`. */
export function registerHeap(heap: Heap): void {
  heaps.add(heap);
}

/** A memory of ours, for backends whose tensors lie elsewhere. */
export function privateHeap(): Heap {
  if (!ownHeap) {
    ownHeap = makePrivateHeap();
    heaps.add(ownHeap);
  }
  return ownHeap;
}

/** Frees the copies of lists that nobody will use again. */
export function forgetEverywhere(...lists: readonly (Values | undefined)[]): void {
  for (const heap of heaps) for (const list of lists) if (list) heap.forget(list);
}

const PAGE = 65536;

const MOST_PAGES = 65536;
/** 1 GiB. Pages that nobody touches cost nothing. */
const FIRST_PAGES = 16384;

/**
 * A memory that rarely grows: growth empties every view of it, after which V8 runs all loops over typed arrays
 * about a third slower, because any of them might have been emptied.
 */
function makePrivateMemory(): WasmMemory {
  try {
    return new webAssembly.Memory({ initial: FIRST_PAGES, maximum: MOST_PAGES });
  } catch {
    // The process may have little address space.
    return new webAssembly.Memory({ initial: 16, maximum: MOST_PAGES });
  }
}

/** Blocks of eight sizes per power of two; a freed block serves the next call of its size. */
function makePrivateHeap(): Heap {
  const memory = makePrivateMemory();
  const sizes = new Map<number, number>();
  const spare = new Map<number, number[]>();
  // Address 0 means "absent" to the kernels.
  let top = 64;
  const allocate = (bytes: number): number => {
    const size = blockSize(bytes);
    const reused = spare.get(size)?.pop();
    if (reused !== undefined) return reused;
    const address = top;
    const missing = address + size - memory.buffer.byteLength;
    top = address + size;
    sizes.set(address, size);
    if (missing > 0) {
      memory.grow(Math.ceil(missing / PAGE));
      heap.grown();
    }
    return address;
  };
  const free = (address: number): void => {
    const size = sizes.get(address)!;
    const list = spare.get(size);
    if (list) list.push(address);
    else spare.set(size, [address]);
  };
  const heap = new Heap(memory, allocate, free);
  return heap;
}

/** The smallest block that holds `bytes`: at least 64, with three significant bits, so a multiple of 16. */
function blockSize(bytes: number): number {
  if (bytes <= 64) return 64;
  const unit = 2 ** Math.max(4, Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / unit) * unit;
}
