/**
 * A file as named arrays, whatever its format; and the choice of the reader.
 *
 * The format is what `as` says, else the extension. Formats: npz, npy, csv, tsv, json, tu (a folder),
 * planetoid (several files with one prefix), temporal (text lines `u v t`), off and xyz (point clouds), voxels64 .. voxels1024 (an npz
 * collection of voxelised shapes, so many points drawn from each).
 */
import { basename, extname } from "node:path";
import type { ArrayTable } from "./array-table.js";
import { readOff, readVoxels, readXyz } from "./clouds.js";
import { readCsv } from "./csv.js";
import { readEdgeList } from "./edge-list.js";
import { dataError, suggest } from "./errors.js";
import { isFolder, readFileBytes, readFileText } from "./files.js";
import { readJson } from "./json.js";
import type { AnyArray } from "./ndarray.js";
import { readNpy } from "./npy.js";
import { openNpz } from "./npz.js";
import { readPlanetoid } from "./planetoid.js";
import { readTu } from "./tu.js";

export const formats = [
  "npz",
  "npy",
  "csv",
  "tsv",
  "json",
  "tu",
  "planetoid",
  "temporal",
  "off",
  "xyz",
  "voxels64",
  "voxels128",
  "voxels256",
  "voxels512",
  "voxels1024",
] as const;
/** Points drawn on a mesh. */
const MESH_POINTS = 1024;

export type Format = (typeof formats)[number];

/** A table over arrays that are already in memory (generators, whole-file formats). */
export function tableOf(label: string, arrays: ReadonlyMap<string, AnyArray>): ArrayTable {
  const names = [...arrays.keys()];
  return {
    label,
    names,
    get(name) {
      const array = arrays.get(name);
      if (array === undefined) throw unknownArray(name, names, label);
      return array;
    },
  };
}

/** The error for an array name that no file has. */
export function unknownArray(name: string, names: readonly string[], label: string): Error {
  return dataError(
    "R220",
    `${label} has no array "${name}"`,
    "arrays and columns are found by their exact name",
    suggest(name, names, `arrays in ${label}`),
  );
}

/**
 * Several files seen as one. A name that several files have must be qualified with the file's name
 * without its extension, `nodes.id`; the qualified form always works.
 */
export function joinTables(tables: readonly ArrayTable[]): ArrayTable {
  const [first] = tables;
  if (tables.length === 1 && first !== undefined) return first;
  const owners = new Map<string, { table: ArrayTable; name: string }[]>();
  for (const table of tables) {
    const stem = basename(table.label).replace(/\.[^.]*$/, "");
    for (const name of table.names) {
      for (const key of [name, `${stem}.${name}`]) {
        owners.set(key, [...(owners.get(key) ?? []), { table, name }]);
      }
    }
  }
  const label = tables.map((table) => table.label).join(" and ");
  const names = [...owners.keys()].filter((name) => owners.get(name)?.length === 1);
  return {
    label,
    names,
    get(name) {
      const found = owners.get(name);
      const [owner] = found ?? [];
      if (found === undefined || owner === undefined) throw unknownArray(name, names, label);
      if (found.length > 1) {
        throw dataError(
          "R221",
          `"${name}" is in ${found.map((one) => one.table.label).join(" and in ")}`,
          "one name must mean one array",
          `say which: ${found.map((one) => `"${basename(one.table.label).replace(/\.[^.]*$/, "")}.${name}"`).join(" or ")}`,
        );
      }
      return owner.table.get(owner.name);
    },
  };
}

/**
 * Opens a file or folder as named arrays.
 * @param path where it is
 * @param label how the user named it
 * @param format what `as` says; undefined to go by the extension
 */
export function openTable(path: string, label: string, format: string | undefined): ArrayTable {
  switch (chooseFormat(path, label, format)) {
    case "npz": {
      const npz = openNpz(readFileBytes(path), label);
      return { label, names: npz.names, get: (name) => npz.get(name) };
    }
    case "npy": {
      const name = basename(path).replace(/\.npy$/, "");
      return tableOf(label, new Map([[name, readNpy(readFileBytes(path), label)]]));
    }
    case "voxels64":
    case "voxels128":
    case "voxels256":
    case "voxels512":
    case "voxels1024": {
      const npz = openNpz(readFileBytes(path), label);
      const table = { label, names: npz.names, get: (name: string) => npz.get(name) };
      return tableOf(label, readVoxels(table, Number(format?.slice("voxels".length))));
    }
    case "off":
      return tableOf(label, readOff(readFileText(path), label, MESH_POINTS));
    case "xyz":
      return tableOf(label, readXyz(readFileText(path), label));
    case "csv":
      return tableOf(label, readCsv(readFileText(path), label, ","));
    case "tsv":
      return tableOf(label, readCsv(readFileText(path), label, "\t"));
    case "json":
      return tableOf(label, readJson(readFileText(path), label));
    case "tu":
      return tableOf(label, readTu(path, label));
    case "planetoid":
      return tableOf(label, readPlanetoid(path, label));
    case "temporal":
      return tableOf(label, readEdgeList(readFileText(path), label));
  }
}

function chooseFormat(path: string, label: string, format: string | undefined): Format {
  const byName = format ?? extname(path).slice(1).toLowerCase();
  const known = formats.find((one) => one === byName);
  if (known !== undefined) return known;
  if (format !== undefined) {
    throw dataError(
      "R222",
      `${format} is not a data format`,
      `${label} was declared \`as ${format}\``,
      suggest(format, formats, "formats"),
    );
  }
  if (basename(path).startsWith("ind.")) return "planetoid";
  if (isFolder(path)) return "tu";
  throw dataError(
    "R222",
    `the format of ${label} is not known`,
    byName === ""
      ? "its name has no extension"
      : `.${byName} is not the extension of a data format`,
    `say it: file "${label}" as npz (or ${formats.slice(1).join(", ")})`,
  );
}
