/** The ends of edges: one array [2, E], or two columns. */
import { labelOf } from "./columns.js";
import { dataError } from "./errors.js";
import { describe, toInt32 } from "./ndarray.js";
import type { SourceSpec } from "./spec.js";
import type { ArrayTable } from "./array-table.js";

/** Source and target of each edge, as the file numbers nodes. */
export interface Ends {
  /** How to name them in messages. */
  readonly label: string;
  readonly sources: Int32Array;
  readonly targets: Int32Array;
}

/**
 * Reads the ends of edges.
 * @throws SgnnError R249 (not two rows or columns of node numbers), R202 (not whole numbers)
 */
export function readEnds(connections: SourceSpec, table: ArrayTable): Ends {
  if (connections.tag !== "array") {
    const names = connections.tag === "columns" ? connections.names : [];
    const [from, to] = names;
    if (from === undefined || to === undefined || names.length !== 2) {
      throw dataError(
        "R249",
        connections.tag === "columns"
          ? `connections are given by ${names.length} ${names.length === 1 ? "column" : "columns"}`
          : `connections are given by ${connections.tag === "oneHot" ? "one_hot" : connections.name}`,
        "an edge has a source and a target",
        'give one array [2, E], or two columns: edges = ["source", "target"]',
      );
    }
    const ends = [from, to].map((name) => {
      const array = table.get(name);
      if (array.dtype === "text") {
        throw dataError(
          "R249",
          `${labelOf(name, table)} holds text (${array.firstText}) where node numbers are needed`,
          "nodes are known by their row number, from 0",
          "replace the names by row numbers",
        );
      }
      return toInt32(array, labelOf(name, table));
    });
    const [sources = new Int32Array(), targets = new Int32Array()] = ends;
    if (sources.length !== targets.length) {
      throw dataError(
        "R249",
        `"${from}" has ${sources.length} rows and "${to}" has ${targets.length}`,
        "every edge has a source and a target",
        "take both columns from one table",
      );
    }
    return { label: `columns "${from}", "${to}" in ${table.label}`, sources, targets };
  }
  const label = labelOf(connections.name, table);
  const array = table.get(connections.name);
  const [a, b] = array.shape;
  if (array.dtype === "text" || array.shape.length !== 2 || (a !== 2 && b !== 2)) {
    throw dataError(
      "R249",
      `${label} is ${describe(array)}`,
      "connections are whole numbers [2, E]: row 0 the source of each edge, row 1 its target",
      "transpose or reshape it to [2, E]",
    );
  }
  const flat = toInt32(array, label);
  if (a === 2) {
    const edges = b ?? 0;
    return { label, sources: flat.slice(0, edges), targets: flat.slice(edges) };
  }
  return {
    label,
    sources: flat.filter((_, k) => k % 2 === 0),
    targets: flat.filter((_, k) => k % 2 === 1),
  };
}
