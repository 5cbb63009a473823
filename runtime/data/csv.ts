/**
 * Tables of text: comma- or tab-separated values (RFC 4180) with a header line.
 *
 * Quoted fields may hold delimiters, doubled quotes and line breaks. A column in which every cell is
 * a number or empty becomes numbers (empty cells are NaN); any other column stays text.
 */
import { dataError } from "./errors.js";
import type { AnyArray } from "./ndarray.js";

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Columns by header name, each of shape [rows].
 * @throws SgnnError R230 (ragged row), R231 (quotes), R232 (header missing, empty or repeated)
 */
export function readCsv(text: string, label: string, delimiter: string): Map<string, AnyArray> {
  const rows = split(text, label, delimiter);
  const [header, ...body] = rows;
  if (header === undefined) {
    throw dataError(
      "R232",
      `${label} is empty`,
      "the first line of a table names its columns",
      "write a header line and at least one row",
    );
  }
  const names = header.cells.map((cell) => cell.trim());
  checkHeader(names, label);
  for (const row of body) {
    if (row.cells.length !== names.length) {
      throw dataError(
        "R230",
        `${label}, line ${row.line}: ${row.cells.length} ${row.cells.length === 1 ? "cell" : "cells"} where the header has ${names.length}`,
        "every row has one cell for each column",
        row.cells.length < names.length
          ? `the first column without a value is "${names[row.cells.length]}"; leave the cell empty but keep the delimiter`
          : "put a cell that holds the delimiter in double quotes",
      );
    }
  }
  return new Map(names.map((name, column) => [name, toColumn(body, column)]));
}

function checkHeader(names: readonly string[], label: string): void {
  const empty = names.indexOf("");
  if (empty >= 0) {
    throw dataError(
      "R232",
      `${label}, line 1: column ${empty + 1} has no name`,
      "columns are found by the name in the header",
      "name every column in the first line",
    );
  }
  const repeated = names.find((name, k) => names.indexOf(name) !== k);
  if (repeated !== undefined) {
    throw dataError(
      "R232",
      `${label}, line 1: two columns are named "${repeated}"`,
      "columns are found by the name in the header",
      "give every column its own name",
    );
  }
  if (names.every(isNumber)) {
    throw dataError(
      "R232",
      `${label} has no header: its first line holds only numbers`,
      "the first line of a table names its columns",
      `add a first line such as ${names
        .map((_, k) => `c${k}`)
        .slice(0, 4)
        .join(",")}`,
    );
  }
}

function isNumber(cell: string): boolean {
  const word = cell.trim();
  return word !== "" && (Number.isFinite(Number(word)) || /^[-+]?(inf|infinity|nan)$/i.test(word));
}

function toNumber(cell: string): number {
  const word = cell.trim().toLowerCase();
  if (word === "" || /^[-+]?nan$/.test(word)) return NaN;
  if (/^\+?inf(inity)?$/.test(word)) return Infinity;
  if (/^-inf(inity)?$/.test(word)) return -Infinity;
  return Number(word);
}

function toColumn(rows: readonly Row[], column: number): AnyArray {
  const cells = rows.map((row) => row.cells[column] ?? "");
  const shape = [cells.length];
  const odd = cells.findIndex((cell) => cell.trim() !== "" && !isNumber(cell));
  if (odd >= 0) {
    const firstText = `line ${rows[odd]?.line}: "${cells[odd]}"`;
    return { shape, dtype: "text", data: cells.map((cell) => cell.trim()), firstText };
  }
  const numbers = Float64Array.from(cells, toNumber);
  const whole = numbers.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31);
  return whole
    ? { shape, dtype: "i32", data: Int32Array.from(numbers) }
    : { shape, dtype: "f64", data: numbers };
}

/** Cuts the text into rows of cells; blank lines are skipped. */
function split(text: string, label: string, delimiter: string): Row[] {
  const rows: Row[] = [];
  const length = text.length;
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  let line = 1;
  while (at < length) {
    const start = line;
    const cells: string[] = [];
    for (;;) {
      let cell = "";
      if (text[at] === '"') {
        const opened = line;
        at++;
        for (;;) {
          const close = text.indexOf('"', at);
          if (close < 0) {
            throw dataError(
              "R231",
              `${label}, line ${opened}: a quoted cell is never closed`,
              'a cell that begins with " ends with "',
              'add the closing quote; a quote inside a quoted cell is written ""',
            );
          }
          const part = text.slice(at, close);
          for (const symbol of part) if (symbol === "\n") line++;
          cell += part;
          at = close + 1;
          if (text[at] !== '"') break;
          cell += '"';
          at++;
        }
        if (at < length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") {
          throw dataError(
            "R231",
            `${label}, line ${line}: text after the closing quote of a cell`,
            "a quoted cell is followed by the delimiter or by the end of the line",
            'a quote inside a quoted cell is written ""',
          );
        }
      } else {
        const begin = at;
        while (at < length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r")
          at++;
        cell = text.slice(begin, at);
      }
      cells.push(cell);
      if (text[at] !== delimiter) break;
      at++;
    }
    if (text[at] === "\r") at++;
    if (text[at] === "\n") at++;
    line++;
    if (cells.length > 1 || cells[0] !== "") rows.push({ line: start, cells });
  }
  return rows;
}
