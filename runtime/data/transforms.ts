/** Feature transforms by name: rows of numbers in, rows of numbers out, each row alone. */
import type { Column } from "./column.js";
import { dataError, suggest } from "./errors.js";

type Transformed = Pick<Column, "width" | "data"> & { readonly labels?: Int32Array };

const transforms: Readonly<Record<string, (column: Column) => Transformed>> = {
  cubic_symmetric: cubicSymmetric,
  classes,
};

/** The names, for the table of the compiler. */
export const transformNames: readonly string[] = Object.keys(transforms);

/**
 * Applies a transform to a checked column of finite numbers.
 * @throws SgnnError R256 when there is no such transform, or the rows are too short for it
 */
export function transform(name: string, column: Column): Column {
  const apply = Object.hasOwn(transforms, name) ? transforms[name] : undefined;
  if (apply === undefined) {
    throw dataError(
      "R256",
      `there is no feature transform ${name}`,
      "transforms are built in",
      suggest(name, transformNames, "transforms"),
    );
  }
  const { width, data, labels } = apply(column);
  const label = `${name} of ${column.label}`;
  const tail = labels === undefined ? [width] : [];
  return { label, rows: column.rows, tail, width, data, labels, categories: undefined };
}

/** Whole numbers of any kind (1 and 2, -1 and 1) as classes numbered from 0, in their order. */
function classes({ label, labels }: Column): Transformed {
  if (labels === undefined) {
    throw dataError(
      "R256",
      `classes of ${label}, which is not one whole number per row`,
      "classes are numbered from 0 in the order of the numbers that stand for them",
      "store them as int32",
    );
  }
  const place = new Map([...new Set(labels)].sort((a, b) => a - b).map((value, k) => [value, k]));
  const numbered = labels.map((value) => place.get(value)!);
  return { width: 1, data: Float32Array.from(numbered), labels: numbered };
}

/** Features that replace the three angles. */
const ORIENTATION = 6;

/**
 * Orientation features that respect cubic crystal symmetry. The first three columns are Bunge-Euler angles
 * phi1, Phi, phi2 in radians; they give way to six numbers, further columns are kept after them.
 *
 * With R the rotation from laboratory to crystal axes, R = Rz(phi2) Rx(Phi) Rz(phi1) (Bunge 1982, "Texture
 * Analysis in Materials Science", eq. 2.50), R[c][k] is the cosine between crystal axis c and laboratory axis k:
 *   q_k = sum_c R[c][k]^4        for k = x, y, z
 *   p_k = product_c R[c][k]^2    for k = x, y, z
 * The 24 rotations of the cube permute the crystal axes and flip their signs, which no term notices: equal
 * orientations have equal features, whichever of the 24 sets of angles describes them. They are the invariants of
 * fourth and sixth order along a direction, those of the anisotropy energy of a cubic crystal magnetised along it,
 *   E_k = K1 (1 - q_k) / 2 + K2 p_k
 * (Cullity and Graham 2009, "Introduction to Magnetic Materials", eq. 7.1); saturation magnetostriction along k is
 * linear in q_k.
 */
function cubicSymmetric({ label, rows, width, data }: Column): Transformed {
  if (width < 3) {
    throw dataError(
      "R256",
      `cubic_symmetric of ${label}, whose rows have ${width} ${width === 1 ? "number" : "numbers"}`,
      "it reads three Euler angles from the first three columns",
      'give an array with at least three columns, or name them: cubic_symmetric("phi1", "Phi", "phi2")',
    );
  }
  const wide = width - 3 + ORIENTATION;
  const features = new Float32Array(rows * wide);
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    const axes = rotation(data[at]!, data[at + 1]!, data[at + 2]!);
    for (let k = 0; k < 3; k++) {
      const squares = axes.map((axis) => axis[k]! * axis[k]!);
      features[row * wide + k] = squares.reduce((sum, square) => sum + square * square, 0);
      features[row * wide + 3 + k] = squares.reduce((product, square) => product * square, 1);
    }
    features.set(data.subarray(at + 3, at + width), row * wide + ORIENTATION);
  }
  return { width: wide, data: features };
}

/** Bunge's orientation matrix: rows are crystal axes, columns laboratory axes. */
function rotation(phi1: number, phi: number, phi2: number): number[][] {
  const [c1, s1] = [Math.cos(phi1), Math.sin(phi1)];
  const [c, s] = [Math.cos(phi), Math.sin(phi)];
  const [c2, s2] = [Math.cos(phi2), Math.sin(phi2)];
  return [
    [c1 * c2 - s1 * s2 * c, s1 * c2 + c1 * s2 * c, s2 * s],
    [-c1 * s2 - s1 * c2 * c, -s1 * s2 + c1 * c2 * c, c2 * s],
    [s1 * s, -c1 * s, c],
  ];
}
