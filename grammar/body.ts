/**
 * Cuts the body of a declaration into pieces, one per field, before the fields are parsed: a piece begins
 * where a field keyword stands first on a line and cannot continue the field before. Pieces only bound
 * the damage of an error; the parser reads several fields from one piece when they share a line.
 *
 * Braces that are never closed get an empty closing token here, and a problem, so that the pieces are
 * balanced. Where the missing one belongs is told by indentation, which is looked at only when the braces
 * do not balance.
 */
import type { TokenType } from "chevrotain";
import type { Body } from "./fields.js";
import type { Token } from "./token.js";
import type { ProblemList } from "./problems.js";
import * as t from "./tokens.js";
import { retyped } from "./words.js";

export interface BodyPieces {
  readonly pieces: Token[][];
  /** Index of the token after the body. */
  readonly next: number;
  /** End of the body in the source. */
  readonly end: number;
  /** The closing brace; undefined when it is missing. */
  readonly close: Token | undefined;
}

const closing = new Map<TokenType, TokenType>([
  [t.LeftParen, t.RightParen],
  [t.LeftSquare, t.RightSquare],
  [t.LeftCurly, t.RightCurly],
]);
const closers = new Set<TokenType>(closing.values());

/** A token of no width, for something that is missing or meant. */
export function virtualToken(type: TokenType, at: number, image = ""): Token {
  return {
    image,
    tokenType: type,
    tokenTypeIdx: type.tokenTypeIdx ?? 0,
    startOffset: at,
    endOffset: at - 1,
    end: at,
    firstOnLine: false,
    indentation: 0,
    joined: true,
  };
}

/** Reads from the token after the opening brace up to its closing brace, or to `end`. */
export function readBody(
  tokens: readonly Token[],
  opening: Token,
  start: number,
  end: number,
  body: Body,
  problems: ProblemList,
): BodyPieces {
  return new BodyReader(tokens, opening, end, body, problems).read(start);
}

