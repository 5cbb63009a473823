/** The kernels of jets as their callers see them, and the memory that they work in. */
import { webAssembly, type WasmMemory } from "../kernels/wasm/module.js";

export type Precision = 32 | 64;
export type Floats = Float32Array | Float64Array;

export type Kernel = (...numbers: number[]) => void;

/** In the order of their numbers in `native/jets.cc`. */
export const kernelNames = [
  "product",
  "outer",
  "addBias",
  "biasGradient",
  "compose",
  "composeGradient",
] as const;

/** See the sources for the meaning of the numbers. */
export interface Kernels {
  readonly product: Kernel;
  readonly outer: Kernel;
  readonly addBias: Kernel;
  readonly biasGradient: Kernel;
  readonly compose: Kernel;
  readonly composeGradient: Kernel;
  /** Follows a program, given its address and number of calls: only where a call from JavaScript costs much. */
  readonly run?: Kernel;
}

export type KernelName = (typeof kernelNames)[number];
export type KernelCall = readonly [KernelName, ...numbers: number[]];

/** A memory of its own for an engine: 64 KiB that grow as needed, up to 4 GB. */
export function newMemory(): WasmMemory {
  return new webAssembly.Memory({ initial: 1, maximum: 65536 });
}

/** Hands out aligned pieces of a memory, growing it as needed. Make views only after the last piece. */
export class Arena {
  private next = 64;

  constructor(readonly memory: WasmMemory) {}

  /** Address of `bytes` fresh bytes, aligned to 64. */
  take(bytes: number): number {
    const address = this.next;
    this.next = Math.ceil((address + bytes) / 64) * 64;
    const missing = this.next - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536));
    return address;
  }
}

/** A view of floats of a precision. */
export function floats(
  memory: WasmMemory,
  precision: Precision,
  address: number,
  length: number,
): Floats {
  return precision === 32
    ? new Float32Array(memory.buffer, address, length)
    : new Float64Array(memory.buffer, address, length);
}
