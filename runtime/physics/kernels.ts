/**
 * The kernels of jets, each set over a memory of its own: in WebAssembly (runtime/kernels/wasm/assembly/jets), or built
 * for the processor (`native.ts`).
 */
import { jetAddonInUse } from "./native.js";
import { instantiate as load, webAssembly, type WasmMemory } from "../kernels/wasm/module.js";

export type Precision = 32 | 64;
export type Floats = Float32Array | Float64Array;

type Kernel = (...numbers: number[]) => void;

/** In the order of their numbers in `native/jets.cc`. */
const names = [
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

export type KernelName = (typeof names)[number];
export type KernelCall = readonly [KernelName, ...numbers: number[]];

/** Words of a call in a program: the number of the kernel in `names`, then its numbers. */
const CALL_WORDS = 11;

/** Calls that are the same every time, written down once. */
export class Program {
  private readonly address: number;

  constructor(
    arena: Arena,
    private readonly calls: readonly KernelCall[],
  ) {
    const words = new Uint32Array(CALL_WORDS * calls.length);
    calls.forEach(([name, ...numbers], k) => {
      words.set([names.indexOf(name), ...numbers], CALL_WORDS * k);
    });
    this.address = arena.take(words.byteLength);
    new Uint32Array(arena.memory.buffer, this.address, words.length).set(words);
  }

  run(kernels: Kernels): void {
    const { address, calls } = this;
    if (kernels.run !== undefined) kernels.run(address, calls.length);
    else for (const [name, ...numbers] of calls) kernels[name](...numbers);
  }
}

/** A memory of its own for an engine: 64 KiB that grow as needed, up to 4 GB. */
export function newMemory(): WasmMemory {
  return new webAssembly.Memory({ initial: 1, maximum: 65536 });
}

/** The kernels of one precision over a memory that may grow. */
export class KernelSet {
  private readonly addon = jetAddonInUse();
  private kernels: Kernels | undefined;
  private buffer: ArrayBufferLike | undefined;

  constructor(
    private readonly memory: WasmMemory,
    private readonly precision: Precision,
  ) {}

  /** For calls until the memory grows. */
  get now(): Kernels {
    const { addon, memory, precision } = this;
    if (addon === undefined) return (this.kernels ??= instantiate(memory, precision));
    if (this.kernels === undefined || this.buffer !== memory.buffer) {
      this.buffer = memory.buffer;
      this.kernels = addon.attach(memory.buffer, precision);
    }
    return this.kernels;
  }
}

function instantiate(memory: WasmMemory, precision: Precision): Kernels {
  const exports = load<Record<string, Kernel>>("jets", memory);
  const found = names.map((name) => [name, exports[`${name}${precision}`]] as const);
  return Object.fromEntries(found) as unknown as Kernels;
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
