/** The lines of a loop body before they are printed. */
import { collectNames, conditionFlags, conditionParts, mapCondition } from "./formula.js";
import type { Condition, Formula } from "./formula.js";

export type Line =
  | {
      readonly tag: "const";
      readonly name: string;
      readonly value: Formula;
      readonly note?: string;
    }
  | {
      readonly tag: "test";
      readonly name: string;
      readonly test: Condition;
      readonly note?: string;
    }
  /** `to` is an array element or a `let`, already printed. */
  | {
      readonly tag: "store";
      readonly to: string;
      readonly op: "=" | "+=";
      readonly value: Formula;
      readonly note?: string;
    }
  | { readonly tag: "comment"; readonly text: string };

/** The formulas of a line. */
export function formulasOf(line: Line): readonly Formula[] {
  switch (line.tag) {
    case "const":
    case "store":
      return [line.value];
    case "test":
      return conditionParts(line.test);
    case "comment":
      return [];
  }
}

/** The line with its formulas replaced. */
export function mapLine(line: Line, change: (formula: Formula) => Formula): Line {
  switch (line.tag) {
    case "const":
    case "store":
      return { ...line, value: change(line.value) };
    case "test":
      return { ...line, test: mapCondition(line.test, change) };
    case "comment":
      return line;
  }
}

/** Leaves out the constants and flags that no later line reads, and comments with nothing below. */
export function withoutUnused(lines: readonly Line[]): readonly Line[] {
  const used = new Set<string>();
  const kept: Line[] = [];
  for (const line of [...lines].reverse()) {
    if ((line.tag === "const" || line.tag === "test") && !used.has(line.name)) continue;
    if (line.tag === "comment" && (kept.length === 0 || kept[kept.length - 1].tag === "comment")) {
      continue;
    }
    if (line.tag === "test") conditionFlags(line.test).forEach((flag) => used.add(flag));
    formulasOf(line).forEach((formula) => collectNames(formula, used));
    kept.push(line);
  }
  return kept.reverse();
}
