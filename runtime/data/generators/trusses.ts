/**
 * Random truss lattices and how stiff they are: a graph regression whose answer lies in the graph.
 *
 * One lattice: a grid of 2 to `cells` cells along each axis, unit spacing, inner nodes moved at random
 * by up to 0.2. Bars run along the cell edges; every cell face carries one diagonal (of random
 * direction) or two, and in space every cell one body diagonal, so each cell is rigid and no lattice
 * is a mechanism. Areas are log-uniform in [0.3, 3]; every second lattice has a weak layer, one layer
 * of cells across a random axis whose bars have a tenth of the area: across the load it sits in
 * series and governs the stiffness, along the load it sits in parallel and hardly matters.
 *
 * Nodes at x = 0 cannot move along x; one node there is fixed in y (and z), in space a second one in
 * z, which stops rigid motion and nothing else. A total force of 1 along x is shared among the nodes at
 * the far end by the length (area) they stand for. With modulus 1, length L and cross-section H along the
 * other axes (1 per cell), the effective modulus is  E = L / (H f.u)  where f.u is the work of the load.
 *
 * Arrays (local node numbers, every bar in both directions):
 *   x            [N, 2d + 1]  coordinates, 1 where the direction is fixed, the force along x
 *   edge_index   [2, E], node_ptr, edge_ptr
 *   edge_attr    [E, d + 2]   length, direction cosines from source to target, area
 *   stiffness    [count]      log10 of the effective modulus
 *   displacement [N, d]       of each node under the load
 *   force        [E]          axial force of each bar, tension positive
 *   stress       [N]          stress field: log10 of the root mean square axial stress (force over area) of the
 *                             bars that meet in each node, weighted by their volume
 */
import { Rng } from "../../tensor/random/rng.js";
import type { AnyArray } from "../ndarray.js";
import { solveBars, type Structure } from "./bars.js";

export interface TrussOptions {
  readonly count: number;
  readonly seed: number;
  /** 2 or 3. */
  readonly dimensions: number;
  /** Most cells along an axis, at least 2. */
  readonly cells: number;
}

/** The lattices as named arrays; a function of the options only. Truss k does not depend on `count`. */
export function trusses(options: TrussOptions): Map<string, AnyArray> {
  const { count, dimensions: d } = options;
  const parts = Array.from({ length: count }, (_, k) => {
    const structure = randomLattice(Rng.of(options.seed, "trusses", k), d, options.cells);
    return { structure, ...solveBars(structure) };
  });
  const nodes = parts.reduce((sum, part) => sum + part.structure.fixed.length / d, 0);
  const edges = parts.reduce((sum, part) => sum + 2 * part.structure.from.length, 0);
  const x = new Float32Array(nodes * (2 * d + 1));
  const moved = new Float32Array(nodes * d);
  const ends = new Int32Array(2 * edges);
  const attributes = new Float32Array(edges * (d + 2));
  const forces = new Float32Array(edges);
  const nodePtr = new Int32Array(count + 1);
  const edgePtr = new Int32Array(count + 1);
  const stiffness = new Float32Array(count);
  const stress = new Float32Array(nodes);
  let node = 0;
  let edge = 0;
  parts.forEach(({ structure, displacement, force }, k) => {
    const { positions, fixed, load, from, to, area } = structure;
    const own = fixed.length / d;
    for (let n = 0; n < own; n++) {
      for (let axis = 0; axis < d; axis++) {
        x[(node + n) * (2 * d + 1) + axis] = positions[n * d + axis]!;
        x[(node + n) * (2 * d + 1) + d + axis] = fixed[n * d + axis]!;
        moved[(node + n) * d + axis] = displacement[n * d + axis]!;
      }
      x[(node + n) * (2 * d + 1) + 2 * d] = load[n * d]!;
    }
    for (let b = 0; b < from.length; b++) {
      for (const [source, target] of [
        [from[b]!, to[b]!],
        [to[b]!, from[b]!],
      ] as const) {
        ends[edge] = source;
        ends[edges + edge] = target;
        const difference = Array.from(
          { length: d },
          (_, axis) => positions[target * d + axis]! - positions[source * d + axis]!,
        );
        const length = Math.hypot(...difference);
        attributes.set(
          [length, ...difference.map((part) => part / length), area[b]!],
          edge * (d + 2),
        );
        forces[edge] = force[b]!;
        edge += 1;
      }
    }
    stress.set(nodalStress(structure, force).map(Math.log10), node);
    node += own;
    nodePtr[k + 1] = node;
    edgePtr[k + 1] = edge;
    stiffness[k] = Math.log10(effectiveModulus(structure, displacement));
  });
  return new Map<string, AnyArray>([
    ["x", { shape: [nodes, 2 * d + 1], dtype: "f32", data: x }],
    ["edge_index", { shape: [2, edges], dtype: "i32", data: ends }],
    ["edge_attr", { shape: [edges, d + 2], dtype: "f32", data: attributes }],
    ["node_ptr", { shape: [count + 1], dtype: "i32", data: nodePtr }],
    ["edge_ptr", { shape: [count + 1], dtype: "i32", data: edgePtr }],
    ["stiffness", { shape: [count], dtype: "f32", data: stiffness }],
    ["displacement", { shape: [nodes, d], dtype: "f32", data: moved }],
    ["force", { shape: [edges], dtype: "f32", data: forces }],
    ["stress", { shape: [nodes], dtype: "f32", data: stress }],
  ]);
}

