/** The WebAssembly kernels of jets (runtime/kernels/wasm/assembly/jets), each over a memory of its own. */
import { readFileSync } from "node:fs";

export type Precision = 32 | 64;
export type Floats = Float32Array | Float64Array;

type Kernel = (...numbers: number[]) => void;

/** See the sources for the meaning of the numbers. */
export interface Kernels {
  readonly product: Kernel;
  readonly outer: Kernel;
  readonly addBias: Kernel;
  readonly biasGradient: Kernel;
  readonly compose: Kernel;
  readonly composeGradient: Kernel;
}

const names = [
  "product",
  "outer",
  "addBias",
  "biasGradient",
  "compose",
  "composeGradient",
] as const;

let compiled: WebAssembly.Module | undefined;

function load(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(
    readFileSync(new URL("../kernels/wasm/jets.wasm", import.meta.url)),
  );
  return compiled;
}

/** The kernels of one precision over `memory`. */
export function instantiate(memory: WebAssembly.Memory, precision: Precision): Kernels {
  const { exports } = new WebAssembly.Instance(load(), { env: { memory } });
  const found = names.map((name) => [name, exports[`${name}${precision}`]] as const);
  return Object.fromEntries(found) as unknown as Kernels;
}

/** Hands out aligned pieces of a memory, growing it as needed. Make views only after the last piece. */
export class Arena {
  private next = 64;

  constructor(readonly memory: WebAssembly.Memory) {}

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
  memory: WebAssembly.Memory,
  precision: Precision,
  address: number,
  length: number,
): Floats {
  return precision === 32
    ? new Float32Array(memory.buffer, address, length)
    : new Float64Array(memory.buffer, address, length);
}