class BodyReader {
  private readonly pieces: Token[][] = [];
  private piece: Token[] = [];
  /** Brackets open inside the body, innermost last; `range` ones close with either bracket. */
  private open: { readonly token: Token; readonly range: boolean }[] = [];
  private balanced = true;
  /** The last `}` of the declaration that is first on its line. */
  private lastBrace: Token | undefined;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly opening: Token,
    private readonly end: number,
    private readonly body: Body,
    private readonly problems: ProblemList,
  ) {}

  read(start: number): BodyPieces {
    this.balanced = this.bracesBalance(start);
    for (let k = this.end - 1; k >= start && !this.balanced && this.lastBrace === undefined; k--) {
      const token = this.tokens[k];
      if (token.tokenType === t.RightCurly && token.firstOnLine) this.lastBrace = token;
    }
    for (let k = start; k < this.end; k++) {
      const token = this.tokens[k];
      const type = token.tokenType;
      if (k > start && this.beginsField(k)) this.beginPiece();
      if (type === t.RightCurly && this.closesBody(token)) {
        this.closeDownTo(0);
        return this.finish(k + 1, token.end, token);
      }
      if (closing.has(type)) this.open.push({ token, range: this.opensRange(k) });
      else if (closers.has(type)) this.closeBracket(token);
      this.piece.push(this.isStrayWord(k) ? retyped(token, t.Name) : token);
    }
    this.closeDownTo(0);
    const last = this.tokens[this.end - 1] ?? this.opening;
    this.reportUnclosed(this.opening, Math.max(last.end, this.opening.end));
    return this.finish(this.end, last.end, undefined);
  }

  private finish(next: number, end: number, close: Token | undefined): BodyPieces {
    if (this.piece.length > 0) this.pieces.push(this.piece);
    return { pieces: this.pieces, next, end, close };
  }

  /** True when the braces from here close the body exactly at the end of the declaration. */
  private bracesBalance(start: number): boolean {
    let depth = 1;
    for (let k = start; k < this.end; k++) {
      const type = this.tokens[k].tokenType;
      if (type === t.LeftCurly) depth++;
      else if (type === t.RightCurly && --depth === 0) return k === this.end - 1;
    }
    return false;
  }

  private beginPiece(): void {
    this.closeDownTo(0);
    if (this.piece.length > 0) this.pieces.push(this.piece);
    this.piece = [];
  }

  private opensRange(at: number): boolean {
    return this.tokens[at - 1]?.tokenType === t.words.in;
  }

  /** Closes the braces that are open above `level` with empty tokens, each a problem. */
  private closeDownTo(level: number): void {
    while (this.open.length > level) {
      const { token } = this.open.pop() ?? { token: this.opening };
      const at = this.piece.at(-1)?.end ?? token.end;
      // The parser misses a parenthesis at the right place by itself; braces bound the pieces.
      if (token.tokenType !== t.LeftCurly) continue;
      this.reportUnclosed(token, at);
      this.piece.push(virtualToken(t.RightCurly, at));
    }
  }

  private reportUnclosed(opening: Token, at: number): void {
    const closer = closing.get(opening.tokenType) ?? t.RightCurly;
    this.problems.add(
      "S003",
      { start: at, end: at },
      { opening: String(opening.tokenType.PATTERN), closing: String(closer.PATTERN) },
      { related: [{ span: { start: opening.startOffset, end: opening.end }, role: "opening" }] },
    );
  }

  /** Index in `open` of the innermost brace, -1 when only the body's own is open. */
  private innermostBrace(): number {
    let k = this.open.length - 1;
    while (k >= 0 && this.open[k].token.tokenType !== t.LeftCurly) k--;
    return k;
  }

  private closesBody(token: Token): boolean {
    const inner = this.innermostBrace();
    if (inner < 0) return this.balanced || !this.isStray(token);
    if (this.balanced || !token.firstOnLine) return false;
    // `}` below the line that opened the body: the braces between were never closed.
    return (
      this.opening.indentation === token.indentation &&
      this.open.every((one) => one.token.indentation > token.indentation)
    );
  }

  /** `}` too many: not where the body should end, and one that is follows. */
  private isStray(token: Token): boolean {
    if (token.firstOnLine && token.indentation === this.opening.indentation) return false;
    const last = this.lastBrace;
    return last !== undefined && last !== token && last.indentation === this.opening.indentation;
  }

  private closeBracket(token: Token): void {
    const inner = this.innermostBrace();
    if (token.tokenType === t.RightCurly) {
      this.closeDownTo(Math.max(0, inner + 1));
      if (inner >= 0) this.open.pop();
      return;
    }
    const top = this.open.at(-1);
    if (top === undefined || top.token.tokenType === t.LeftCurly) return;
    if (!top.range && closing.get(top.token.tokenType) !== token.tokenType) {
      for (let k = this.open.length - 2; k > inner; k--) {
        if (closing.get(this.open[k].token.tokenType) === token.tokenType) {
          this.closeDownTo(k + 1);
          break;
        }
      }
    }
    this.open.pop();
  }

  private beginsField(at: number): boolean {
    const token = this.tokens[at];
    const previous = this.tokens[at - 1];
    if (previous.tokenType === t.Semicolon && this.open.length === 0) {
      return this.body.fields.has(token.tokenType);
    }
    if (!token.firstOnLine) return false;
    const next = at + 1 < this.end ? this.tokens[at + 1] : undefined;
    const inner = this.innermostBrace();
    const begins = this.looksLikeField(token, previous, next);
    if (!begins || this.open.length === 0) return begins;
    if (inner < this.open.length - 1) {
      // Inside parentheses no field keyword can stand; they were never closed.
      this.closeDownTo(inner + 1);
      if (inner < 0) return true;
    }
    if (this.balanced) return false;
    return token.indentation <= this.open[inner].token.indentation;
  }

  private looksLikeField(token: Token, previous: Token, next: Token | undefined): boolean {
    const type = token.tokenType;
    const { fields, inner, hasResult } = this.body;
    const besideWord =
      next !== undefined && !next.firstOnLine && (t.isWord(next.tokenType) || isLiteral(next));
    if (fields.has(type)) {
      if (t.isReserved(type)) return true;
      if (this.isSampleEntry(type, next)) return false;
      if (this.wantsMore(previous)) return besideWord;
      return true;
    }
    if (inner.has(type) || this.open.length > 0 || this.wantsMore(previous)) return false;
    if (this.piece[0]?.tokenType === t.words.threshold) return false;
    const word = type === t.Name || type === t.TypeName || (t.isWord(type) && !t.isReserved(type));
    if (!word || next === undefined || next.firstOnLine) return false;
    if (next.tokenType === t.Equals) return true;
    const calls = next.tokenType === t.LeftParen && this.piece[0]?.tokenType !== t.words.sample;
    if (calls && !hasResult) return true;
    return besideWord && (!hasResult || type === t.Name);
  }

  /** `0.9 * v input`: a field keyword with nothing after it begins no field; it is a name in the way. */
  private isStrayWord(at: number): boolean {
    const token = this.tokens[at];
    if (this.piece.length === 0 || token.firstOnLine || t.isReserved(token.tokenType)) return false;
    if (!this.body.fields.has(token.tokenType) || token.tokenType === t.words.unchecked)
      return false;
    const next = at + 1 < this.end ? this.tokens[at + 1] : undefined;
    return next === undefined || next.firstOnLine || next.tokenType === t.RightCurly;
  }

  /** `sample interior 1000, initial 200`: in a problem these words begin an entry as well as a field. */
  private isSampleEntry(type: TokenType, next: Token | undefined): boolean {
    if (this.piece[0]?.tokenType !== t.words.sample) return false;
    if (type !== t.words.initial && type !== t.words.boundary) return false;
    return next?.tokenType === t.NumberToken;
  }

  /** True when the token cannot end a field. */
  private wantsMore(token: Token): boolean {
    const type = token.tokenType;
    if (this.piece.length === 1 && type !== t.words.unchecked) return true;
    if (joining.has(type) || (type.CATEGORIES ?? []).some((one) => operators.has(one))) return true;
    return this.body.inner.has(type) || type === t.words.let || type === t.words.return;
  }
}

const operators = new Set<TokenType>([t.BinaryOperator, t.ComparisonOperator]);
const joining = new Set<TokenType>([
  t.Comma,
  t.Equals,
  t.Colon,
  t.Arrow,
  t.FatArrow,
  t.Pipe,
  t.Dot,
  t.SlashBelow,
  t.GenericOpen,
  t.LeftParen,
  t.LeftSquare,
  t.LeftCurly,
  t.words.over,
]);
function isLiteral(token: Token): boolean {
  const type = token.tokenType;
  return type === t.NumberToken || type === t.BadNumber || type === t.StringToken;
}
