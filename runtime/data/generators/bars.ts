/**
 * Pin-jointed bars under load, solved exactly: linear elastic finite elements in double precision.
 *
 * A bar between nodes a and b with modulus E, area A, length L and unit direction c (from a to b) adds
 * the stiffness (E A / L) [c c^T, -c c^T; -c c^T, c c^T] to the equations K u = f. Supported
 * directions are taken out of the equations; what is left is symmetric positive definite exactly when
 * the structure is no mechanism, and is solved by a banded Cholesky factorisation.
 * The axial force of a bar (tension positive) is (E A / L) c . (u_b - u_a).
 */
import { dataError } from "../errors.js";

export interface Structure {
  /** 2 (plane) or 3 (space). */
  readonly dimensions: number;
  /** Node coordinates, [nodes * dimensions]. */
  readonly positions: Float64Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Cross-section of each bar. */
  readonly area: Float64Array;
  /** Young's modulus, the same for all bars. */
  readonly modulus: number;
  /** 1 where a node cannot move in a direction, [nodes * dimensions]. */
  readonly fixed: Uint8Array;
  /** Force on each node in each direction, [nodes * dimensions]. */
  readonly load: Float64Array;
}

export interface Solution {
  /** Displacement of each node in each direction, [nodes * dimensions]. */
  readonly displacement: Float64Array;
  /** Axial force of each bar, tension positive. */
  readonly force: Float64Array;
  /** Largest out-of-balance force at a free direction, over the largest load. */
  readonly residual: number;
}

/** A pivot this much smaller than its diagonal entry means that nothing resists that motion. */
const SMALLEST_PIVOT = 1e-11;

/**
 * Displacements and bar forces of a structure.
 * @throws SgnnError R260 when it is a mechanism (or unsupported): some motion strains no bar
 */
export function solveBars(structure: Structure): Solution {
  const { dimensions: d, positions, from, to, area, modulus, fixed, load } = structure;
  const bars = from.length;
  const axes = new Float64Array(bars * d);
  const stiffness = new Float64Array(bars);
  for (let b = 0; b < bars; b++) {
    let square = 0;
    for (let k = 0; k < d; k++) {
      const part = positions[to[b]! * d + k]! - positions[from[b]! * d + k]!;
      axes[b * d + k] = part;
      square += part * part;
    }
    const length = Math.sqrt(square);
    for (let k = 0; k < d; k++) axes[b * d + k]! /= length;
    stiffness[b] = (modulus * area[b]!) / length;
  }

  const equation = new Int32Array(fixed.length).fill(-1);
  let free = 0;
  for (let k = 0; k < fixed.length; k++) if (fixed[k] === 0) equation[k] = free++;
  let band = 0;
  for (let b = 0; b < bars; b++) {
    for (let i = 0; i < 2 * d; i++) {
      for (let j = 0; j < 2 * d; j++) {
        const row = equation[place(from[b]!, to[b]!, i, d)]!;
        const column = equation[place(from[b]!, to[b]!, j, d)]!;
        if (row >= 0 && column >= 0) band = Math.max(band, row - column);
      }
    }
  }
  // Row r holds columns r - band .. r, at [r * (band + 1) + column - r + band].
  const width = band + 1;
  const matrix = new Float64Array(free * width);
  for (let b = 0; b < bars; b++) {
    for (let i = 0; i < 2 * d; i++) {
      const row = equation[place(from[b]!, to[b]!, i, d)]!;
      for (let j = 0; j < 2 * d; j++) {
        const column = equation[place(from[b]!, to[b]!, j, d)]!;
        if (row < 0 || column < 0 || column > row) continue;
        const sign = i < d === j < d ? 1 : -1;
        matrix[row * width + column - row + band]! +=
          sign * stiffness[b]! * axes[b * d + (i % d)]! * axes[b * d + (j % d)]!;
      }
    }
  }
  const right = new Float64Array(free);
  for (let k = 0; k < fixed.length; k++) if (equation[k]! >= 0) right[equation[k]!] = load[k]!;
  solveBanded(matrix, band, right);

  const displacement = new Float64Array(fixed.length);
  for (let k = 0; k < fixed.length; k++)
    if (equation[k]! >= 0) displacement[k] = right[equation[k]!]!;
  const force = new Float64Array(bars);
  const balance = Float64Array.from(load);
  for (let b = 0; b < bars; b++) {
    let stretch = 0;
    for (let k = 0; k < d; k++) {
      stretch +=
        axes[b * d + k]! * (displacement[to[b]! * d + k]! - displacement[from[b]! * d + k]!);
    }
    force[b] = stiffness[b]! * stretch;
    for (let k = 0; k < d; k++) {
      balance[from[b]! * d + k]! += force[b]! * axes[b * d + k]!;
      balance[to[b]! * d + k]! -= force[b]! * axes[b * d + k]!;
    }
  }
  let worst = 0;
  let largest = 0;
  for (let k = 0; k < fixed.length; k++) {
    if (fixed[k] === 0) worst = Math.max(worst, Math.abs(balance[k]!));
    largest = Math.max(largest, Math.abs(load[k]!));
  }
  return { displacement, force, residual: largest === 0 ? worst : worst / largest };
}

/** The direction number of entry k of a bar's 2 d equations. */
function place(from: number, to: number, k: number, d: number): number {
  return k < d ? from * d + k : to * d + k - d;
}

/**
 * Solves A x = b in place for a symmetric positive definite band matrix (lower part by rows).
 * @throws SgnnError R260 when A is not positive definite
 */
export function solveBanded(matrix: Float64Array, band: number, right: Float64Array): void {
  const count = right.length;
  const width = band + 1;
  for (let row = 0; row < count; row++) {
    const first = Math.max(0, row - band);
    const diagonal = matrix[row * width + band]!;
    for (let column = first; column <= row; column++) {
      let value = matrix[row * width + column - row + band]!;
      for (let k = Math.max(first, column - band); k < column; k++) {
        value -=
          matrix[row * width + k - row + band]! * matrix[column * width + k - column + band]!;
      }
      if (column < row) {
        matrix[row * width + column - row + band] = value / matrix[column * width + band]!;
      } else if (value > SMALLEST_PIVOT * diagonal) {
        matrix[row * width + band] = Math.sqrt(value);
      } else {
        throw dataError(
          "R260",
          `the structure is a mechanism: its stiffness matrix is singular at equation ${row}`,
          "some motion of the nodes strains no bar, so no displacement balances the load",
          "add bracing bars or supports",
        );
      }
    }
  }
  for (let row = 0; row < count; row++) {
    let value = right[row]!;
    for (let k = Math.max(0, row - band); k < row; k++) {
      value -= matrix[row * width + k - row + band]! * right[k]!;
    }
    right[row] = value / matrix[row * width + band]!;
  }
  for (let row = count - 1; row >= 0; row--) {
    let value = right[row]!;
    for (let k = row + 1; k <= Math.min(count - 1, row + band); k++) {
      value -= matrix[k * width + row - k + band]! * right[k]!;
    }
    right[row] = value / matrix[row * width + band]!;
  }
}
