/** Where the lines of one declaration begin, and how far they are indented. */
import * as t from "../tokens.js";
import { ColumnMarker } from "./columns.js";
import type { Item } from "./items.js";
import { joinsSides, matchBrackets } from "./items.js";
import type { Outline } from "./outline.js";
import { spaceBetween } from "./spacing.js";

/** A part of a line; parts with equal keys in neighbouring lines begin in the same column. */
export interface Cell {
  text: string;
  /** Undefined for the first part of a line. */
  readonly key: string | undefined;
  /** Blanks before it when nothing is aligned. */
  readonly space: string;
}

export interface Line {
  readonly indent: number;
  readonly cells: Cell[];
  readonly blankBefore: boolean;
  /** It opens a block that goes on below: the fields around it are aligned without it. */
  opensBlock: boolean;
  /** It continues the line before. */
  readonly continues: boolean;
}

/** Widest line of a body that its author wrote on one line. */
const WIDTH = 100;
const STEP = 2;

/** Lays out the items of one declaration with the comments above it. */
export function layOut(items: readonly Item[], outline: Outline): Line[] {
  const lines = new Layout(items, outline, false).run();
  const tooWide = lines.some((line) => line.indent + widthOf(line) > WIDTH);
  return tooWide ? new Layout(items, outline, true).run() : lines;
}

function widthOf(line: Line): number {
  return line.cells.reduce((sum, cell) => sum + cell.space.length + cell.text.length, 0);
}

interface OpenBracket {
  readonly index: number;
  /** Indentation of the line it stands on. */
  readonly indent: number;
  readonly multiLine: boolean;
  readonly isBody: boolean;
}

class Layout {
  private readonly lines: Line[] = [];
  private readonly open: OpenBracket[] = [];
  private readonly partners: ReadonlyMap<number, number>;
  private readonly firstToken: number;
  private readonly bodyAt: number;
  private readonly marker: ColumnMarker;

  constructor(
    private readonly items: readonly Item[],
    private readonly outline: Outline,
    /** Break the body even when its author wrote it on one line. */
    private readonly breakBody: boolean,
  ) {
    this.partners = matchBrackets(items);
    this.firstToken = items.findIndex((item) => item.token !== undefined);
    this.bodyAt =
      outline.body === undefined
        ? -1
        : items.findIndex((item) => item.token?.tokenType === t.LeftCurly);
    this.marker = new ColumnMarker(items, outline, this.partners);
  }

  run(): Line[] {
    this.items.forEach((item, k) => {
      if (k === 0 || this.beginsLine(k)) this.newLine(item, k);
      else this.append(item, k);
      this.updateBrackets(item, k);
    });
    return this.lines;
  }

  private beginsLine(k: number): boolean {
    const item = this.items[k];
    const before = this.items[k - 1];
    if (before.kind === "lineComment") return true;
    const top = this.open.at(-1);
    if (item.token === undefined) return item.breaks;
    if (k === this.firstToken) return before.token === undefined && item.breaks;
    if (before.kind === "blockComment" && !item.breaks && this.isAlone(before)) return false;
    if (top !== undefined && this.partners.get(k) === top.index) return top.multiLine;
    if (top !== undefined && k === top.index + 1) return top.multiLine;
    if (top?.isBody === true && top.multiLine && this.beginsField(item)) return true;
    if (top?.isBody === true && !top.multiLine) return false;
    const { tokenType } = item.token;
    if (tokenType === t.LeftCurly || tokenType === t.Comma || tokenType === t.Semicolon) {
      return false;
    }
    return item.breaks;
  }

  /** A comment is all that the current line has so far. */
  private isAlone(comment: Item): boolean {
    const { cells } = this.lines[this.lines.length - 1];
    return cells.length === 1 && cells[0].text === comment.text;
  }

  private beginsField(item: Item): boolean {
    return this.outline.fields.has(item.start);
  }

  /** The word that begins a declaration or a field; a result begins with none. */
  private isKeyword(item: Item): boolean {
    if (item === this.items[this.firstToken]) return true;
    const type = item.token?.tokenType;
    const known = type !== undefined && this.outline.body?.fields.has(type);
    return known === true && this.beginsField(item);
  }

  private newLine(item: Item, k: number): void {
    const { indent, continues } = this.place(item, k);
    const isCloser = this.partners.get(k) === this.open.at(-1)?.index && this.open.length > 0;
    this.lines.push({
      indent,
      cells: [{ text: item.text, key: undefined, space: "" }],
      blankBefore: item.blank && this.lines.at(-1)?.opensBlock !== true && !isCloser,
      opensBlock: false,
      continues,
    });
  }

  private place(item: Item, k: number): { indent: number; continues: boolean } {
    const top = this.open.at(-1);
    if (top === undefined) {
      const isFirst = this.firstToken < 0 || k <= this.firstToken || item.token === undefined;
      return { indent: isFirst ? 0 : STEP, continues: !isFirst };
    }
    if (this.partners.get(k) === top.index) return { indent: top.indent, continues: true };
    const base = top.indent + STEP;
    const continues = !this.beginsPart(item, k, top);
    return { indent: continues ? base + STEP : base, continues };
  }

  /** A field, an element of a list, a `let` of a block: not the rest of one. */
  private beginsPart(item: Item, k: number, top: OpenBracket): boolean {
    if (item.token === undefined) return true;
    if (top.isBody) return this.beginsField(item) || k === top.index + 1;
    let before = k - 1;
    while (before > top.index && this.items[before].token === undefined) before--;
    const joins = (one: Item): boolean => joinsSides(one) && !this.closes(one);
    return !joins(item) && !joins(this.items[before]);
  }

  private append(item: Item, k: number): void {
    const line = this.lines[this.lines.length - 1];
    const before = this.items[k - 1];
    if (item.kind === "lineComment") {
      line.cells.push({ text: item.text, key: "comment", space: "  " });
      return;
    }
    const space = spaceBetween(before, item, {
      signs: this.outline.signs,
      closes: (one) => this.closes(one),
      isKeyword: (one) => this.isKeyword(one),
    });
    const key = this.marker.keyBefore(k, this.open.at(-1)?.multiLine === true);
    const last = line.cells[line.cells.length - 1];
    if (key !== undefined) line.cells.push({ text: item.text, key, space });
    else last.text += space + item.text;
  }

  private closes(item: Item): boolean {
    const type = item.token?.tokenType;
    if (type === t.RightParen || type === t.RightSquare) return true;
    return type === t.Greater && this.marker.isPartner(item);
  }

  private updateBrackets(item: Item, k: number): void {
    const partner = this.partners.get(k);
    if (partner === undefined) return;
    if (partner < k) {
      this.open.pop();
      return;
    }
    const line = this.lines[this.lines.length - 1];
    const isBody = k === this.bodyAt;
    const multiLine = (isBody && this.breakBody) || this.breaksInside(k, partner);
    if (multiLine) line.opensBlock = true;
    this.open.push({ index: k, indent: isBody ? 0 : line.indent, multiLine, isBody });
  }

  /**
   * A brace is written over several lines when its content has a line break of its own; another bracket
   * when its content begins on a new line.
   */
  private breaksInside(from: number, to: number): boolean {
    if (to === from + 1) return false;
    if (this.items[from + 1].breaks || this.items[from + 1].kind === "lineComment") return true;
    if (this.items[from].token?.tokenType !== t.LeftCurly) return false;
    for (let k = from + 1; k <= to; k++) {
      if (this.items[k].breaks || this.items[k].kind === "lineComment") return true;
      const partner = this.partners.get(k);
      if (partner !== undefined && partner > k) k = partner;
    }
    return false;
  }
}
