/**
 * How long the language server takes to answer on a 1,000-line document: `node bench/language-server.mjs`.
 *
 * "after an edit" changes an initial value in a layer that a model, its variants and a training use (one of 23 such groups)
 * before every question, as typing does; "without" asks about a document that is known. A row is the median of 15. Processor time is that of the whole process and hardly depends on
 * what else the machine does. Build first.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const dist = (path) => new URL(`../dist/compiler/language-server/${path}.js`, import.meta.url).href;
const { Workspace } = await import(dist("workspace"));
const { completionAt } = await import(dist("completion"));
const { hoverAt } = await import(dist("hover"));
const { inlayHints } = await import(dist("inlay-hints"));
const { definitionAt, referencesAt } = await import(dist("navigation"));
const { documentSymbols, foldingRanges } = await import(dist("outline"));
const { semanticTokens } = await import(dist("semantic-tokens"));
const { signatureHelpAt } = await import(dist("signature-help"));

const example = readFileSync(
  fileURLToPath(new URL("../examples/quickstart/truss.sgnn", import.meta.url)),
  "utf8",
);
let source = "";
for (let k = 0; source.split("\n").length < 1000; k++) {
  source += example.replace(/\b(Truss\w*|AlongMembers)\b/g, (name) => `${name}${k}`);
}
const lines = source.split("\n").length;
const at = source.lastIndexOf("AlongMembers0<32>") + 3;
const visible = { start: at - 1200, end: at + 1200 };
const host = { read: () => undefined };
const workspace = new Workspace(host);
let text = source;
const edited = source.replace(/(layer AlongMembers0[\s\S]*?= )glorot/, "$1zeros");
if (edited === source) throw new Error("the edit changes nothing");

const questions = {
  "diagnostics (whole file)": () => workspace.diagnostics("a.sgnn"),
  "diagnostics, document just opened": () => {
    const opened = new Workspace(host);
    opened.set("a.sgnn", text);
    return opened.diagnostics("a.sgnn");
  },
  hover: () => hoverAt(workspace.analysis("a.sgnn", { start: at, end: at }), at),
  completion: () => completionAt("a.sgnn", text, at, host),
  "signature help": () => signatureHelpAt(workspace.analysis("a.sgnn", { start: at, end: at }), at),
  "inlay hints (50 lines)": () => inlayHints(workspace.analysis("a.sgnn", visible), visible),
  definition: () => definitionAt(workspace.analysis("a.sgnn", "none"), at),
  references: () => {
    const analysis = workspace.analysis("a.sgnn", "none");
    return referencesAt(analysis, at, [analysis]);
  },
  symbols: () => documentSymbols(workspace.analysis("a.sgnn", "none")),
  folding: () => foldingRanges(workspace.analysis("a.sgnn", "none")),
  "semantic tokens": () => semanticTokens(workspace.analysis("a.sgnn", "none")),
};

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
function measure(ask, edits) {
  const wall = [];
  const processor = [];
  for (let k = 0; k < 15; k++) {
    if (edits) {
      text = k % 2 === 0 ? edited : source;
      workspace.set("a.sgnn", text);
    }
    const before = process.cpuUsage();
    const start = performance.now();
    ask();
    wall.push(performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    processor.push((user + system) / 1000);
  }
  return [median(wall), median(processor)];
}

console.log(`${lines} lines, milliseconds: wall (processor)\n`);
console.log("| question | after an edit | without |\n| --- | --- | --- |");
workspace.set("a.sgnn", text);
for (const [name, ask] of Object.entries(questions)) {
  for (let k = 0; k < 3; k++) measure(ask, true);
  const after = measure(ask, true);
  workspace.analysis("a.sgnn");
  const without = measure(ask, false);
  const cell = ([wall, processor]) => `${wall.toFixed(1)} (${processor.toFixed(1)})`;
  console.log(`| ${name} | ${cell(after)} | ${cell(without)} |`);
}
