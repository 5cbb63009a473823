/**
 * Kernels of jets over a memory: in WebAssembly (runtime/kernels/wasm/assembly/jets), or built for the processor
 * (`native.ts`).
 */
import { instantiate as load, type WasmMemory } from "../kernels/wasm/module.js";
import {
  kernelNames,
  type Arena,
  type Kernel,
  type KernelCall,
  type Kernels,
  type Precision,
} from "./kernels.js";
import { jetAddonInUse } from "./native.js";

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
  const found = kernelNames.map((name) => [name, exports[`${name}${precision}`]] as const);
  return Object.fromEntries(found) as unknown as Kernels;
}

/** Words of a call in a program: the number of the kernel in `kernelNames`, then its numbers. */
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
      words.set([kernelNames.indexOf(name), ...numbers], CALL_WORDS * k);
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
