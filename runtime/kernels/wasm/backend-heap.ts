/** The memory of the wasm backend in use, in which its tensors lie. */
import * as tf from "@tensorflow/tfjs-core";
import { Heap, registerHeap } from "./heap.js";
import type { WasmMemory } from "./module.js";

/** The part of tfjs-backend-wasm's module that is used here. */
interface BackendModule {
  readonly asm: { readonly memory: WasmMemory };
  _malloc(bytes: number): number;
  _free(address: number): void;
}

const backendHeaps = new WeakMap<object, Heap>();

/** The memory of the wasm backend in use. */
export function backendHeap(): Heap {
  const { wasm } = tf.backend() as unknown as { wasm: BackendModule };
  let heap = backendHeaps.get(wasm);
  if (!heap) {
    const { asm } = wasm;
    heap = new Heap(
      asm.memory,
      (bytes) => wasm._malloc(Math.max(16, bytes)) >>> 0,
      (address) => wasm._free(address),
    );
    backendHeaps.set(wasm, heap);
    registerHeap(heap);
  }
  return heap;
}
