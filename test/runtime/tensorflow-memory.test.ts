/** Values that our kernels leave in our memory, on the tensorflow backend: who reads what, when blocks are freed. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test, vi } from "vitest";
import * as sg from "../../runtime/index.js";
import { addToRows } from "../../runtime/kernels/index.js";
import {
  tensorflowMemory,
  type TensorflowMemory,
} from "../../runtime/kernels/tensorflow-memory.js";
import { nativeEntries } from "../../runtime/tensor/backend.js";

describe.skipIf(nativeEntries().length === 0)("tensorflow memory", () => {
  let memory: TensorflowMemory;
  beforeAll(async () => {
    await sg.useBackend("tensorflow");
    memory = tensorflowMemory(tf.backend());
  });
  /** A tensor that a kernel of ours makes: it lies in our memory, because its input does. */
  const made = (values: number[]): tf.Tensor => {
    const x = tf.tensor2d([values]);
    const address = memory.bring(x, []);
    const row = tf.zeros([values.length]);
    const y = addToRows(x, row);
    expect(memory.isHere(x.dataId)).toBe(true);
    expect(memory.bring(x, [])).toBe(address);
    x.dispose();
    row.dispose();
    return y;
  };

  test("the result of a kernel lies there; its readers get copies that outlive it", async () => {
    const y = made([1, 2, 3]);
    expect(memory.isHere(y.dataId)).toBe(true);
    const first = y.dataSync();
    const second = await y.data();
    y.dispose();
    made([7, 8, 9]).dispose();
    expect([...first]).toEqual([1, 2, 3]);
    expect([...second]).toEqual([1, 2, 3]);
  });

  test("a native operation takes the values; changing the block afterwards changes nothing", () => {
    const y = made([4, 5, 6]);
    const doubled = tf.mul(y, 2);
    const quadrupled = tf.mul(y, 4);
    expect(memory.isHere(y.dataId)).toBe(false);
    y.dispose();
    const other = made([0, 0, 0]);
    expect([...doubled.dataSync()]).toEqual([8, 10, 12]);
    expect([...quadrupled.dataSync()]).toEqual([16, 20, 24]);
    for (const tensor of [doubled, quadrupled, other]) tensor.dispose();
  });

  test("another shape is the same block, which is freed with the last tensor that uses it", () => {
    const y = made([1, 2, 3, 4]);
    const address = memory.bring(y, []);
    const free = vi.spyOn(memory.heap, "free");
    const square = tf.reshape(y, [2, 2]);
    const line = tf.reshape(square, [-1]);
    expect(memory.bring(square, [])).toBe(address);
    expect([line.shape, [...line.dataSync()]]).toEqual([[4], [1, 2, 3, 4]]);
    y.dispose();
    square.dispose();
    expect(free).not.toHaveBeenCalled();
    expect([...tf.add(line, 1).dataSync()]).toEqual([2, 3, 4, 5]);
    line.dispose();
    expect(free).toHaveBeenCalledTimes(1);
    free.mockRestore();
  });

  test("values survive growth of the memory", () => {
    const y = made([1.5, -2.5]);
    const before = memory.heap.memory.buffer;
    const blocks: number[] = [];
    while (memory.heap.memory.buffer === before) blocks.push(memory.reserve(2 ** 26));
    expect([...y.dataSync()]).toEqual([1.5, -2.5]);
    expect([...tf.neg(y).dataSync()]).toEqual([-1.5, 2.5]);
    blocks.forEach((address) => memory.free(address));
    y.dispose();
  });
});
