/** Random typing in all samples: the server answers everything, and ends where a fresh check ends. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { analyse } from "../../compiler/language-server/analysis.js";
import { codeActions } from "../../compiler/language-server/code-actions.js";
import { completionAt } from "../../compiler/language-server/completion.js";
import { hoverAt } from "../../compiler/language-server/hover.js";
import { inlayHints } from "../../compiler/language-server/inlay-hints.js";
import { definitionAt, referencesAt, renameAt } from "../../compiler/language-server/navigation.js";
import { documentSymbols, foldingRanges } from "../../compiler/language-server/outline.js";
import { semanticTokens } from "../../compiler/language-server/semantic-tokens.js";
import { signatureHelpAt } from "../../compiler/language-server/signature-help.js";
import { Workspace } from "../../compiler/language-server/workspace.js";
import { format } from "../../grammar/index.js";
import { samples } from "../grammar/samples.js";

const runs = Number(process.env.SGNN_FUZZ ?? 40);
const host = { read: (): undefined => undefined };
const words = [
  "|> ",
  "Dense<",
  "let x = ",
  "{",
  "}",
  "(",
  "\n",
  "<",
  "x",
  "// ",
  '"',
  "g.",
  "/// a\n",
];

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat(15),
  insert: fc.oneof(fc.constantFrom("", ...words), fc.string({ maxLength: 3 })),
});

/** Asks everything at one place; each span of an answer lies in the text. */
function askEverything(workspace: Workspace, offset: number): void {
  const here = { start: offset, end: offset };
  const around = workspace.analysis("a.sgnn", here);
  const tree = workspace.analysis("a.sgnn", "none");
  if (around === undefined || tree === undefined) throw new Error("the document is open");
  const length = tree.source.length;
  const inside = ({ start, end }: { start: number; end: number }): void => {
    expect(0 <= start && start <= end && end <= length).toBe(true);
  };
  const hover = hoverAt(around, offset);
  if (hover !== undefined) inside(hover.span);
  signatureHelpAt(around, offset);
  completionAt("a.sgnn", tree.source, offset, workspace.host);
  inlayHints(around, { start: 0, end: length }).forEach((one) =>
    inside({ start: one.offset, end: one.offset }),
  );
  definitionAt(tree, offset);
  referencesAt(tree, offset, [tree]).forEach((one) => inside(one.span));
  renameAt(tree, offset, "other", [tree]);
  documentSymbols(tree).forEach((one) => inside(one.span));
  foldingRanges(tree);
  let last = 0;
  for (const { span } of semanticTokens(tree)) {
    inside(span);
    expect(span.start).toBeGreaterThanOrEqual(last);
    last = span.end;
  }
  for (const { edits } of codeActions(around, { start: 0, end: length })) {
    edits.forEach((one) => inside(one.span));
  }
  format(tree.source);
}

test("every answer while typing, and the diagnostics of a fresh check at the end", () => {
  const typing = fc.record({
    source: fc.constantFrom(...samples.map(([, source]) => source)),
    edits: fc.array(edit, { minLength: 1, maxLength: 5 }),
  });
  fc.assert(
    fc.property(typing, ({ source, edits }) => {
      const workspace = new Workspace(host);
      let text = source;
      workspace.set("a.sgnn", text);
      for (const { at, remove, insert } of edits) {
        const from = Math.floor(at * text.length);
        text = text.slice(0, from) + insert + text.slice(from + remove);
        workspace.set("a.sgnn", text);
        askEverything(workspace, Math.min(from + insert.length, text.length));
        const now = workspace.diagnostics("a.sgnn");
        expect(now).toEqual(analyse("a.sgnn", text, host).diagnostics);
      }
    }),
    { numRuns: runs },
  );
});

/** Edits that change what other declarations mean: names, widths, defaults, whole declarations. */
test("only what an edit reaches is checked again, and it is all that changes", () => {
  const programs = samples.map(([, source]) => source).filter((source) => source.length < 2500);
  const change = fc.record({
    at: fc.nat(),
    what: fc.constantFrom("number", "name", "drop", "double", "line", "swap"),
  });
  const editing = fc.record({
    sources: fc.array(fc.constantFrom(...programs), { minLength: 1, maxLength: 3 }),
    changes: fc.array(change, { minLength: 1, maxLength: 6 }),
  });
  fc.assert(
    fc.property(editing, ({ sources, changes }) => {
      const workspace = new Workspace(host);
      let text = sources.join("\n");
      workspace.set("a.sgnn", text);
      workspace.diagnostics("a.sgnn");
      for (const { at, what } of changes) {
        text = changed(text, at, what);
        workspace.set("a.sgnn", text);
        expect(workspace.diagnostics("a.sgnn")).toEqual(analyse("a.sgnn", text, host).diagnostics);
      }
    }),
    { numRuns: Math.ceil(runs / 2) },
  );
});

function changed(text: string, at: number, what: string): string {
  const one = <Item>(all: readonly Item[]): Item | undefined => all[at % Math.max(1, all.length)];
  if (what === "line") return text.slice(0, at % text.length) + "\n" + text.slice(at % text.length);
  if (what === "number" || what === "name") {
    const found = one([...text.matchAll(what === "number" ? /\b\d+\b/g : /\b[A-Z]\w+/g)]);
    if (found === undefined) return text;
    const end = found.index + found[0].length;
    return text.slice(0, end) + (what === "number" ? "1" : "s") + text.slice(end);
  }
  const { tree } = analyse("a.sgnn", text, host, "none");
  const span = one(tree.declarations)?.span;
  if (span === undefined) return text;
  const part = text.slice(span.start, span.end);
  const rest = text.slice(0, span.start) + text.slice(span.end);
  if (what === "drop") return rest;
  return what === "double" ? `${text}\n${part}\n` : `${rest}\n${part}\n`;
}

test("an imported document is seen as its author sees it, open or closed", () => {
  const workspace = new Workspace({
    read: (file) =>
      file === "b.sgnn" ? "layer B(x: real[N, 2]) -> real[N, 2] { x |> relu }" : undefined,
  });
  const source =
    'import { B } from "./b.sgnn"\nmodel M(x: real[N, 2]) -> real[N, 2] {\n  return x |> B\n}\n';
  workspace.set("a.sgnn", source);
  const codes = (): readonly string[] =>
    (workspace.diagnostics("a.sgnn") ?? []).map((one) => one.code);
  expect(codes()).toEqual([]);
  workspace.set("b.sgnn", "layer C(x: real[N, 2]) -> real[N, 2] { x |> relu }");
  expect(codes()).toEqual(["N105"]);
  expect(workspace.importers("b.sgnn")).toEqual(["a.sgnn"]);
  workspace.close("b.sgnn");
  expect(codes()).toEqual([]);
});
