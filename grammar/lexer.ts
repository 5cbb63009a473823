/**
 * Source text to tokens and trivia. Every character ends up in a token, in trivia or is plain
 * whitespace between them (a test puts them together again).
 */
import { Lexer } from "./chevrotain.js";
import type { IToken } from "chevrotain";
import type { ProblemList } from "./problems.js";
import { isClosed } from "./scan.js";
import { prepareSource } from "./source.js";
import type { Token } from "./token.js";
import * as t from "./tokens.js";
import type { Span, Trivia } from "./tree.js";
import { assignWords, retype } from "./words.js";

export interface Tokens {
  readonly tokens: Token[];
  /** In source order. */
  readonly trivia: Trivia[];
}

const lexer = new Lexer(t.lexerTokens, {
  positionTracking: "onlyOffset",
  skipValidations: true,
  ensureOptimizations: false,
});

/** Splits a source; reports what is no token of the language. Never throws. */
export function tokenize(source: string, problems: ProblemList): Tokens {
  const { text, skipped } = prepareSource(source, problems);
  const lexed = lexer.tokenize(text);
  const comments = (lexed.groups.trivia ?? []).map((comment) => readComment(comment, problems));
  const trivia = [...comments, ...outside(skipped, comments)];
  const tokens = readTokens(lexed.tokens, trivia, problems);
  trivia.sort((a, b) => a.span.start - b.span.start);
  placeTokens(text, tokens, trivia);
  assignWords(tokens);
  return { tokens, trivia };
}

/** What was blanked inside a comment is part of the comment. Both lists are in source order. */
function outside(skipped: readonly Trivia[], comments: readonly Trivia[]): Trivia[] {
  let next = 0;
  return skipped.filter(({ span }) => {
    while (next < comments.length && comments[next].span.end <= span.start) next++;
    return next === comments.length || comments[next].span.start >= span.end;
  });
}

export function spanOf(token: IToken): Span {
  return { start: token.startOffset, end: token.startOffset + token.image.length };
}

function readComment(comment: IToken, problems: ProblemList): Trivia {
  const span = spanOf(comment);
  if (comment.tokenType === t.HashComment) {
    const first = { start: span.start, end: span.start + 1 };
    problems.add(
      "S006",
      first,
      { shown: "#", hint: "write comments with `//`" },
      { edits: [{ span: first, text: "//" }] },
    );
    return { kind: "skipped", span };
  }
  if (comment.tokenType === t.DocComment) return { kind: "docComment", span };
  if (comment.tokenType === t.LineComment) return { kind: "lineComment", span };
  if (comment.image.length < 4 || !comment.image.endsWith("*/")) {
    problems.add("S005", { start: span.start, end: span.start + 2 }, {});
  }
  return { kind: "blockComment", span };
}

/** Turns characters and symbols that are not ours into what was meant, or into skipped trivia. */
function readTokens(lexed: readonly IToken[], trivia: Trivia[], problems: ProblemList): Token[] {
  const tokens: Token[] = [];
  for (let k = 0; k < lexed.length; k++) {
    const token = lexed[k];
    const type = token.tokenType;
    if (type === t.UnknownCharacter) {
      k = readUnknown(lexed, k, tokens, trivia, problems);
      continue;
    }
    if (type === t.ForeignSymbol) {
      const meant = foreignSymbols.get(token.image);
      if (meant === undefined) {
        problems.add("S006", spanOf(token), { shown: token.image, hint: undefined });
        trivia.push({ kind: "skipped", span: spanOf(token) });
        continue;
      }
      retype(token, meant);
      reportSymbol(token, String(meant.PATTERN), problems);
    } else if (type === t.StringToken) {
      checkString(token, problems);
    } else if (type === t.BadNumber) {
      checkNumber(token, problems);
    }
    tokens.push(token as Token);
  }
  return tokens;
}

const foreignSymbols = new Map([
  [":=", t.Equals],
  ["**", t.Caret],
  ["|", t.Pipe],
  ["||", t.Pipe],
]);

const typographic = new Map([
  ["\u2192", t.Arrow],
  ["\u21d2", t.FatArrow],
  ["\u2264", t.LessEqual],
  ["\u2265", t.GreaterEqual],
  ["\u2212", t.Minus],
  ["\u2013", t.Minus],
  ["\u2014", t.Minus],
  ["\u00d7", t.Star],
  ["\u00b7", t.Star],
  ["\u2026", t.Ellipsis],
]);

function reportSymbol(token: IToken, wanted: string, problems: ProblemList): void {
  const span = spanOf(token);
  problems.add("S016", span, { found: token.image, wanted }, { edits: [{ span, text: wanted }] });
}

/** A run of unknown characters; returns the index of its last. */
function readUnknown(
  lexed: readonly IToken[],
  first: number,
  tokens: Token[],
  trivia: Trivia[],
  problems: ProblemList,
): number {
  const head = lexed[first];
  const symbol = typographic.get(head.image);
  if (symbol !== undefined) {
    retype(head, symbol);
    reportSymbol(head, String(symbol.PATTERN), problems);
    tokens.push(head as Token);
    return first;
  }
  let end = head.startOffset;
  let image = "";
  let last = first;
  const previous = tokens.at(-1);
  const letters = isLetter(lexed, first) || head.image === "\u221e";
  // A word with letters of other alphabets stays one word, so that it is one problem.
  const before =
    letters &&
    previous !== undefined &&
    isWordAt(previous) &&
    previous.startOffset + previous.image.length === end;
  for (let k = first; k < lexed.length && lexed[k].startOffset === end; k++) {
    const unknown = lexed[k].tokenType === t.UnknownCharacter;
    const fits = letters ? isLetter(lexed, k) || isWordAt(lexed[k]) || k === first : unknown;
    if (!fits || (unknown && k > first && typographic.has(lexed[k].image))) break;
    image += lexed[k].image;
    end += lexed[k].image.length;
    last = k;
  }
  const word = before && previous !== undefined ? previous.image + image : image;
  const span = { start: end - word.length, end };
  problems.add("S006", span, { shown: show(word), hint: hintFor(image, letters) });
  if (!letters) {
    trivia.push({ kind: "skipped", span });
    return last;
  }
  if (before && previous !== undefined) {
    previous.image = word;
  } else {
    head.image = image;
    retype(head, t.Name);
    tokens.push(head as Token);
  }
  return last;
}

