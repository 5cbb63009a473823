/** Kernels on bits in an engine's memory: WebAssembly gives what the same kernels in TypeScript give. */
import { describe, expect, test } from "vitest";
import { nearestFloats, productFloats } from "../../runtime/inference/bit-kernels.js";
import { typescriptKernels } from "../../runtime/inference/kernels.js";
import { packRows } from "../../runtime/inference/pack.js";
import { wasmKernels } from "../../runtime/inference/wasm-kernels.js";
import { rowBytes } from "../../runtime/kernels/reference/bits.js";
import { Rng } from "../../runtime/tensor/random/rng.js";

/** Both sets of kernels with arrays in their memory, which must not be written beyond their end. */
function inMemory(kernels: typeof wasmKernels, floats: number) {
  const products = kernels.open(floats);
  let offset = 0;
  const at = (bytes: number): number => {
    const place = offset;
    offset += 16 * Math.ceil(bytes / 16);
    return place;
  };
  const { buffer, bits } = products;
  return {
    bits,
    integers: (count: number) => new Int32Array(buffer, at(4 * count), count),
    floats: (count: number) => new Float32Array(buffer, at(4 * count), count),
    signs(rows: number, width: number, seed: string) {
      const bytes = new Uint8Array(buffer, at(rows * rowBytes(width)), rows * rowBytes(width));
      const rng = Rng.of(5, seed);
      const values = Float32Array.from({ length: rows * width }, () => rng.integer(2) - 0.5);
      packRows(values, rows, width, bytes);
      return bytes;
    },
  };
}

/** The last number is not the kernel's. */
const GUARD = 12_345;

describe.each([
  // Few rows, then enough for tables; columns and widths around their blocks.
  ["few rows", [0, 5, 5, 12], 35, 70],
  ["many rows", [0, 256, 259, 600], 70, 200],
  ["many rows", [0, 300], 33, 64],
  ["many rows", [0, 257, 514], 32, 65],
])("%s: clouds %j, %i columns of %i signs", (_what, ends, columns, width) => {
  const pointers = Int32Array.from(ends);
  const clouds = ends.length - 1;
  const rows = ends.at(-1)!;
  const sizes = ends.slice(1).map((end, k) => end - ends[k]!);

  test("pooled products", () => {
    const [expected, given] = [typescriptKernels, wasmKernels].map((kernels) => {
      const memory = inMemory(kernels, 100_000);
      const x = memory.signs(rows, width, "x");
      const w = memory.signs(columns, width, "w");
      const results = memory.integers(2 * clouds * columns);
      const scratch = memory.floats(productFloats(Math.max(...sizes), width));
      const guard = memory.integers(1).fill(GUARD);
      const [largest, sums] = [
        results.subarray(0, clouds * columns),
        results.subarray(clouds * columns),
      ];
      memory.bits.pool(x, w, pointers, columns, width, largest, sums, scratch);
      return [...results, ...guard];
    });
    expect(given).toEqual(expected);
    expect(new Set(expected).size).toBeGreaterThan(10);
  });

  test("products", () => {
    const [expected, given] = [typescriptKernels, wasmKernels].map((kernels) => {
      const memory = inMemory(kernels, 200_000);
      const x = memory.signs(rows, width, "x");
      const w = memory.signs(columns, width, "w");
      const y = memory.integers(rows * columns);
      const scratch = memory.floats(productFloats(rows, width));
      const guard = memory.integers(1).fill(GUARD);
      memory.bits.product(x, w, y, rows, columns, width, scratch);
      return [...y, ...guard];
    });
    expect(given).toEqual(expected);
  });
});

test.each([
  ["one vector", [0, 33, 50], 128, 7],
  ["two vectors", [0, 16, 47], 130, 16],
  ["more signs than an int16 counts", [0, 4], 32_800, 3],
])("nearest rows by Hamming distance: %s", (_what, ends, width, k) => {
  const rows = ends.at(-1)!;
  const [expected, given] = [typescriptKernels, wasmKernels].map((kernels) => {
    const memory = inMemory(kernels, 600_000);
    const x = memory.signs(rows, width, "x");
    const near = memory.integers(rows * k);
    const scratch = memory.floats(nearestFloats(rows, width, k));
    const guard = memory.integers(1).fill(GUARD);
    memory.bits.hamming(x, width, Int32Array.from(ends), k, near, scratch);
    return [...near, ...guard];
  });
  expect(given).toEqual(expected);
});
