/**
 * Loads our WebAssembly modules. A module has no memory of its own: it works in the one it is given, by
 * byte addresses, so its results lie where the caller wants them. `scripts/wasm.mjs` builds them.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeterministic } from "../../deterministic.js";

/** The part of the WebAssembly interface in use; the project compiles without the browser's types. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface WebAssemblyInterface {
  readonly Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  validate(bytes: Uint8Array): boolean;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}
export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyInterface })
  .WebAssembly;

const modules = new Map<string, object>();

/**
 * An instance of `<name>.wasm` beside this file, in a memory. The file is read and compiled once.
 * @param Exports what the module exports: functions of numbers, addresses among them
 */
export function instantiate<Exports extends object>(name: string, memory: WasmMemory): Exports {
  let module = modules.get(name);
  if (!module) {
    module = new webAssembly.Module(bytesOf(name));
    modules.set(name, module);
  }
  return instantiateModule(module, memory);
}

/** The file of a module; of one that was built twice, the form with fused multiply-add where that is allowed and runs. */
function bytesOf(name: string): Uint8Array {
  const read = (file: string): Uint8Array =>
    readFileSync(fileURLToPath(new URL(`./${file}.wasm`, import.meta.url)));
  if (!isDeterministic() && fused.includes(name)) {
    const bytes = read(`${name}-fma`);
    if (webAssembly.validate(bytes)) return bytes;
  }
  return read(name);
}

/** Modules with a second form: `scripts/wasm.mjs`. */
const fused = ["dense"];

/** An instance of a compiled module, in a memory. */
export function instantiateModule<Exports extends object>(
  module: object,
  memory: WasmMemory,
): Exports {
  // AssemblyScript declares `abort`; without assertions nothing calls it.
  const abort = (): never => {
    throw new Error("a WebAssembly kernel aborted");
  };
  return new webAssembly.Instance(module, { env: { memory, abort } }).exports as Exports;
}
