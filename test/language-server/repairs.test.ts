/** Every diagnostic of the catalogue whose fix is mechanical has an action that removes it. */
import { describe, expect, test } from "vitest";
import { catalogue } from "../../compiler/diagnostics/catalogue/index.js";
import { analyse } from "../../compiler/language-server/analysis.js";
import { codeActions } from "../../compiler/language-server/code-actions.js";
import { parse } from "../../grammar/index.js";

const host = { read: (): undefined => undefined };

/**
 * Diagnostics with one likely repair. The others are the author's to decide: which of several things is meant, a
 * size, a name, what to compute. A new diagnostic with a mechanical fix joins the list.
 */
const mechanical = new Set(
  `
  S002 S003 S004 S005 S006 S008 S009 S013 S014 S016 S017 S019 S021 S023 N101 N105 N120 N121 N122
  N123 N124 N125 N126 N129 T218 T219 T221 T222 T230 T236 T238 T240 T241 T242 T243 T252 T260 T261
  T264 T265 T269 T307 T271 T272 T280 T281 T282 T284 T287 T288 T290 T295 T296 T297 T298 T299 T301
  T309 T391 U301 U302 U303 U304 U305 U307 U308 U310 U312 U314 U315 U317 U319 U320 U321 U323 U325 U326
  D401 D402 D403 D405 D406 D407 D408 R501 R502 R503 R506 R507 R508 P701 P702 P709 P712 P713
  P715 P716 P717 P757 P758 P761 P762 P734 P782
`
    .trim()
    .split(/\s+/),
);

/** The repair is what the diagnostic says, and shows the next mistake of its example. */
const uncovers: Readonly<Record<string, string>> = {
  T242: "T204",
  T282: "T288",
  U302: "U323",
  U303: "U323",
  U325: "U311",
  P716: "N120",
  P757: "P753",
};

function actionsFor(code: string, source: string) {
  const analysis = analyse("e.sgnn", source, host);
  const found = analysis.diagnostics.find((one) => one.code === code);
  if (found === undefined) return [];
  return codeActions(analysis, found.span).filter(({ diagnostic }) => diagnostic === found);
}

function applied(
  source: string,
  edits: readonly { span: { start: number; end: number }; text: string }[],
): string {
  return [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce(
      (text, { span, text: put }) => text.slice(0, span.start) + put + text.slice(span.end),
      source,
    );
}

const problems = (source: string): string[] =>
  analyse("e.sgnn", source, host)
    .diagnostics.filter(({ severity }) => severity !== "information")
    .map(({ code }) => code);

test("the list names rows of the catalogue", () => {
  const codes = new Set(catalogue.map(({ code }) => code));
  expect([...mechanical].filter((code) => !codes.has(code))).toEqual([]);
});

describe.each(catalogue.map((row) => [row.code, row] as const))("%s", (code, row) => {
  test("each repair removes it", () => {
    const { wrong } = row.example;
    const actions = actionsFor(code, wrong);
    if (mechanical.has(code)) expect(actions.length).toBeGreaterThan(0);
    const before = problems(wrong);
    for (const { title, edits } of actions) {
      expect(title).toMatch(/^[A-Z]/);
      const after = applied(wrong, edits);
      expect(parse(after).problems.length).toBeLessThanOrEqual(parse(wrong).problems.length);
      const left = problems(after);
      // One fewer of this code, and no other in its place.
      expect(left.filter((one) => one === code).length).toBeLessThan(
        before.filter((one) => one === code).length,
      );
      for (const one of left) expect([...before, uncovers[code]]).toContain(one);
    }
  });
});
