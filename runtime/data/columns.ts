/** Named rows of numbers, checked: what a source of a `data` declaration becomes. */
import type { Column } from "./column.js";
import { dataError } from "./errors.js";
import { describe, isInteger, toInt32, toNumbers, type AnyArray } from "./ndarray.js";
import type { SourceSpec } from "./spec.js";
import type { ArrayTable } from "./array-table.js";
import { transform } from "./transforms.js";

/** Reads a source. Text is only allowed where it becomes categories. Does not check for NaN: see `checkFinite`. */
export function readColumn(source: SourceSpec, table: ArrayTable): Column {
  switch (source.tag) {
    case "array":
      return fromArray(table.get(source.name), labelOf(source.name, table));
    case "oneHot":
      return oneHot(fromArray(table.get(source.name), labelOf(source.name, table)));
    case "columns":
      return sideBySide(source.names, table);
    case "computed":
      throw dataError(
        "R295",
        `${source.name} is no array`,
        "it is computed from a graph, for its nodes",
        `write it in the graph block: nodes x = ${source.name}(..)`,
      );
    case "transform": {
      const column = numeric(readColumn(source.of, table), source.of, table);
      checkFinite(column, "row");
      return transform(source.name, column);
    }
  }
}

/** `array "x" in cora.npz`. */
export function labelOf(name: string, table: ArrayTable): string {
  return `array "${name}" in ${table.label}`;
}

function fromArray(array: AnyArray, label: string): Column {
  const [rows, ...tail] = array.shape;
  if (rows === undefined) {
    throw dataError(
      "R240",
      `${label} is a single number`,
      "features and targets have one row for each node, edge, graph or sample",
      "give an array with at least one dimension",
    );
  }
  const width = tail.reduce((product, size) => product * size, 1);
  if (array.dtype === "text") {
    const categories = [...new Set(array.data)].sort();
    const place = new Map(categories.map((word, k) => [word, k]));
    const labels = Int32Array.from(array.data, (word) => place.get(word) ?? 0);
    return { label, rows, tail, width, data: Float32Array.from(labels), labels, categories };
  }
  const data =
    array.data instanceof Float32Array ? array.data : Float32Array.from(toNumbers(array, label));
  const labels = width === 1 && isInteger(array.dtype) ? toInt32(array, label) : undefined;
  return { label, rows, tail, width, data, labels, categories: undefined };
}

/** Refuses a column of text where numbers are needed; returns the column otherwise. */
export function numeric(column: Column, source: SourceSpec, table: ArrayTable): Column {
  for (const name of namesReadAsNumbers(source)) {
    const array = table.get(name);
    if (array.dtype !== "text") continue;
    throw dataError(
      "R241",
      `${labelOf(name, table)} holds text (${array.firstText}) where numbers are needed`,
      "features are numbers; one cell that is not a number makes its whole column text",
      `correct that cell, or use the categories: one_hot("${name}")`,
    );
  }
  return column;
}

/** The arrays whose own numbers a source uses; transforms have checked theirs. */
function namesReadAsNumbers(source: SourceSpec): readonly string[] {
  if (source.tag === "columns") return source.names;
  return source.tag === "array" ? [source.name] : [];
}

function oneHot(column: Column): Column {
  const { labels, rows, label } = column;
  if (labels === undefined) {
    throw dataError(
      "R242",
      `one_hot of ${label}, which is not one whole number per row`,
      `it has ${column.width} ${column.width === 1 ? "number with a fraction" : "numbers"} in each row`,
      "give a column of whole numbers or of words",
    );
  }
  const low = labels.findIndex((value) => value < 0);
  if (low >= 0) {
    throw dataError(
      "R242",
      `one_hot of ${label}: row ${low} holds ${labels[low]}`,
      "categories are numbered from 0",
      "renumber them, for example numpy.unique(a, return_inverse=True)[1]",
    );
  }
  const width =
    column.categories?.length ?? labels.reduce((most, value) => Math.max(most, value), -1) + 1;
  if (width > 100_000) {
    throw dataError(
      "R242",
      `one_hot of ${label} would have ${width} columns`,
      "its largest number decides the width",
      "renumber the categories from 0",
    );
  }
  const data = new Float32Array(rows * width);
  labels.forEach((value, row) => (data[row * width + value] = 1));
  return {
    label: `one_hot of ${label}`,
    rows,
    tail: [width],
    width,
    data,
    labels: undefined,
    categories: column.categories,
  };
}

