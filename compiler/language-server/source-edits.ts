/** Small edits of source text, for repairs: where an argument, a field or a block begins and ends. */
import type { TextEdit } from "../diagnostics/diagnostic.js";
import type { Declaration, Span } from "../../grammar/tree.js";

export function replaced(span: Span, text: string): TextEdit {
  return { span, text };
}
export function inserted(at: number, text: string): TextEdit {
  return { span: { start: at, end: at }, text };
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** The index of the bracket that closes the one at `open`, or undefined. */
export function closingBracket(source: string, open: number): number | undefined {
  const stack: string[] = [];
  for (let at = open; at < source.length; at++) {
    const letter = source[at];
    if (letter === '"') at = endOfText(source, at);
    else if (letter in closing) stack.push(closing[letter]);
    else if (letter === stack.at(-1)) stack.pop();
    if (stack.length === 0) return at;
  }
  return undefined;
}

function endOfText(source: string, from: number): number {
  const end = /["\n]/.exec(source.slice(from + 1));
  return end === null ? source.length : from + 1 + end.index;
}

/** From `from` to the `,` or closing bracket behind it. */
function endOfItem(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    const letter = source[at];
    if (letter === '"') at = endOfText(source, at);
    else if (/[([{<]/.test(letter)) depth++;
    else if (/[)\]}]/.test(letter) || (letter === ">" && source[at - 1] !== "-")) {
      if (depth-- === 0) return at;
    } else if (depth === 0 && /[,\n]/.test(letter)) return at;
  }
  return source.length;
}

/** Removes an item of a list with one of the commas beside it. */
export function withoutItem(source: string, start: number): TextEdit {
  const end = endOfItem(source, start);
  const before = /,\s*$/.exec(source.slice(0, start));
  if (before !== null)
    return replaced({ start: before.index, end: trimmed(source, start, end) }, "");
  const after = /^,\s*/.exec(source.slice(end));
  return replaced({ start, end: end + (after?.[0].length ?? 0) }, "");
}

function trimmed(source: string, start: number, end: number): number {
  return start + source.slice(start, end).trimEnd().length;
}

/** Removes the field around a position: its line, or its part of a line between `;`. */
export function withoutField(source: string, at: number): TextEdit {
  const before = source.slice(0, at);
  const line = before.lastIndexOf("\n") + 1;
  const start = Math.max(line, before.lastIndexOf(";") + 1, before.lastIndexOf("{") + 1);
  const rest = /[;}\n]|$/.exec(source.slice(at));
  const end = at + (rest?.index ?? 0);
  if (start === line)
    return replaced({ start: line, end: end + (source[end] === "\n" ? 1 : 0) }, "");
  return source[end] === ";"
    ? replaced({ start, end: end + 1 }, "")
    : replaced(
        { start: start - 1, end: trimmed(source, start, end) },
        source[start - 1] === "{" ? "{" : "",
      );
}

/** A further line at the end of a declaration's block. */
export function withField(
  source: string,
  { span }: Declaration,
  text: string,
): TextEdit | undefined {
  const open = source.indexOf("{", span.start);
  const close = source.lastIndexOf("}", span.end);
  if (open < 0 || close <= open) return undefined;
  const line = source.lastIndexOf("\n", close) + 1;
  if (source.slice(line, close).trim() === "") return inserted(line, `  ${text}\n`);
  return inserted(close, source[close - 1] === " " ? `\n  ${text}\n` : `\n  ${text}\n`);
}

/** A line before the one of a position, as far to the right. */
export function lineBefore(source: string, at: number, text: string): TextEdit {
  const line = source.lastIndexOf("\n", at - 1) + 1;
  const indent = /^\s*/.exec(source.slice(line))?.[0] ?? "";
  return inserted(line, `${indent}${text}\n`);
}

/** A further item in the brackets that open at or behind `from`; `open` if there are none right there. */
export function withItem(source: string, from: number, item: string, open: "(" | "<"): TextEdit {
  const close = open === "(" ? ")" : ">";
  if (source[from] !== open) return inserted(from, `${open}${item}${close}`);
  const end = open === "(" ? closingBracket(source, from) : endOfItem(source, from + 1);
  const last = end === undefined || source[end] !== close ? lastItem(source, from) : end;
  const isEmpty = source.slice(from + 1, last).trim() === "";
  return inserted(last, isEmpty ? item : `, ${item}`);
}

/** The end of a list in angle brackets with several items. */
function lastItem(source: string, from: number): number {
  let at = endOfItem(source, from + 1);
  while (source[at] === ",") at = endOfItem(source, at + 1);
  return at;
}
