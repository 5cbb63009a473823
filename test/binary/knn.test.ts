/** Graphs built inside of a model: neighbours, ties, clouds of a batch, and what is refused. */
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { nearestNeighbours } from "../../runtime/kernels/nearest.js";
import { nearest } from "../../runtime/kernels/reference/nearest.js";
import { onEveryBackend } from "../runtime/backends.js";

/** A graph without edges whose clouds have the given numbers of points. */
function clouds(...sizes: number[]): sg.Graph {
  const graphPtr = [0];
  for (const size of sizes) graphPtr.push(graphPtr[graphPtr.length - 1]! + size);
  const nodeCount = graphPtr[graphPtr.length - 1]!;
  return sg.createGraph({ edgeIndex: { sources: [], targets: [] }, nodeCount, graphPtr });
}

const run = sg.createRun();

onEveryBackend(() => {
  test("the nearest of each cloud, as the reference finds them", () => {
    const rng = sg.Rng.of(1, "points");
    const x = tf.tensor2d(rng.uniforms(23 * 5, -1, 1), [23, 5]);
    const g = sg.knn(clouds(9, 14), x, 4, "euclidean", run);
    const expected = nearest(x.dataSync() as Float32Array, 5, Int32Array.of(0, 9, 23), 4);
    expect([...g.topology.sources]).toEqual([...expected]);
    expect([...g.topology.targets]).toEqual(
      Array.from({ length: 92 }, (_, e) => Math.floor(e / 4)),
    );
    x.dispose();
  });

  test("Hamming distances are exact: of equally near rows the first comes first", () => {
    const bits = ["++++", "+++-", "++--", "-+++", "++++"].map((row) =>
      [...row].map((c) => (c === "+" ? 1 : -1)),
    );
    const x = tf.tensor2d(bits);
    const g = sg.knn(clouds(5), x, 3, "hamming", run);
    expect([...g.topology.sources.subarray(0, 3)]).toEqual([0, 4, 1]);
    expect([...g.topology.sources.subarray(3, 6)]).toEqual([1, 0, 2]);
    expect([...g.topology.sources.subarray(12)]).toEqual([0, 4, 1]);
    x.dispose();
  });

  test("duplicate points are neighbours at distance 0; a radius takes all within it", () => {
    const x = tf.tensor2d([0, 0, 0, 0, 3, 0, 3.5, 0], [4, 2]);
    expect([...sg.knn(clouds(4), x, 2, "euclidean", run).topology.sources]).toEqual([
      0, 1, 0, 1, 2, 3, 3, 2,
    ]);
    const near = sg.radius(clouds(4), x, 0.5, run);
    expect([...near.topology.sources]).toEqual([0, 1, 0, 1, 2, 3, 2, 3]);
    x.dispose();
  });
});

test("the kernel finds what the reference finds, for every width, number of points and k", () => {
  const rng = sg.Rng.of(2, "points");
  for (const [width, k, sizes] of [
    [1, 1, [1, 2, 17]],
    [3, 5, [5, 16, 33]],
    [7, 20, [40, 64, 21]],
    [32, 9, [31, 100]],
  ] as const) {
    const pointers = Int32Array.from([0, ...sizes]);
    for (let g = 1; g < pointers.length; g++) pointers[g]! += pointers[g - 1]!;
    const rows = pointers[pointers.length - 1]!;
    // Few values, so that many distances are equal.
    const x = Float32Array.from({ length: rows * width }, () => rng.integer(5) / 8);
    expect([...nearestNeighbours(x, width, pointers, k)]).toEqual([
      ...nearest(x, width, pointers, k),
    ]);
  }
});

describe("what is refused", () => {
  test("fewer points than neighbours, which is also an empty cloud", () => {
    const x = tf.zeros([3, 2]);
    const code = (sizes: number[], k: number): string => {
      try {
        sg.knn(clouds(...sizes), x, k, "euclidean", run);
      } catch (error) {
        if (error instanceof sg.SgnnError) return error.message;
      }
      return "";
    };
    expect(code([3], 4)).toBe("R150: knn<4>: cloud 0 has 3 points");
    expect(code([2, 1], 2)).toBe("R150: knn<2>: cloud 1 has 1 point");
    expect(code([0, 3], 1)).toBe("R150: knn<1>: cloud 0 has 0 points");
    expect(code([3], 3)).toBe("");
    expect(() => sg.radius(clouds(3), x, 0, run)).toThrow("radius<0>");
    x.dispose();
  });
});
