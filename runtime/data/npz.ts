/** Several named NumPy arrays in one file: the .npz format, read (lazily) and written. */
import { dataError, suggest } from "./errors.js";
import { readFileBytes } from "./files.js";
import type { NdArray } from "./ndarray.js";
import { readNpy, writeNpy } from "./npy.js";
import { readZip, writeZip } from "./zip.js";

/** An opened .npz: names are known, arrays are unpacked when asked for. */
export interface Npz {
  readonly names: readonly string[];
  /** The array of that name; SgnnError R220 with the list of names when it is not there. */
  get(name: string): NdArray;
}

/** Opens an .npz from its bytes; `label` is the file name in errors. */
export function openNpz(bytes: Uint8Array, label: string): Npz {
  const entries = new Map(
    readZip(bytes, label).map((entry) => [entry.name.replace(/\.npy$/, ""), entry]),
  );
  const names = [...entries.keys()];
  const known = new Map<string, NdArray>();
  return {
    names,
    get(name) {
      const before = known.get(name);
      if (before !== undefined) return before;
      const entry = entries.get(name);
      if (entry === undefined) {
        throw dataError(
          "R220",
          `${label} has no array "${name}"`,
          "arrays are found by their exact name",
          suggest(name, names, `arrays in ${label}`),
        );
      }
      const array = readNpy(entry.read(), `array "${name}" in ${label}`);
      known.set(name, array);
      return array;
    },
  };
}

/** All arrays of an .npz, by name. Throws SgnnError R203 (no such file), R210-R213 (damaged, wrong type). */
export function readNpz(bytes: Uint8Array, label: string): Map<string, NdArray> {
  const npz = openNpz(bytes, label);
  return new Map(npz.names.map((name) => [name, npz.get(name)]));
}

/** Reads all arrays of an .npz file. */
export function readNpzFile(path: string): Map<string, NdArray> {
  return readNpz(readFileBytes(path), path);
}

/** The bytes of an .npz with these arrays, in the order given; the same arrays give the same bytes. */
export function writeNpz(
  arrays: Readonly<Record<string, NdArray>> | ReadonlyMap<string, NdArray>,
  options: { readonly compress?: boolean } = {},
): Uint8Array {
  const entries: [string, NdArray][] =
    arrays instanceof Map ? [...arrays.entries()] : Object.entries(arrays);
  const files: Record<string, Uint8Array> = {};
  for (const [name, array] of entries) files[`${name}.npy`] = writeNpy(array);
  return writeZip(files, options.compress ?? true);
}
