/** Lines and columns of a source text, both counted from 1. */

export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Finds lines in a source. Lines end with `\n`, `\r\n` or a lone `\r`. A column counts characters as
 * people see them in a file: a tab is one, a surrogate pair is one.
 */
export class Lines {
  private readonly starts: readonly number[];

  constructor(private readonly source: string) {
    const starts = [0];
    for (let at = 0; at < source.length; at++) {
      const character = source[at];
      if (character === "\n" || (character === "\r" && source[at + 1] !== "\n")) {
        starts.push(at + 1);
      }
    }
    this.starts = starts;
  }

  get count(): number {
    return this.starts.length;
  }

  /** Line of a character offset; offsets outside the text belong to the first or last line. */
  lineOf(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** Line and column of a character offset. */
  placeOf(offset: number): Place {
    const line = this.lineOf(offset);
    const before = this.source.slice(this.starts[line - 1], Math.max(offset, 0));
    return { line, column: [...before].length + 1 };
  }

  /** Offset of the first character of a line. */
  startOf(line: number): number {
    return this.starts[line - 1];
  }

  /** Text of a line without its end. */
  textOf(line: number): string {
    const end = line < this.starts.length ? this.starts[line] : this.source.length;
    return this.source.slice(this.starts[line - 1], end).replace(/[\r\n]+$/, "");
  }
}
