import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "../../grammar/index.js";
import { tokenize } from "../../grammar/lexer.js";
import { ProblemList } from "../../grammar/problems.js";
import { samples } from "./samples.js";

const runs = Number(process.env.SGNN_FUZZ ?? 300);

/** Every span in the tree and in the problems lies in the source. */
function spansAreSound(value: unknown, length: number): boolean {
  if (Array.isArray(value)) return value.every((one) => spansAreSound(one, length));
  if (typeof value !== "object" || value === null) return true;
  const { span } = value as { span?: { start: number; end: number } };
  if (span !== undefined) {
    const { start, end } = span;
    if (!(start >= 0 && end >= start && end <= length)) return false;
  }
  return Object.values(value).every((one) => spansAreSound(one, length));
}

function check(source: string): void {
  const { file, problems } = parse(source);
  expect(file.source).toBe(source);
  expect(spansAreSound([file.imports, file.declarations, file.trivia], source.length)).toBe(true);
  expect(spansAreSound(problems, source.length)).toBe(true);
  const starts = problems.map((one) => one.span.start);
  expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
  expect(reassemble(source)).toBe(source);
}

/** Tokens and trivia in place, and the whitespace between them. */
function reassemble(source: string): string {
  const { tokens, trivia } = tokenize(source, new ProblemList());
  const parts = [
    ...tokens.map((one) => ({ start: one.startOffset, text: one.image })),
    ...trivia.map(({ span }) => ({ start: span.start, text: source.slice(span.start, span.end) })),
  ].sort((a, b) => a.start - b.start);
  let text = "";
  for (const part of parts) {
    const gap = source.slice(text.length, part.start);
    if (!/^\s*$/.test(gap)) throw new Error(`lost ${JSON.stringify(gap)} before ${part.start}`);
    text += gap + part.text;
  }
  const rest = source.slice(text.length);
  if (!/^\s*$/.test(rest)) throw new Error(`lost ${JSON.stringify(rest)} at the end`);
  return text + rest;
}

const everything = samples.map(([, source]) => source);
const words = [...new Set(everything.join("\n").match(/\w+|[^\s\w]+/g))];
const strange = ["\0", "\u201c", "\u201d", "\ufeff", "\r", "\n", '"', "'", "/*", "*/", "//", "///"];
const conflicts = [
  "\n<<<<<<< a\n",
  "\n=======\n",
  "\n>>>>>>> b\n",
  "<",
  ">",
  "|>",
  "->",
  "=>",
  "...",
];
const piece = fc.constantFrom(...words, ...strange, ...conflicts, "\n", " ", "{", "}", "(", ")");

/** One change to a text: a span deleted, doubled, swapped with another, or something put in. */
const change = fc.record({
  kind: fc.constantFrom("delete", "insert", "double", "swap", "cut"),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 40 }),
  text: fc.array(piece, { maxLength: 4 }).map((parts) => parts.join(" ")),
});

function mutate(
  source: string,
  changes: readonly (typeof change extends fc.Arbitrary<infer T> ? T : never)[],
): string {
  let text = source;
  for (const { kind, at, to, length, text: added } of changes) {
    const k = Math.floor(at * text.length);
    const j = Math.floor(to * text.length);
    const part = text.slice(k, k + length);
    if (kind === "delete") text = text.slice(0, k) + text.slice(k + length);
    else if (kind === "insert") text = text.slice(0, k) + added + text.slice(k);
    else if (kind === "double") text = text.slice(0, k) + part + text.slice(k);
    else if (kind === "cut") text = text.slice(0, k);
    else {
      const rest = text.slice(0, k) + text.slice(k + length);
      text = rest.slice(0, j) + part + rest.slice(j);
    }
  }
  return text;
}

describe("parse never throws", () => {
  test("on any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), check), { numRuns: runs });
  });

  test("on any sequence of the language's words", () => {
    const text = fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(" "));
    fc.assert(fc.property(text, check), { numRuns: runs });
  });

  test("on any mutation of any sample", () => {
    const mutated = fc
      .tuple(fc.constantFrom(...everything), fc.array(change, { minLength: 1, maxLength: 5 }))
      .map(([source, changes]) => mutate(source, changes));
    fc.assert(fc.property(mutated, check), { numRuns: runs });
  });

  test.each(samples)("on %s cut off anywhere", (_, source) => {
    const step = Math.max(1, Math.floor(source.length / 150));
    for (let k = 0; k < source.length; k += step) check(source.slice(0, k));
  });
});

describe("nothing of the source is lost", () => {
  test.each(samples)("%s", (_, source) => {
    expect(reassemble(source)).toBe(source);
    const windows = source.replace(/\n/g, "\r\n");
    expect(reassemble(windows)).toBe(windows);
    expect(parse(windows).problems).toEqual([]);
    expect(parse(`\ufeff${source}`).problems).toEqual([]);
  });

  test("empty files, files of comments, a conflict marker in a comment", () => {
    expect(reassemble("/* a\n=======\n*/ b")).toBe("/* a\n=======\n*/ b");
    for (const source of ["", "\n", " \t\r\n", "// a", "/* a */", "/// a\n", "\ufeff"]) {
      expect(reassemble(source)).toBe(source);
      expect(parse(source).problems).toEqual([]);
    }
  });
});
