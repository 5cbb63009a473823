/** One call of a WebAssembly kernel: addresses of its inputs, outputs, lists and scratch space. */
import type { Heap, Values } from "./heap.js";

export class WasmCall {
  readonly heap: Heap;
  /** Addresses, in the order of the kernel's inputs and outputs. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  private readonly temporary: number[] = [];

  constructor(heap: Heap, inputs: readonly number[], outputs: readonly number[]) {
    this.heap = heap;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /**
   * Address of a list of numbers, 0 for undefined.
   * @param lasting whether the list outlives this call unchanged; then it is copied in only once
   */
  list(values: Values | undefined, lasting: boolean): number {
    if (values === undefined) return 0;
    if (lasting) return this.heap.resident(values);
    const address = this.scratch(values.byteLength);
    this.heap.write(address, values);
    return address;
  }

  /** Address of so many bytes, arbitrary on entry, until the end of the call. */
  scratch(bytes: number): number {
    const address = this.heap.allocate(bytes);
    this.temporary.push(address);
    return address;
  }

  end(): void {
    for (const address of this.temporary) this.heap.free(address);
  }
}
