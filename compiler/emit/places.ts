/**
 * How comments name places (`sage.sgnn:4`), and the way back from the comments of the formatted text
 * to the source map: since every statement ends with its place, the map needs no other bookkeeping.
 */
import type { Origin } from "../ir/ir.js";
import type { LineOrigin } from "./source-map.js";

export class Places {
  private readonly labels = new Map<string, string>();
  /** Files in the order they were first named; the main file is the first. */
  readonly files: string[] = [];

  constructor(mainFile: string) {
    this.labelOf(mainFile);
  }

  /** `cora.sgnn:9` */
  of(origin: Origin): string {
    return this.at(origin.file, origin.line);
  }

  at(file: string, line: number): string {
    return `${this.labelOf(file)}:${line}`;
  }

  /** The file without its folders; a second file of the same name keeps its whole name. */
  labelOf(file: string): string {
    const known = this.labels.get(file);
    if (known !== undefined) return known;
    const short = baseName(file);
    const taken = [...this.labels.values()].includes(short);
    const label = taken ? file.replace(/\s/g, "_") : short;
    this.labels.set(file, label);
    this.files.push(file);
    return label;
  }

  /** The origin of each line of a finished text. */
  linesOf(text: string): readonly (LineOrigin | undefined)[] {
    const index = new Map([...this.labels.values()].map((label, k) => [label, k]));
    const lines = text.split("\n");
    const origins: (LineOrigin | undefined)[] = lines.map(() => undefined);
    let start = 0;
    lines.forEach((line, k) => {
      const match = /\/\/ .*?(\S+):(\d+)$/.exec(line);
      const source = match === null ? undefined : index.get(match[1]);
      if (match !== null && source !== undefined) {
        const origin = { source, line: Number(match[2]) };
        for (let n = start; n <= k; n++) origins[n] = origin;
      }
      // A statement may run over several lines; its comment stands at the end of the last one.
      if (match !== null || /[;{}]$/.test(line.replace(/\s*\/\/.*$/, "")) || line.trim() === "") {
        start = k + 1;
      }
    });
    return origins;
  }
}

/** `examples/cora.sgnn` -> `cora.sgnn`, `sgnn:std/sage.sgnn` -> `sage.sgnn`. */
export function baseName(file: string): string {
  return file.replace(/^.*[\\/]/, "");
}
