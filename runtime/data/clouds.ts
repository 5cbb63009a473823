/**
 * Point clouds as graphs without edges: meshes (.off), lists of points (.xyz), and surface voxels of a
 * collection of shapes.
 *
 * Every cloud gets the same number of points, is moved to its centre and scaled into the unit sphere. Which
 * points are taken is a function of the file alone, so every run sees the same clouds.
 *
 * Arrays of a table: `points` [P, 3], `node_ptr`, `edge_index` [2, 0], `edge_ptr`; a collection adds `y` and the
 * masks `train_mask`, `val_mask` (a tenth of each class of the training shapes), `test_mask`, and `repeated`
 * (test shapes whose voxels are those of a training shape).
 */
import { Rng } from "../tensor/random/rng.js";
import { dataError } from "./errors.js";
import { ndarray, toFloat32, toInt32, type AnyArray } from "./ndarray.js";
import type { ArrayTable } from "./array-table.js";

/** A tenth of each class is kept for validation. */
const VALIDATION = 10;

/**
 * Coordinates of points drawn in voxels are multiples of 1 / GRID, far below the size of a voxel. Sums of them, and
 * products with signs, are then exact in float32, so that the first layer of a binary network gives the same bits in
 * whatever order they are added.
 */
const GRID = 1024;

/** A cloud of points [n, 3] as the arrays of a graph without edges. */
export function cloudArrays(points: Float32Array): Map<string, AnyArray> {
  return graphArrays([points]);
}

function graphArrays(clouds: readonly Float32Array[]): Map<string, AnyArray> {
  const total = clouds.reduce((sum, cloud) => sum + cloud.length, 0);
  const points = new Float32Array(total);
  const pointers = new Int32Array(clouds.length + 1);
  let at = 0;
  clouds.forEach((cloud, k) => {
    points.set(cloud, at);
    at += cloud.length;
    pointers[k + 1] = at / 3;
  });
  return new Map<string, AnyArray>([
    ["points", ndarray([total / 3, 3], points)],
    ["node_ptr", ndarray([pointers.length], pointers)],
    ["edge_index", ndarray([2, 0], new Int32Array())],
    ["edge_ptr", ndarray([pointers.length], new Int32Array(pointers.length))],
  ]);
}

/** Moves points to their centre and scales them into the unit sphere, in place. */
export function toUnitSphere(points: Float32Array): Float32Array {
  const count = points.length / 3;
  const centre = [0, 0, 0];
  for (let k = 0; k < points.length; k++) centre[k % 3]! += points[k]! / count;
  let far = 0;
  for (let k = 0; k < points.length; k += 3) {
    for (let axis = 0; axis < 3; axis++) points[k + axis]! -= centre[axis]!;
    far = Math.max(far, Math.hypot(points[k]!, points[k + 1]!, points[k + 2]!));
  }
  if (far > 0) for (let k = 0; k < points.length; k++) points[k]! /= far;
  return points;
}

/**
 * Reads a collection of voxelised shapes: `train_voxels` [., 3], `train_ptr`, `train_y`, and the same for
 * `test`. Each point is drawn uniformly inside the cube of a voxel; voxels are taken in turn, in random order.
 * Shapes without voxels are left out.
 * @throws SgnnError R220 (an array is missing), R230 (no shape has a voxel)
 */
export function readVoxels(table: ArrayTable, count: number): Map<string, AnyArray> {
  const clouds: Float32Array[] = [];
  const labels: number[] = [];
  const parts: ("train" | "test")[] = [];
  const keys: string[] = [];
  for (const part of ["train", "test"] as const) {
    const voxels = toFloat32(numbers(table, `${part}_voxels`), `${part}_voxels`);
    const pointers = toInt32(numbers(table, `${part}_ptr`), `${part}_ptr`);
    const y = toInt32(numbers(table, `${part}_y`), `${part}_y`);
    for (let shape = 0; shape + 1 < pointers.length; shape++) {
      const own = voxels.subarray(3 * pointers[shape]!, 3 * pointers[shape + 1]!);
      if (own.length === 0) continue;
      clouds.push(sampled(own, count, Rng.of(0, `cloud ${part}`, shape)));
      labels.push(y[shape]!);
      parts.push(part);
      keys.push(own.join());
    }
  }
  if (clouds.length === 0) {
    throw dataError(
      "R230",
      `no shape of ${table.label} has a voxel`,
      "a cloud needs at least one point",
      "check train_ptr and test_ptr",
    );
  }
  const seen = new Map<number, number>();
  const trained = new Set(keys.filter((_, k) => parts[k] === "train"));
  const mask = (test: (k: number) => boolean): AnyArray =>
    ndarray(
      [clouds.length],
      Uint8Array.from(clouds, (_, k) => (test(k) ? 1 : 0)),
    );
  const held = labels.map((label, k) => {
    if (parts[k] !== "train") return false;
    const number = seen.get(label) ?? 0;
    seen.set(label, number + 1);
    return number % VALIDATION === VALIDATION - 1;
  });
  const arrays = graphArrays(clouds);
  arrays.set("y", ndarray([labels.length], Int32Array.from(labels)));
  arrays.set(
    "train_mask",
    mask((k) => parts[k] === "train" && !held[k]),
  );
  arrays.set(
    "val_mask",
    mask((k) => held[k] === true),
  );
  arrays.set(
    "test_mask",
    mask((k) => parts[k] === "test"),
  );
  arrays.set(
    "repeated",
    mask((k) => parts[k] === "test" && trained.has(keys[k]!)),
  );
  return arrays;
}

function numbers(table: ArrayTable, name: string) {
  const array = table.get(name);
  if (array.dtype !== "text") return array;
  throw dataError(
    "R230",
    `"${name}" of ${table.label} holds text`,
    "voxels, row starts and classes are numbers",
    "store them as whole numbers",
  );
}

