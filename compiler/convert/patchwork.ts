/** A text put together from copied and new pieces. Every position leads back to where it came from. */
import type { Span } from "../../grammar/tree.js";

/** A place in a file that a person wrote. */
export interface Place {
  readonly file: string;
  readonly span: Span;
}

interface Piece {
  /** Where the piece begins in the text. */
  readonly start: number;
  readonly length: number;
  readonly from: Place;
  /** True when character k of the piece is character k of `from`. */
  readonly copied: boolean;
}

export class Patchwork {
  private readonly pieces: Piece[] = [];
  private written = "";

  get text(): string {
    return this.written;
  }

  /** Appends `source[start, end)` of a file. */
  copy(file: string, source: string, start: number, end: number): void {
    if (end <= start) return;
    this.push(source.slice(start, end), { file, span: { start, end } }, true);
  }

  /** Appends new text, on behalf of a place (a rule). */
  add(text: string, from: Place): void {
    if (text !== "") this.push(text, from, false);
  }

  /** Appends all of another patchwork. */
  append(other: Patchwork): void {
    const shift = this.written.length;
    for (const piece of other.pieces) this.pieces.push({ ...piece, start: piece.start + shift });
    this.written += other.written;
  }

  private push(text: string, from: Place, copied: boolean): void {
    this.pieces.push({ start: this.written.length, length: text.length, from, copied });
    this.written += text;
  }

  /** Where `span` of the text came from: exact for copied text, the whole place for new text. */
  placeOf(span: Span): Place {
    const first = this.pieceAt(span.start);
    const last = this.pieceAt(Math.max(span.start, span.end - 1));
    if (first === undefined) return { file: "", span: { start: 0, end: 0 } };
    if (first === last && first.copied) {
      const shift = first.from.span.start - first.start;
      return {
        file: first.from.file,
        span: { start: span.start + shift, end: span.end + shift },
      };
    }
    // A span over several pieces is shown where the new text came from.
    const made = this.pieces.find(
      (piece) => !piece.copied && piece.start < span.end && piece.start + piece.length > span.start,
    );
    return (made ?? first).from;
  }

  private pieceAt(offset: number): Piece | undefined {
    let found: Piece | undefined;
    for (const piece of this.pieces) {
      if (piece.start > offset) break;
      found = piece;
    }
    return found;
  }
}
