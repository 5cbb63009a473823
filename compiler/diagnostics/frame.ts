/**
 * Diagnostics for people at a terminal:
 *
 * ```
 * error U301 unknown-neuron-value: there is no value `bta` in this neuron
 *   lif.sgnn:3:12
 *     |
 *   3 |   update v = bta * v + input
 *     |              ^^^
 *   why: an `update` line can read `input`, `beta`, `v`
 *   fix: did you mean `beta`?
 * ```
 */
import type { Span } from "../../grammar/tree.js";
import type { Diagnostic, Severity } from "./diagnostic.js";
import type { Lines } from "./place.js";
import type { SourceTexts } from "./texts.js";
import { linesOf } from "./texts.js";
import { columnsOf, isUnsafe, safeText, textColumns } from "./width.js";

export interface FrameOptions {
  readonly texts: SourceTexts;
  /** Use colours; default no. */
  readonly colour?: boolean;
  /** Columns that a source line may take before it is cut around the caret; default 100. */
  readonly width?: number;
}

const tabStop = 4;
const codes = { red: 31, yellow: 33, blue: 34, bold: 1, dim: 2 } as const;
const severityColours = { error: "red", warning: "yellow", information: "blue" } as const;

type Paint = (text: string, ...styles: readonly (keyof typeof codes)[]) => string;

/** All frames, separated by empty lines; ends with a line end unless there are none. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: FrameOptions,
): string {
  const lines = linesOf(options.texts);
  return diagnostics.map((one) => `${render(one, lines, options)}\n`).join("\n");
}

/** One frame, without a line end after its last line. */
export function renderDiagnostic(diagnostic: Diagnostic, options: FrameOptions): string {
  return render(diagnostic, linesOf(options.texts), options);
}

function render(
  diagnostic: Diagnostic,
  lines: (file: string) => Lines,
  options: FrameOptions,
): string {
  const paint: Paint = (text, ...styles) =>
    options.colour === true
      ? `\u001b[${styles.map((style) => codes[style]).join(";")}m${text}\u001b[0m`
      : text;
  const { severity, code, name, related } = diagnostic;
  const places = [diagnostic, ...related];
  const gutter = Math.max(
    ...places.map(({ file, span }) => String(lines(file).lineOf(span.start)).length),
  );
  const frameOf = (place: { file: string; span: Span }, mark: string, style: Severity): string[] =>
    frame(place, lines(place.file), { gutter, mark, style, paint, width: options.width ?? 100 });
  const advice = (word: string, text: string): string =>
    `  ${paint(`${word}:`, "bold")} ${safeText(text).replaceAll("\n", "\n       ")}`;
  return [
    `${paint(`${severity} ${code} ${name}`, "bold", severityColours[severity])}: ${safeText(diagnostic.message)}`,
    ...frameOf(diagnostic, "^", severity),
    ...related.flatMap((place) => [
      `  ${paint(`${safeText(place.message)}:`, "dim")}`,
      ...frameOf(place, "-", "information"),
    ]),
    advice("why", diagnostic.why),
    ...(diagnostic.fix === undefined ? [] : [advice("fix", diagnostic.fix)]),
  ].join("\n");
}

interface FrameStyle {
  readonly gutter: number;
  readonly mark: string;
  readonly style: Severity;
  readonly paint: Paint;
  readonly width: number;
}

function frame(place: { file: string; span: Span }, lines: Lines, style: FrameStyle): string[] {
  const { paint, gutter, mark } = style;
  const { line, column } = lines.placeOf(place.span.start);
  const start = place.span.start - lines.startOf(line);
  const end = Math.max(place.span.end - lines.startOf(line), start);
  const { text, from, columns } = excerpt(lines.textOf(line), start, end, style.width);
  const bar = (label: string): string => paint(`  ${label.padStart(gutter)} |`, "dim");
  const marks = paint(mark.repeat(Math.max(columns, 1)), severityColours[style.style]);
  return [
    `  ${safeText(place.file)}:${line}:${column}`,
    bar(""),
    `${bar(String(line))} ${text}`.trimEnd(),
    `${bar("")} ${" ".repeat(from)}${marks}`,
  ];
}

/**
 * A line as it is printed, and which columns of it are meant. Tabs become spaces; a line wider than
 * `width` is cut so that the marked part stays, with `...` where something is missing.
 */
function excerpt(
  line: string,
  start: number,
  end: number,
  width: number,
): { text: string; from: number; columns: number } {
  const pieces: { readonly text: string; readonly at: number; readonly columns: number }[] = [];
  let at = 0;
  let from: number | undefined;
  let to: number | undefined;
  let offset = 0;
  for (const character of line) {
    if (offset >= start) from ??= at;
    if (offset >= end) to ??= at;
    const columns = character === "\t" ? tabStop - (at % tabStop) : columnsOf(character);
    const shown = character === "\t" ? " ".repeat(columns) : character;
    pieces.push({
      text: isUnsafe(character) && shown === character ? "\ufffd" : shown,
      at,
      columns,
    });
    at += columns;
    offset += character.length;
  }
  const first = from ?? at;
  const last = Math.max(to ?? at, first);
  if (at <= width) {
    return { text: pieces.map((piece) => piece.text).join(""), from: first, columns: last - first };
  }
  const shownColumns = Math.min(last - first, Math.floor(width / 2));
  const low = Math.max(0, Math.min(first - Math.floor((width - shownColumns) / 2), at - width));
  const kept = pieces.filter((piece) => piece.at >= low && piece.at + piece.columns <= low + width);
  const before = low > 0 ? "..." : "";
  const after = low + width < at ? "..." : "";
  const shift = kept.length === 0 ? low : kept[0].at;
  return {
    text: before + kept.map((piece) => piece.text).join("") + after,
    from: textColumns(before) + first - shift,
    columns: Math.min(last, low + width) - first,
  };
}
