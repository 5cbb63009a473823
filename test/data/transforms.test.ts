import { describe, expect, it } from "vitest";
import { transforms } from "../../compiler/check/data/source.js";
import { readColumn } from "../../runtime/data/columns.js";
import { tableOf } from "../../runtime/data/table.js";
import { transform, transformNames } from "../../runtime/data/transforms.js";
import { f32, failure, i32 } from "./make.js";

type Matrix = readonly (readonly number[])[];

const { PI } = Math;
const product = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) => b[0]!.map((_, k) => row.reduce((sum, value, j) => sum + value * b[j]![k]!, 0)));
const aboutZ = (t: number): Matrix => [
  [Math.cos(t), Math.sin(t), 0],
  [-Math.sin(t), Math.cos(t), 0],
  [0, 0, 1],
];
const aboutX = (t: number): Matrix => [
  [1, 0, 0],
  [0, Math.cos(t), Math.sin(t)],
  [0, -Math.sin(t), Math.cos(t)],
];
/** Bunge's passive rotation: phi1 about z, Phi about the new x, phi2 about the new z. */
const orientation = (phi1: number, phi: number, phi2: number): Matrix =>
  product(aboutZ(phi2), product(aboutX(phi), aboutZ(phi1)));
/** Angles of a matrix in general position. */
const anglesOf = (m: Matrix): [number, number, number] => [
  Math.atan2(m[2]![0]!, -m[2]![1]!),
  Math.acos(m[2]![2]!),
  Math.atan2(m[0]![2]!, m[1]![2]!),
];

/** The 24 rotations of the cube: signed permutations of the axes with determinant 1. */
function cubeRotations(): Matrix[] {
  const found: Matrix[] = [];
  const orders = [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
    [0, 2, 1],
    [2, 1, 0],
    [1, 0, 2],
  ];
  orders.forEach((order, k) => {
    for (let signs = 0; signs < 8; signs++) {
      const sign = [0, 1, 2].map((bit): number => ((signs >> bit) & 1 ? -1 : 1));
      const parity = (k < 3 ? 1 : -1) * sign.reduce((a, b) => a * b, 1);
      if (parity === 1)
        found.push(order.map((to, row) => [0, 1, 2].map((c) => (c === to ? sign[row]! : 0))));
    }
  });
  return found;
}

const features = (rows: number[][]): number[] => [
  ...readColumn(
    { tag: "transform", name: "cubic_symmetric", of: { tag: "array", name: "x" } },
    tableOf("test", new Map([["x", f32([rows.length, rows[0]!.length], ...rows.flat())]])),
  ).data,
];

describe("cubic_symmetric", () => {
  it("of a crystal aligned with the laboratory, turned by 45 degrees about z, and with its diagonal along z", () => {
    const rows = features([
      [0, 0, 0],
      [PI / 4, 0, 0],
      [0, Math.acos(1 / Math.sqrt(3)), PI / 4],
    ]);
    [1, 1, 1, 0, 0, 0].forEach((value, k) => expect(rows[k]).toBeCloseTo(value, 6));
    [0.5, 0.5, 1, 0, 0, 0].forEach((value, k) => expect(rows[6 + k]).toBeCloseTo(value, 6));
    // Along z all three crystal axes have the square cosine 1/3; x lies in the plane of two of them, at 45 degrees.
    [1 / 2, 1 / 2, 1 / 3, 0, 1 / 54, 1 / 27].forEach((value, k) =>
      expect(rows[12 + k]).toBeCloseTo(value, 6),
    );
  });
  it("is the same for all 24 descriptions of one orientation, and differs for another", () => {
    const angles = [0.7, 1.1, 2.9] as const;
    const turned = cubeRotations().map((cube) => anglesOf(product(cube, orientation(...angles))));
    expect(turned).toHaveLength(24);
    const wanted = features([[...angles]]);
    for (const other of turned) {
      features([other]).forEach((value, k) => expect(value).toBeCloseTo(wanted[k]!, 5));
    }
    // Turning the laboratory instead is another orientation.
    const moved = features([[...anglesOf(product(orientation(...angles), aboutZ(0.3)))]]);
    expect(Math.abs(moved[0]! - wanted[0]!)).toBeGreaterThan(0.01);
  });
  it("keeps further columns behind the six features", () => {
    expect(features([[0, 0, 0, 7, 8]])).toEqual([1, 1, 1, 0, 0, 0, 7, 8]);
  });
  it("refuses rows that are too short, numbers that are not finite, and unknown names", async () => {
    expect(await failure(() => features([[1, 2]]))).toMatchObject({
      code: "R256",
      message: expect.stringContaining("whose rows have 2 numbers"),
    });
    expect(await failure(() => features([[1, NaN, 2]]))).toMatchObject({
      code: "R244",
      message: expect.stringContaining("NaN at row 0, column 1"),
    });
    const x = tableOf("test", new Map([["x", f32([1, 3], 0, 0, 0)]]));
    const column = readColumn({ tag: "array", name: "x" }, x);
    expect(await failure(() => transform("cubic_symetric", column))).toMatchObject({
      code: "R256",
      fix: expect.stringContaining('did you mean "cubic_symmetric"?'),
    });
  });
});

describe("classes", () => {
  const classes = (...values: number[]) =>
    readColumn(
      { tag: "transform", name: "classes", of: { tag: "array", name: "y" } },
      tableOf("test", new Map([["y", i32([values.length], ...values)]])),
    );
  it("numbers what stands for classes in its order", () => {
    expect(classes(2, -1, 2, 7).labels).toEqual(Int32Array.of(1, 0, 1, 2));
    expect(classes(2, -1, 2, 7)).toMatchObject({ rows: 4, width: 1, tail: [] });
  });
  it("refuses numbers with a fraction", async () => {
    const y = tableOf("test", new Map([["y", f32([2], 0.5, 1)]]));
    const source = { tag: "transform", name: "classes", of: { tag: "array", name: "y" } } as const;
    expect(await failure(() => readColumn(source, y))).toMatchObject({ code: "R256" });
  });
});

describe("the table of transforms", () => {
  it("has the names that the compiler knows", () => {
    expect(transformNames).toEqual(transforms);
  });
});
