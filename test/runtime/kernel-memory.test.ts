/** A kernel that fails gives back everything that its call took. */
import * as tf from "@tensorflow/tfjs-core";
import { expect, test, vi } from "vitest";
import { defineKernel } from "../../runtime/kernels/index.js";
import { backendHeap } from "../../runtime/kernels/wasm/backend-heap.js";
import { privateHeap } from "../../runtime/kernels/wasm/heap.js";
import { onEveryBackend } from "./backends.js";

const failing = defineKernel<object>({
  name: "Failing",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: () => {
    throw new Error("trap");
  },
  wasm: (_kernels, call) => {
    call.scratch(1000);
    throw new Error("trap");
  },
});

onEveryBackend((backend) => {
  test("a kernel that traps leaves no block and no tensor behind", () => {
    const x = tf.ones([100]);
    // On tensorflow the input moves into the memory at the first call, to stay.
    expect(() => tf.tidy(() => failing([x], {}))).toThrow("trap");
    const before = tf.memory().numTensors;
    const heap = backend === "wasm" ? backendHeap() : privateHeap();
    // The wasm backend allocates outputs itself; the heap sees scratch space only.
    const allocate = vi.spyOn(heap, "allocate");
    const free = vi.spyOn(heap, "free");
    const addresses = new Set<unknown>();
    const sizes: number[] = [];
    for (let k = 0; k < 3; k++) {
      expect(() => tf.tidy(() => failing([x], {}))).toThrow("trap");
      if (backend === "wasm") sizes.push(wasmTensors());
      for (const { value } of allocate.mock.results) addresses.add(value);
    }
    expect(free.mock.calls.length).toBe(allocate.mock.calls.length);
    expect(new Set(free.mock.calls.map(([address]) => address))).toEqual(addresses);
    expect(tf.memory().numTensors).toBe(before);
    // Outputs that the backend made are gone as well.
    expect(new Set(sizes).size).toBeLessThanOrEqual(1);
    allocate.mockRestore();
    free.mockRestore();
    x.dispose();
  });
});

/** Tensors whose values the wasm backend holds. */
function wasmTensors(): number {
  return (tf.backend() as unknown as { numDataIds(): number }).numDataIds();
}
