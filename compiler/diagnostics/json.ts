/** Diagnostics as data, for other programs: the shape is a promise of the command line. */
import type { Span } from "../../grammar/tree.js";
import type { Diagnostic, Severity } from "./diagnostic.js";
import type { Place } from "./place.js";
import type { SourceTexts } from "./texts.js";
import { linesOf } from "./texts.js";

export interface RangeJson {
  /** Lines and columns count from 1; a column is a character (a tab is one, an emoji is one). */
  readonly start: Place;
  /** The place after the last character. */
  readonly end: Place;
}
export interface DiagnosticJson {
  readonly code: string;
  readonly name: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  readonly range: RangeJson;
  readonly related: readonly {
    readonly file: string;
    readonly range: RangeJson;
    readonly message: string;
  }[];
  readonly why: string;
  readonly fix: string | null;
}

/** The diagnostics in the order given; `texts` gives the sources that places are counted in. */
export function diagnosticsJson(
  diagnostics: readonly Diagnostic[],
  texts: SourceTexts,
): readonly DiagnosticJson[] {
  const lines = linesOf(texts);
  const range = (file: string, span: Span): RangeJson => ({
    start: lines(file).placeOf(span.start),
    end: lines(file).placeOf(span.end),
  });
  return diagnostics.map((one) => ({
    code: one.code,
    name: one.name,
    severity: one.severity,
    message: one.message,
    file: one.file,
    range: range(one.file, one.span),
    related: one.related.map((place) => ({
      file: place.file,
      range: range(place.file, place.span),
      message: place.message,
    })),
    why: one.why,
    fix: one.fix ?? null,
  }));
}
