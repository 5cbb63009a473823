/**
 * Diagnostics of a whole document after an edit, from those before it: only the declarations that the edit can
 * reach are checked again.
 *
 * What a declaration gives is a function of its text and of the declarations that it names. So a changed
 * declaration reaches those that name it, and so on; and a variant, training, conversion or solver reaches
 * the ones that it names, for whether a model stands for itself depends on it. Where this cannot be said for
 * sure (a diagnostic outside of the declaration that gave it, imports, another order), everything is checked.
 */
import type { ParseResult } from "../../grammar/index.js";
import type { Declaration, Span } from "../../grammar/tree.js";
import { Facts } from "../check/facts.js";
import { checkProgram } from "../check/program.js";
import type { Host } from "../compile.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { Reporter } from "../diagnostics/diagnostic.js";
import { declaredName } from "../resolve/environment.js";

/** A declaration and what its check gave. */
interface Part {
  readonly key: string;
  readonly name: string;
  readonly type: Declaration["type"];
  readonly span: Span;
  /** Its text, and where in it something did not parse. */
  readonly text: string;
  readonly words: ReadonlySet<string>;
  own: readonly Diagnostic[];
}

/** Diagnostics of a document, and what it takes to find those of the next version. */
export interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  readonly parts: readonly Part[];
  /** False when a part gave a diagnostic outside of itself, or the document imports. */
  readonly isSeparable: boolean;
}

/** The diagnostics that a fresh check of the document gives. */
export function recheck(
  file: string,
  source: string,
  host: Host,
  before: Checked | undefined,
): Checked {
  const reused = before?.isSeparable === true ? attempt(file, source, host, before) : undefined;
  return reused ?? attempt(file, source, host, undefined) ?? whole(file, source, host);
}

/** Checks what `before` does not answer; undefined when its answers may be other ones now. */
function attempt(
  file: string,
  source: string,
  host: Host,
  before: Checked | undefined,
): Checked | undefined {
  const reporter = new Reporter();
  let parts: readonly Part[] = [];
  let known = new Map<string, Part>();
  let hasImports = false;
  const partOf = new Map<Declaration, Part>();
  let fixed = 0;
  let from = 0;
  checkProgram({ file, source }, host, reporter, {
    facts: new Facts(),
    resolved: (_, parsed) => {
      hasImports = parsed.file.imports.length > 0;
      parts = partsOf(parsed, source, before);
      parts.forEach((part, k) => partOf.set(parsed.file.declarations[k], part));
      known = before === undefined || hasImports ? new Map() : unaffected(parts, before.parts);
      fixed = from = reporter.count;
    },
    isReached: (declaration) => !known.has(partOf.get(declaration)?.key ?? ""),
    checked: (declaration) => {
      const part = partOf.get(declaration);
      if (part !== undefined) part.own = reporter.since(from);
      from = reporter.count;
    },
  });
  const late = reporter.since(from).filter((one) => one.file === file);
  const isSeparable =
    !hasImports &&
    late.length === 0 &&
    parts.every((part) => part.own.every((one) => one.file !== file || isInside(one, part)));
  if (before !== undefined && !isSeparable) return undefined;
  const all = reporter
    .since(0)
    .slice(0, fixed)
    .filter((one) => one.file === file);
  for (const part of parts) {
    const old = known.get(part.key);
    if (old !== undefined) {
      const moved = old.own.map((one) => move(one, file, before?.parts ?? [], parts));
      if (moved.includes(undefined)) return undefined;
      part.own = moved.filter((one) => one !== undefined);
    }
    all.push(...part.own.filter((one) => one.file === file));
  }
  all.push(...late);
  all.sort(
    (a, b) => a.span.start - b.span.start || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  );
  return { diagnostics: all, parts, isSeparable };
}

function whole(file: string, source: string, host: Host): Checked {
  const reporter = new Reporter();
  checkProgram({ file, source }, host, reporter);
  const diagnostics = reporter.diagnostics.filter((one) => one.file === file);
  return { diagnostics, parts: [], isSeparable: false };
}