function sideBySide(names: readonly string[], table: ArrayTable): Column {
  const columns = names.map((name) => fromArray(table.get(name), labelOf(name, table)));
  const rows = columns[0]?.rows ?? 0;
  const odd = columns.find((column) => column.rows !== rows);
  if (odd !== undefined) {
    throw dataError(
      "R243",
      `${odd.label} has ${odd.rows} rows and ${columns[0]?.label} has ${rows}`,
      "columns side by side have the same number of rows",
      "take columns of one table",
    );
  }
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const data = new Float32Array(rows * width);
  let at = 0;
  for (const column of columns) {
    for (let row = 0; row < rows; row++) {
      const from = row * column.width;
      data.set(column.data.subarray(from, from + column.width), row * width + at);
    }
    at += column.width;
  }
  const label = `columns ${names.map((name) => `"${name}"`).join(", ")} in ${table.label}`;
  return { label, rows, tail: [width], width, data, labels: undefined, categories: undefined };
}

/** SgnnError R244 with row and column when a number is NaN or infinite. `what` is the row's noun, e.g. "node". */
export function checkFinite(column: Column, what: string): void {
  const { data, width } = column;
  for (let k = 0; k < data.length; k++) {
    const value = data[k] ?? NaN;
    if (value - value === 0) continue;
    const row = Math.floor(k / width);
    const place = width === 1 ? `row ${row}` : `row ${row}, column ${k % width}`;
    throw dataError(
      "R244",
      `${column.label} holds ${value} at ${place} (${what} ${row}; rows and columns count from 0)`,
      "one number that is not finite makes the whole training not finite",
      "fill in or leave out missing values before training",
    );
  }
}

/** The row starts of an array such as `node_ptr`: whole numbers from 0, not decreasing, ending at `rows`. */
export function readPointers(
  name: string,
  table: ArrayTable,
  rows: number,
  what: string,
): Int32Array {
  const label = labelOf(name, table);
  const array = table.get(name);
  if (array.dtype === "text" || array.shape.length !== 1) {
    throw dataError(
      "R245",
      `${label} is ${describe(array)}`,
      `row starts are one list of whole numbers: graph k owns the ${what}s from start k up to start k + 1`,
      `give an int32 array with one entry more than there are graphs`,
    );
  }
  const ptr = toInt32(array, label);
  if (ptr.length < 2) {
    throw dataError(
      "R246",
      `${label} describes no graph`,
      `it has ${ptr.length} ${ptr.length === 1 ? "entry" : "entries"}, which makes ${Math.max(0, ptr.length - 1)} graphs`,
      "give at least one graph",
    );
  }
  for (let k = 1; k < ptr.length; k++) {
    if ((ptr[k] ?? 0) >= (ptr[k - 1] ?? 0)) continue;
    throw dataError(
      "R245",
      `${label} falls from ${ptr[k - 1]} to ${ptr[k]} at entry ${k}`,
      "row starts never fall",
      "store the cumulative sum of the counts, beginning with 0",
    );
  }
  if (ptr[0] !== 0 || ptr.at(-1) !== rows) {
    throw dataError(
      "R245",
      ptr[0] !== 0
        ? `${label} begins with ${ptr[0]}`
        : `${label} ends at ${ptr.at(-1)}, but there are ${rows} ${what}s`,
      `row starts begin with 0 and end at the number of ${what}s`,
      `check that "${name}" belongs to these ${what}s`,
    );
  }
  return ptr;
}

/** The number of classes of a label column: one more than the largest label; negative ones are "no label". */
export function classCount(column: Column): number {
  const { labels, categories } = column;
  if (categories !== undefined) return categories.length;
  return (labels ?? new Int32Array()).reduce((most, label) => Math.max(most, label), -1) + 1;
}