function isWordAt(token: IToken): boolean {
  return token.tokenType === t.Name || token.tokenType === t.TypeName;
}

function isLetter(lexed: readonly IToken[], at: number): boolean {
  const token = lexed[at];
  if (token.tokenType !== t.UnknownCharacter) return false;
  return /[\p{L}\p{M}\p{N}\ud800-\udfff]/u.test(token.image);
}

/** Printable form of strange characters: at most eight, controls as code points. */
function show(image: string): string {
  const shown = [...image.slice(0, 8)].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    const hidden = code < 33 || (code >= 127 && code <= 160) || (code >= 0x2000 && code <= 0x200f);
    const lost = code >= 0xd800 && code <= 0xdfff;
    return hidden || lost || code === 0xfeff
      ? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`
      : character;
  });
  return (
    shown.join(shown.some((one) => one.startsWith("U+")) ? " " : "") +
    (image.length > 8 ? " ..." : "")
  );
}

function hintFor(image: string, letters: boolean): string | undefined {
  if (image.startsWith("\u221e")) return "write `inf`";
  if (letters) return "write names with the letters a to z, digits and `_`";
  if (/^[\u201c\u201d\u201e\u2018\u2019'`]/.test(image))
    return 'write strings in straight double quotes: `"`';
  if (image.includes("\0")) return "save the file as plain text in UTF-8";
  if (/^[\u00a0\u2000-\u200b\ufeff]/.test(image)) return "replace it by an ordinary space";
  return undefined;
}

function checkString(token: IToken, problems: ProblemList): void {
  const span = spanOf(token);
  if (!token.image.startsWith('"')) {
    const text = `"${token.image.slice(1, -1)}"`;
    const shown = token.image[0];
    const hint = 'write strings in straight double quotes: `"`';
    problems.add(
      "S006",
      { start: span.start, end: span.start + 1 },
      { shown, hint },
      { edits: [{ span, text }] },
    );
    return;
  }
  if (!isClosed(token.image)) {
    problems.add("S004", span, { text: token.image.trimEnd() });
    return;
  }
  for (const escape of token.image.matchAll(/\\(.)/gsu)) {
    if (/["\\n]/.test(escape[1])) continue;
    const start = span.start + escape.index;
    problems.add("S024", { start, end: start + escape[0].length }, { escape: escape[0] });
    return;
  }
}

function checkNumber(token: IToken, problems: ProblemList): void {
  const text = token.image;
  const plain = text.replace(/_/g, "");
  const padded = plain.startsWith(".") ? `0${plain}` : plain;
  const wanted = padded.replace(/\.(?=$|[eE])/, "");
  const good = /^\d+(\.\d+)?([eE]\d+)?$/.test(wanted) ? wanted : undefined;
  const span = spanOf(token);
  const edits = good === undefined ? [] : [{ span, text: good }];
  problems.add("S023", span, { text, wanted: good }, { edits });
}

/** Fills in the place of each token and adds the blank lines to the trivia. One pass over the gaps. */
function placeTokens(text: string, tokens: Token[], trivia: Trivia[]): void {
  const blankLines: Trivia[] = [];
  let comment = 0;
  let at = 0;
  let indentation = 0;
  let lineStart = 0;
  let fresh = true;
  const gap = (from: number, to: number): void => {
    let firstEnd = -1;
    let lastEnd = -1;
    for (let k = from; k < to; k++) {
      const code = text.charCodeAt(k);
      if (code !== 10 && !(code === 13 && text.charCodeAt(k + 1) !== 10)) continue;
      if (firstEnd < 0) firstEnd = k + 1;
      lastEnd = k + 1;
    }
    if (lastEnd < 0) return;
    lineStart = lastEnd;
    fresh = true;
    const start = from === 0 ? 0 : firstEnd;
    if (lastEnd > start) blankLines.push({ kind: "blankLine", span: { start, end: lastEnd } });
  };
  const commentsUpTo = (limit: number): void => {
    for (; comment < trivia.length && trivia[comment].span.start < limit; comment++) {
      const { span } = trivia[comment];
      gap(at, span.start);
      const inside = text.lastIndexOf("\n", span.end - 1);
      if (inside >= span.start) {
        lineStart = inside + 1;
        fresh = true;
      }
      at = span.end;
    }
  };
  for (const token of tokens) {
    commentsUpTo(token.startOffset);
    gap(at, token.startOffset);
    if (fresh) indentation = token.startOffset - lineStart;
    token.end = token.startOffset + token.image.length;
    // Chevrotain fills in only the start; the spans of the tree are made from both.
    token.endOffset = token.end - 1;
    token.firstOnLine = fresh;
    token.indentation = indentation;
    token.joined = token.startOffset === at && at > 0 && !fresh;
    fresh = false;
    at = token.end;
  }
  commentsUpTo(text.length);
  gap(at, text.length);
  trivia.push(...blankLines);
  trivia.sort((a, b) => a.span.start - b.span.start);
}