function sampled(voxels: Float32Array, count: number, rng: Rng): Float32Array {
  const available = voxels.length / 3;
  const points = new Float32Array(3 * count);
  let order = rng.permutation(available);
  for (let k = 0; k < count; k++) {
    // When a shape has fewer voxels than points, its voxels are gone through again.
    if (k > 0 && k % available === 0) order = rng.permutation(available);
    const voxel = order[k % available]!;
    for (let axis = 0; axis < 3; axis++) {
      points[3 * k + axis] = voxels[3 * voxel + axis]! + rng.uniform(0, 1);
    }
  }
  return toUnitSphere(points).map((value) => Math.round(GRID * value) / GRID);
}

/**
 * Lines of three numbers; what follows on a line (colours, normals) is not read. A first line with the number
 * of points alone is skipped.
 * @throws SgnnError R231 for a line without three numbers, or no point at all
 */
export function readXyz(text: string, label: string): Map<string, AnyArray> {
  const points: number[] = [];
  text.split("\n").forEach((line, k) => {
    const words = line
      .trim()
      .split(/[\s,]+/)
      .filter((word) => word !== "");
    if (words.length === 0 || line.trim().startsWith("#")) return;
    const values = words.slice(-words.length).slice(0, 3).map(Number);
    if (k === 0 && words.length === 1 && Number.isInteger(values[0])) return;
    if (values.length < 3 || values.some((value) => !Number.isFinite(value))) {
      throw dataError(
        "R231",
        `${label}, line ${k + 1} is \`${line.trim().slice(0, 40)}\``,
        "each line holds the coordinates x y z of a point",
        "take headings and element names out",
      );
    }
    points.push(...values);
  });
  return cloudArrays(toUnitSphere(nonEmpty(Float32Array.from(points), label)));
}

function nonEmpty(points: Float32Array, label: string): Float32Array {
  if (points.length > 0) return points;
  throw dataError(
    "R231",
    `${label} has no points`,
    "a cloud needs at least one point",
    "check the file",
  );
}

/**
 * A mesh in the Object File Format: points drawn uniformly over its faces, by area.
 * @throws SgnnError R232 for anything that is not such a file
 */
export function readOff(text: string, label: string, count: number): Map<string, AnyArray> {
  // Some files of ModelNet have the counts on the first line: `OFF490 518 0`.
  const words = text
    .replace(/#.*$/gm, "")
    .replace(/^\s*OFF/, "OFF ")
    .split(/\s+/)
    .filter((word) => word !== "");
  const bad = (message: string): Error =>
    dataError(
      "R232",
      `${label}: ${message}`,
      "the file begins with OFF and the numbers of vertices, faces and edges, then lists them",
      "export the mesh again as .off",
    );
  if (words[0] !== "OFF") throw bad("it does not begin with OFF");
  const values = words.slice(1).map(Number);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw bad(`\`${words[wrong + 1] ?? ""}\` is not a number`);
  const [vertexCount = 0, faceCount = 0] = values;
  let at = 3 + 3 * vertexCount;
  if (values.length < at) throw bad(`it ends before its ${vertexCount} vertices`);
  const vertices = values.slice(3, at);
  const triangles: number[] = [];
  for (let face = 0; face < faceCount; face++) {
    const corners = values[at] ?? 0;
    const ends = values.slice(at + 1, at + 1 + corners);
    if (corners < 3 || ends.length < corners) throw bad(`face ${face} is not complete`);
    const outside = ends.find((end) => !(end >= 0 && end < vertexCount));
    if (outside !== undefined) throw bad(`face ${face} names vertex ${outside} of ${vertexCount}`);
    for (let k = 2; k < corners; k++) triangles.push(ends[0]!, ends[k - 1]!, ends[k]!);
    at += 1 + corners;
  }
  return cloudArrays(toUnitSphere(nonEmpty(onFaces(vertices, triangles, count, label), label)));
}

/** Points on triangles, chosen by area, uniform inside (Osada et al. 2002, eq. 1). */
function onFaces(
  vertices: readonly number[],
  triangles: readonly number[],
  count: number,
  label: string,
): Float32Array {
  const rng = Rng.of(0, "mesh");
  const corner = (k: number): [number, number, number] => {
    const at = 3 * triangles[k]!;
    return [vertices[at]!, vertices[at + 1]!, vertices[at + 2]!];
  };
  const upTo: number[] = [];
  let area = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [corner(t), corner(t + 1), corner(t + 2)];
    const u = b.map((value, axis) => value - a[axis]!);
    const v = c.map((value, axis) => value - a[axis]!);
    area +=
      Math.hypot(
        u[1]! * v[2]! - u[2]! * v[1]!,
        u[2]! * v[0]! - u[0]! * v[2]!,
        u[0]! * v[1]! - u[1]! * v[0]!,
      ) / 2;
    upTo.push(area);
  }
  if (!(area > 0)) {
    throw dataError(
      "R232",
      `${label}: its faces have no area`,
      "points are drawn on faces",
      "check the mesh",
    );
  }
  const points = new Float32Array(3 * count);
  for (let k = 0; k < count; k++) {
    const wanted = rng.uniform(0, area);
    let low = 0;
    let high = upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    const root = Math.sqrt(rng.uniform(0, 1));
    const share = rng.uniform(0, 1);
    const weights = [1 - root, root * (1 - share), root * share];
    for (let axis = 0; axis < 3; axis++) {
      points[3 * k + axis] = weights.reduce(
        (sum, weight, n) => sum + weight * corner(3 * low + n)[axis]!,
        0,
      );
    }
  }
  return points;
}