function partsOf(
  { file, problems }: ParseResult,
  source: string,
  before: Checked | undefined,
): readonly Part[] {
  const known = new Map(before?.parts.map((part) => [part.key, part]));
  const counts = new Map<string, number>();
  return file.declarations.map((declaration) => {
    const { type, span } = declaration;
    const name = declaredName(declaration)?.text ?? "";
    const identity = `${type} ${name}`;
    const count = counts.get(identity) ?? 0;
    counts.set(identity, count + 1);
    const key = `${identity} ${count}`;
    const unread = problems
      .filter((one) => one.span.start >= span.start && one.span.start <= span.end)
      .map((one) => `${one.span.start - span.start}-${one.span.end - span.start}`);
    // `isUnread` reads on to the end of the line of a problem.
    const end = unread.length === 0 ? span.end : endOfLine(source, span.end);
    const text = `${unread.join()} ${source.slice(span.start, end)}`;
    const old = known.get(key);
    const words =
      old?.text === text ? old.words : new Set(text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
    return { key, name, type, span, text, words, own: [] };
  });
}

/** What else a change of it changes, besides what names it. */
const reachesDown: ReadonlySet<Declaration["type"]> = new Set([
  "variant",
  "train",
  "convert",
  "solver",
]);

/** The old parts, by key, whose diagnostics still hold. */
function unaffected(parts: readonly Part[], old: readonly Part[]): Map<string, Part> {
  const before = new Map(old.map((part) => [part.key, part]));
  const now = new Map(parts.map((part) => [part.key, part]));
  const common = old.filter((part) => now.has(part.key)).map((part) => part.key);
  const order = parts.filter((part) => before.has(part.key)).map((part) => part.key);
  if (common.some((key, k) => key !== order[k])) return new Map();
  const isSame = (part: Part): boolean => before.get(part.key)?.text === part.text;
  const changed = [
    ...parts.filter((part) => !isSame(part)),
    ...old.filter((part) => now.get(part.key)?.text !== part.text),
  ];
  // A training has no name.
  const names = new Set(changed.map(({ name }) => name).filter((name) => name !== ""));
  for (const { type, words } of changed) {
    if (reachesDown.has(type)) for (const { name } of parts) if (words.has(name)) names.add(name);
  }
  // A misspelt name is compared with all names; a text may tell a line number.
  const isRenamed =
    new Set(old.map(({ name }) => name)).size !== new Set(parts.map(({ name }) => name)).size ||
    parts.some(({ name }) => !old.some((part) => part.name === name));
  const affected = new Set(
    parts.filter((part) => {
      const was = before.get(part.key);
      if (was === undefined || !isSame(part)) return true;
      if (isRenamed && was.own.length > 0) return true;
      return was.own.some((one) => tellsLine(one) || one.related.some((place) => tellsLine(place)));
    }),
  );
  for (let size = -1; size !== affected.size;) {
    size = affected.size;
    for (const part of parts) {
      if (affected.has(part)) continue;
      const isNamed = [part.name, ...part.words].some((word) => names.has(word));
      if (!isNamed) continue;
      affected.add(part);
      if (part.name !== "") names.add(part.name);
    }
  }
  return new Map(
    parts
      .filter((part) => !affected.has(part))
      .flatMap((part) => {
        const was = before.get(part.key);
        return was === undefined ? [] : [[part.key, was] as const];
      }),
  );
}

function tellsLine(texts: object): boolean {
  return Object.values(texts).some((text) => typeof text === "string" && /\bline \d/.test(text));
}

function isInside({ span, edits }: Diagnostic, part: Part): boolean {
  return [span, ...edits.map((one) => one.span)].every(
    (one) => part.span.start <= one.start && one.end <= part.span.end + 1,
  );
}

/** A diagnostic where its declarations are now; undefined when a place of it is in none. */
function move(
  diagnostic: Diagnostic,
  file: string,
  old: readonly Part[],
  parts: readonly Part[],
): Diagnostic | undefined {
  const now = new Map(parts.map((part) => [part.key, part]));
  let isKnown = true;
  const moved = (span: Span): Span => {
    const part = old.find((one) => one.span.start <= span.start && span.end <= one.span.end + 1);
    const place = part === undefined ? undefined : now.get(part.key);
    if (part === undefined || place === undefined) {
      isKnown = false;
      return span;
    }
    const by = place.span.start - part.span.start;
    return { start: span.start + by, end: span.end + by };
  };
  const result = {
    ...diagnostic,
    span: moved(diagnostic.span),
    edits: diagnostic.edits.map((one) => ({ ...one, span: moved(one.span) })),
    related: diagnostic.related.map((one) =>
      one.file === file ? { ...one, span: moved(one.span) } : one,
    ),
  };
  return isKnown ? result : undefined;
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end === -1 ? source.length : end;
}
