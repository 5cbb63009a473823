/** Checks a text for the tests of this folder. */
import { checkProgram } from "../../compiler/check/program.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { Reporter } from "../../compiler/diagnostics/diagnostic.js";
import { Lines } from "../../compiler/diagnostics/place.js";
import type { Program } from "../../compiler/ir/program.js";

export interface CheckedText {
  readonly diagnostics: readonly Diagnostic[];
  readonly program: Program;
}

/** Checks `source` as `example.sgnn`; `files` are the other files that imports find. */
export function check(
  source: string,
  files: Readonly<Record<string, string>> = {},
  file = "example.sgnn",
): CheckedText {
  const reporter = new Reporter();
  const host = { read: (path: string): string | undefined => files[path] };
  const program = checkProgram({ file, source }, host, reporter);
  return { program, diagnostics: reporter.diagnostics };
}

/** Each diagnostic as `code line:column [the marked text] message`. */
export function shown(source: string, files: Readonly<Record<string, string>> = {}): string[] {
  return check(source, files).diagnostics.map((one) => {
    const text = one.file === "example.sgnn" ? source : (files[one.file] ?? "");
    const { line, column } = new Lines(text).placeOf(one.span.start);
    const where = one.file === "example.sgnn" ? "" : `${one.file}:`;
    const marked = text.slice(one.span.start, one.span.end);
    return `${one.code} ${where}${line}:${column} [${marked}] ${one.message}`;
  });
}

/** The first diagnostic's message, why and fix. */
export function advice(source: string): string[] {
  const [first] = check(source).diagnostics;
  return first === undefined ? [] : [first.message, first.why, first.fix ?? "(no fix)"];
}

/** As `shown`, with the fix after ` -> ` where there is one. */
export function withFix(source: string): string[] {
  const { diagnostics } = check(source);
  return shown(source).map((line, at) => {
    const { fix } = diagnostics[at];
    return fix === undefined ? line : `${line} -> ${fix}`;
  });
}
