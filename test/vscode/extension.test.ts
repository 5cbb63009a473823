/** What VS Code reads of the extension: manifest, configuration, snippets, and the package as a whole. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { checkSource } from "../../compiler/index.js";
import { format, parse } from "../../grammar/index.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (name: string): string => readFileSync(`${root}grammar/vscode/${name}`, "utf8");

interface Snippet {
  readonly prefix: string;
  readonly body: readonly string[];
}
const snippets = Object.entries(JSON.parse(read("snippets.json")) as Record<string, Snippet>);

/** A snippet as it is inserted when its author accepts every proposal. */
function accepted({ body }: Snippet): string {
  let text = body.join("\n");
  text = text.replace(/\$\{\d+\|((?:\\.|[^\\|])*)\|\}/g, (_, choices: string) =>
    choices.split(/(?<!\\),/)[0].replaceAll("\\,", ","),
  );
  const values = new Map<string, string>();
  text = text.replace(/\$\{(\d+):([^}]*)\}/g, (_, mark: string, value: string) => {
    values.set(mark, values.get(mark) ?? value);
    return values.get(mark) ?? "";
  });
  return text;
}

test.each(snippets)("snippet %s parses and is formatted", (_, snippet) => {
  const text = accepted(snippet);
  const isPart = !/^(\/\/\/|neuron|layer|model|variant|data|train|problem)/.test(text);
  const source = isPart
    ? `layer L(x: real[N, 4], g: graph) -> real[N, 4] {\n  return ${text}\n}\n`
    : `${text}\n`;
  expect(parse(source).problems).toEqual([]);
  expect(format(source).text).toBe(source);
});

test("the snippets together are a program that checks", () => {
  const order = ["neuron", "layer", "data", "model", "train"];
  const all = new Map(snippets);
  const source = order.map((name) => accepted(all.get(name) as Snippet)).join("\n\n");
  const { diagnostics } = checkSource({
    file: "a.sgnn",
    source: source
      // The data set of the snippet has one number per graph, the model classifies nodes.
      .replace("real[N, 2] {\n  let h", "real[G, 2] {\n  let h")
      .replace("return rate(h) |>", "return pool mean rate(h) over g |>"),
    host: { read: () => undefined },
  });
  expect(diagnostics.filter((one) => one.severity === "error")).toEqual([]);
});

test("every file that the manifest names is in the package", () => {
  const made = spawnSync(process.execPath, ["scripts/vsix.mjs"], { cwd: root, encoding: "utf8" });
  expect(made.stderr).toBe("");
  const path = /^(\S.*\.vsix) \(/.exec(made.stdout)?.[1] ?? "";
  const files = unzipSync(new Uint8Array(readFileSync(path)));
  const names = Object.keys(files);
  const manifest = JSON.parse(new TextDecoder().decode(files["extension/package.json"])) as {
    main: string;
    contributes: {
      languages: { configuration: string }[];
      grammars: { path: string }[];
      snippets: { path: string }[];
      commands: { command: string }[];
    };
  };
  const { languages, grammars, snippets: lists, commands } = manifest.contributes;
  for (const one of [manifest.main, languages[0].configuration, grammars[0].path, lists[0].path]) {
    expect(names).toContain(`extension/${one.replace("./", "")}`);
  }
  expect(names).toContain("extension.vsixmanifest");
  const code = new TextDecoder().decode(files["extension/extension.js"]);
  // The minifier chooses the quotes.
  const strings = code.match(/(["'`])[\w.]+\1/g)?.map((quoted) => quoted.slice(1, -1));
  for (const { command } of commands) expect(strings).toContain(command);
});

test("brackets and comments of the configuration are the language's", () => {
  const configuration = JSON.parse(read("language-configuration.json")) as {
    comments: { lineComment: string };
    brackets: string[][];
    onEnterRules: { beforeText: string }[];
    indentationRules: Record<string, string>;
  };
  expect(configuration.comments.lineComment).toBe("//");
  const { increaseIndentPattern, decreaseIndentPattern } = configuration.indentationRules;
  expect(new RegExp(increaseIndentPattern).test("neuron A {  // why")).toBe(true);
  expect(new RegExp(increaseIndentPattern).test("  emit 1")).toBe(false);
  expect(new RegExp(decreaseIndentPattern).test("  }")).toBe(true);
  expect(new RegExp(configuration.onEnterRules[0].beforeText).test("/// doc")).toBe(true);
});
