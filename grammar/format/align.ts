/** Pads lines so that their columns stand below each other. */
import { isSticky } from "./columns.js";
import type { Line } from "./lines.js";

/** A formatted line, or one that is kept as it was written. */
export type AnyLine = Line | { readonly raw: string; readonly blankBefore: boolean };

/** The text of all lines, without trailing blanks. */
export function print(lines: readonly AnyLine[]): string[] {
  const formatted = lines.filter((line): line is Line => !("raw" in line));
  const keys = new Set(formatted.flatMap((line) => line.cells.flatMap((cell) => cell.key ?? [])));
  const padded = new Map<Line, string[]>();
  for (const line of formatted) {
    padded.set(
      line,
      line.cells.map((cell) => cell.space + cell.text),
    );
  }
  const last = "comment";
  for (const key of [...[...keys].filter((one) => one !== last), last]) {
    for (const group of groupsOf(lines, key)) pad(group, key, padded);
  }
  return lines.flatMap((line) => {
    const text =
      "raw" in line ? line.raw : " ".repeat(line.indent) + (padded.get(line) ?? []).join("");
    return line.blankBefore ? ["", text.trimEnd()] : [text.trimEnd()];
  });
}

/** Runs of lines whose `key` columns belong together. */
function groupsOf(lines: readonly AnyLine[], key: string): Line[][] {
  const groups: Line[][] = [];
  let group: Line[] = [];
  const close = (): void => {
    if (group.length > 1) groups.push(group);
    group = [];
  };
  for (const line of lines) {
    if (line.blankBefore || "raw" in line) close();
    if ("raw" in line) continue;
    const has = line.cells.some((cell) => cell.key === key);
    const indent = group[0]?.indent ?? line.indent;
    if (has && line.indent !== indent) close();
    if (line.opensBlock && key !== "comment") close();
    else if (has) group.push(line);
    else if (!isSticky(key) || line.indent < indent) close();
  }
  close();
  return groups;
}

function pad(group: readonly Line[], key: string, padded: ReadonlyMap<Line, string[]>): void {
  const widths = group.map((line) => {
    const at = line.cells.findIndex((cell) => cell.key === key);
    return [...(padded.get(line) ?? []).slice(0, at).join("")].length;
  });
  const widest = Math.max(...widths);
  group.forEach((line, n) => {
    const at = line.cells.findIndex((cell) => cell.key === key);
    const texts = padded.get(line);
    if (texts !== undefined) texts[at - 1] += " ".repeat(widest - widths[n]);
  });
}
