/** The rows of a benchmark: kept in one JSON file as they are measured, shown as a markdown table. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function markdown(header, rows) {
  const all = [header, header.map(() => "---"), ...rows];
  return all.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function number(value, digits) {
  return value === undefined || value === null ? "-" : value.toFixed(digits);
}

/** Rows by group, work and backend. A row is on disk as soon as it is measured. */
export class Results {
  constructor(folder, name) {
    mkdirSync(folder, { recursive: true });
    this.file = join(folder, `${name}.json`);
    this.rows = existsSync(this.file) ? JSON.parse(readFileSync(this.file, "utf8")).rows : [];
  }

  has(row) {
    return this.rows.some((one) => keyOf(one) === keyOf(row));
  }

  /** Puts a row in, in place of an older one of the same work. */
  put(row) {
    const at = this.rows.findIndex((one) => keyOf(one) === keyOf(row));
    if (at < 0) this.rows.push(row);
    else this.rows[at] = row;
    this.#save();
  }

  clear() {
    this.rows = [];
    this.#save();
  }

  /** In the order of the works, whatever order they were measured in. */
  sort(order) {
    this.rows.sort((a, b) => order.indexOf(keyOf(a)) - order.indexOf(keyOf(b)));
    this.#save();
  }

  #save() {
    const text = `${JSON.stringify({ rows: this.rows }, undefined, 2)}\n`;
    writeFileSync(`${this.file}.new`, text);
    renameSync(`${this.file}.new`, this.file);
  }
}

export function keyOf({ group, work, backend }) {
  return [group, work, backend].join(" / ");
}