/**
 * Root mean square of the axial stress of the bars that meet in each node, weighted by their volume A L:
 * sqrt(sum (force / A)^2 A L / sum A L).
 */
export function nodalStress(structure: Structure, force: Float64Array): Float64Array {
  const { dimensions: d, positions, from, to, area } = structure;
  const squares = new Float64Array(positions.length / d);
  const volumes = new Float64Array(positions.length / d);
  for (let b = 0; b < force.length; b++) {
    const ends = [from[b]!, to[b]!] as const;
    let square = 0;
    for (let axis = 0; axis < d; axis++) {
      square += (positions[ends[1] * d + axis]! - positions[ends[0] * d + axis]!) ** 2;
    }
    const volume = area[b]! * Math.sqrt(square);
    for (const node of ends) {
      squares[node]! += (force[b]! / area[b]!) ** 2 * volume;
      volumes[node]! += volume;
    }
  }
  return squares.map((sum, node) => Math.sqrt(sum / volumes[node]!));
}

/** E = L / (H f.u) for a total force of 1 along x; L and H from the bounding box. */
export function effectiveModulus(structure: Structure, displacement: Float64Array): number {
  const { dimensions: d, positions, load } = structure;
  let work = 0;
  for (let k = 0; k < load.length; k++) work += load[k]! * displacement[k]!;
  const size = Array.from({ length: d }, (_, axis) => {
    let low = Infinity;
    let high = -Infinity;
    for (let k = axis; k < positions.length; k += d) {
      low = Math.min(low, positions[k]!);
      high = Math.max(high, positions[k]!);
    }
    return high - low;
  });
  const [length = 1, ...others] = size;
  return length / (others.reduce((product, side) => product * side, 1) * work);
}

/** One lattice as described at the top of this file. */
export function randomLattice(rng: Rng, dimensions: number, cells: number): Structure {
  const d = dimensions;
  const counts = Array.from({ length: d }, () => 2 + rng.integer(cells - 1));
  const sides = counts.map((count) => count + 1);
  const nodes = sides.reduce((product, side) => product * side, 1);
  // x varies slowest, so that the band of the stiffness matrix is one layer of nodes wide.
  const strides = sides.map((_, axis) => sides.slice(axis + 1).reduce((p, side) => p * side, 1));
  const gridOf = (node: number): number[] =>
    sides.map((side, axis) => Math.floor(node / strides[axis]!) % side);
  const positions = new Float64Array(nodes * d);
  const fixed = new Uint8Array(nodes * d);
  const load = new Float64Array(nodes * d);
  const cross = counts.slice(1).reduce((product, count) => product * count, 1);
  for (let node = 0; node < nodes; node++) {
    const at = gridOf(node);
    at.forEach((place, axis) => {
      const inner = place > 0 && place < counts[axis]!;
      positions[node * d + axis] = place + (inner ? rng.uniform(-0.2, 0.2) : 0);
    });
    if (at[0] === 0) fixed[node * d] = 1;
    if (at[0] === counts[0]) {
      // The share of the end face that belongs to the node: half as much at each border.
      load[node * d] = at
        .slice(1)
        .reduce(
          (share, place, k) => share * (place === 0 || place === counts[k + 1] ? 0.5 : 1),
          1 / cross,
        );
    }
  }
  for (let axis = 1; axis < d; axis++) fixed[axis] = 1;
  // In space the first node stops shifts; the last node of the first layer's y line stops the turn around x.
  if (d === 3) fixed[counts[1]! * strides[1]! * d + 2] = 1;

  const weakAxis = rng.integer(2 * d);
  const weakCell = rng.integer(counts[weakAxis % d]!);
  const from: number[] = [];
  const to: number[] = [];
  const area: number[] = [];
  const bar = (a: number, b: number): void => {
    const [low, high] = [gridOf(a), gridOf(b)];
    const axis = weakAxis % d;
    const crossing = (low[axis]! + high[axis]!) / 2 === weakCell + 0.5;
    from.push(a);
    to.push(b);
    area.push(0.3 * 10 ** rng.uniform() * (weakAxis < d && crossing ? 0.1 : 1));
  };
  for (let node = 0; node < nodes; node++) {
    const at = gridOf(node);
    const inside = (axis: number): boolean => at[axis]! < counts[axis]!;
    for (let axis = 0; axis < d; axis++) if (inside(axis)) bar(node, node + strides[axis]!);
    for (let one = 0; one < d; one++) {
      for (let other = one + 1; other < d; other++) {
        if (!inside(one) || !inside(other)) continue;
        const choice = rng.integer(3);
        const [a, b] = [strides[one]!, strides[other]!];
        if (choice !== 1) bar(node, node + a + b);
        if (choice !== 0) bar(node + a, node + b);
      }
    }
    if (d === 3 && inside(0) && inside(1) && inside(2)) {
      bar(node, node + strides[0]! + strides[1]! + strides[2]!);
    }
  }
  return {
    dimensions: d,
    positions,
    from: Int32Array.from(from),
    to: Int32Array.from(to),
    area: Float64Array.from(area),
    modulus: 1,
    fixed,
    load,
  };
}
