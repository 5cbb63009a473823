/** Point clouds: voxels, lists of points, meshes. */
import { describe, expect, test } from "vitest";
import { readOff, readVoxels, readXyz, toUnitSphere } from "../../runtime/data/clouds.js";
import { ndarray, type AnyArray } from "../../runtime/data/ndarray.js";
import { tableOf } from "../../runtime/data/table.js";

const i32 = (shape: number[], values: number[]): AnyArray =>
  ndarray(shape, Int32Array.from(values));

/** Shapes as lists of voxels; every shape of one class. */
function collection(train: number[][], test: number[][]) {
  const part = (name: string, shapes: number[][]): [string, AnyArray][] => {
    const pointers = [0];
    for (const shape of shapes) pointers.push(pointers[pointers.length - 1]! + shape.length / 3);
    return [
      [`${name}_voxels`, i32([pointers[pointers.length - 1]!, 3], shapes.flat())],
      [`${name}_ptr`, i32([pointers.length], pointers)],
      [
        `${name}_y`,
        i32(
          [shapes.length],
          shapes.map(() => 2),
        ),
      ],
    ];
  };
  return tableOf("shapes.npz", new Map([...part("train", train), ...part("test", test)]));
}
const array = (arrays: ReadonlyMap<string, AnyArray>, name: string): number[] => [
  ...(arrays.get(name)!.data as Float32Array),
];

test("voxels become clouds in the unit sphere; empty shapes are left out, repeated ones are marked", () => {
  const shape = [0, 0, 0, 9, 0, 0, 0, 9, 0];
  const others = Array.from({ length: 9 }, (_, k) => [k, 0, 0, k + 5, 1, 1]);
  const arrays = readVoxels(collection([shape, [], ...others], [shape, [1, 2, 3]]), 8);
  expect(array(arrays, "node_ptr")).toEqual(Array.from({ length: 13 }, (_, k) => 8 * k));
  expect(array(arrays, "y")).toEqual(Array.from({ length: 12 }, () => 2));
  // The tenth of the class is for validation.
  expect(array(arrays, "val_mask")).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
  expect(array(arrays, "train_mask").slice(8)).toEqual([1, 0, 0, 0]);
  expect(array(arrays, "test_mask").slice(8)).toEqual([0, 0, 1, 1]);
  expect(array(arrays, "repeated").slice(8)).toEqual([0, 0, 1, 0]);
  const points = array(arrays, "points").slice(0, 24);
  const lengths = Array.from({ length: 8 }, (_, k) =>
    Math.hypot(...points.slice(3 * k, 3 * k + 3)),
  );
  // Coordinates are multiples of 1 / 1024, so that products with signs and their sums are exact.
  expect(points.filter((value) => value !== Math.round(1024 * value) / 1024)).toEqual([]);
  expect(Math.abs(Math.max(...lengths) - 1)).toBeLessThan(1 / 1024);
  for (let axis = 0; axis < 3; axis++) {
    const sum = points.filter((_, k) => k % 3 === axis).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum)).toBeLessThan(8 / 2048);
  }
  expect(
    array(readVoxels(collection([shape, ...others], [shape]), 8), "points").slice(0, 24),
  ).toEqual(points);
});

test("a collection without a voxel is refused", () => {
  expect(() => readVoxels(collection([[]], [[]]), 8)).toThrow("no shape of shapes.npz has a voxel");
});

test("one point stays at the centre", () => {
  expect([...toUnitSphere(Float32Array.of(4, 5, 6))]).toEqual([0, 0, 0]);
});

describe("xyz", () => {
  test("lines of coordinates, with a count, comments and colours", () => {
    const arrays = readXyz("2\n# two points\n0 0 0 255 0 0\n2,0,0\n\n", "a.xyz");
    expect(array(arrays, "points")).toEqual([-1, 0, 0, 1, 0, 0]);
  });
  test.each([
    ["1 2\n", "a.xyz, line 1 is `1 2`"],
    ["H 0 0 0\n", "a.xyz, line 1 is `H 0 0 0`"],
    ["", "a.xyz has no points"],
  ])("%j", (text, message) => expect(() => readXyz(text, "a.xyz")).toThrow(message));
});

describe("off", () => {
  const square = "4 1 0\n0 0 0\n2 0 0\n2 2 0\n0 2 0\n4 0 1 2 3\n";
  test("points on the faces of a mesh, also with the counts on the first line", () => {
    const arrays = readOff(`OFF\n${square}`, "a.off", 50);
    const points = array(arrays, "points");
    expect(points.filter((_, k) => k % 3 === 2).every((z) => z === 0)).toBe(true);
    expect(new Set(points.map((value) => value.toFixed(3))).size).toBeGreaterThan(50);
    expect(array(readOff(`OFF${square}`, "a.off", 50), "points")).toEqual(points);
  });
  test.each([
    ["PLY\n", "it does not begin with OFF"],
    ["OFF\n4 1 0\n0 0 0\n", "it ends before its 4 vertices"],
    ["OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n", "face 0 names vertex 7 of 3"],
    ["OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1\n", "face 0 is not complete"],
    ["OFF\n3 1 x\n", "`x` is not a number"],
    ["OFF\n3 1 0\n0 0 0\n1 0 0\n2 0 0\n3 0 1 2\n", "its faces have no area"],
  ])("%j", (text, message) => expect(() => readOff(text, "a.off", 9)).toThrow(message));
});
