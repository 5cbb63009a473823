/** Every diagnostic of the catalogue whose fix is mechanical has an action that removes it. */
import { describe, expect, test } from "vitest";
import { catalogue } from "../../compiler/diagnostics/catalogue/index.js";
import { analyse } from "../../compiler/language-server/analysis.js";
import { codeActions } from "../../compiler/language-server/code-actions.js";
import { parse } from "../../grammar/index.js";

const host = { read: (): undefined => undefined };

/** What only the author can decide: which of several things is meant, a size, a name, what to compute. */
const undecided = new Set(
  `
  S001 S007 S010 S011 S012 S015 S018 S020 S022 S024 S025 S026 N102 N103 N104 N106 N127 N128 T201
  T202 T203 T204 T205 T206 T207 T208 T209 T210 T211 T212 T213 T214 T215 T216 T217 T220 T308 T223
  T224 T225 T226 T231 T232 T233 T234 T235 T237 T239 T244 T245 T246 T247 T248 T249 T250 T251 T253
  T254 T255 T256 T262 T263 T266 T267 T268 T270 T273 T274 T275 T276 T277 T278 T279 T283 T285 T286
  T289 T291 T292 T293 T294 T300 T302 T303 T304 T305 T306 T380 T381 T382 T383 T392 T393 U306 U309
  U311 U313 U316 U318 U322 U324 D404 D409 R504 L601 P703 P704 P705 P706 P707 P708 P710 P711 P714
  P718 P750 P751 P752 P753 P754 P755 P756 P759 P760 P731 P732 P733 P780 P781 P783 P784 P785
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

describe.each(catalogue.map((row) => [row.code, row] as const))("%s", (code, row) => {
  test(undecided.has(code) ? "is the author's to decide" : "has a repair that removes it", () => {
    const { wrong } = row.example;
    const actions = actionsFor(code, wrong);
    if (undecided.has(code)) return expect(actions).toEqual([]);
    expect(actions.length).toBeGreaterThan(0);
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
