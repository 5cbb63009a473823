/** `sgnnc review`: what a change means for the models. */
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { energyModels } from "../../../runtime/energy/models.js";
import { checkSource } from "../../compile.js";
import type { Host } from "../../compile.js";
import type { Program } from "../../ir/program.js";
import { plan } from "../../plan/index.js";
import { resolvePath } from "../../resolve/path.js";
import { compare } from "../../review/compare.js";
import type { At } from "../../review/compare.js";
import { asMarkdown, asText, isEmpty } from "../../review/print.js";
import type { Command } from "../command.js";
import { printDiagnostics } from "../diagnostics.js";
import { exit, inputError, usageError } from "../errors.js";
import { findSource, hostFor, sha256, textOf } from "../files.js";
import type { Terminal } from "../terminal.js";
import { energyModelOption } from "../training/energy.js";

export const review: Command = {
  parameters: "<old> <new>",
  description: `
Says what a change means: models and layers added, removed and rewired, inputs and outputs, weights that no
longer load, parameters, operations and energy before and after. Each side is a .sgnn file, a folder, a git
revision (\`main\`), or a file at a revision (\`main:nets/cora.sgnn\`). With a revision and a folder, or two
revisions, every .sgnn file that differs is reviewed.`,
  options: {
    format: { type: "text", value: "text|markdown", help: "how it is written (text)" },
    json: { type: "flag", help: "print one JSON document on standard output" },
    at: {
      type: "text",
      value: "N=..,E=..,G=..,T=..",
      help: "sizes at which formulas are shown as numbers (N=1000,E=4000,G=1,T=1)",
    },
    energy: {
      type: "text",
      value: "MODEL",
      help: `joules per operation: ${Object.keys(energyModels).join(", ")}, or a .json file`,
    },
  },
  examples: [
    ["sgnnc review old.sgnn new.sgnn", "two files"],
    ["sgnnc review main nets/cora.sgnn", "the working copy against a branch"],
    ["sgnnc review origin/main HEAD --format markdown", "for a comment on a pull request"],
  ],
  least: 2,
  most: 2,
  async run(invocation, terminal) {
    const style = invocation.text("format") ?? "text";
    if (style !== "text" && style !== "markdown") {
      throw usageError(`--format is text or markdown, not \`${style}\``);
    }
    const at = readSizes(invocation.text("at") ?? "N=1000,E=4000,G=1,T=1");
    const energy = energyModelOption(invocation.text("energy"));
    const pairs = pairsOf(invocation.positionals[0], invocation.positionals[1]);
    const reviews = pairs.map(({ name, before, after }) => ({
      file: name,
      review: compare(programOf(before, terminal), programOf(after, terminal), at, energy),
    }));
    if (invocation.flag("json")) {
      const document = {
        at: Object.fromEntries(at),
        energy: energy.name,
        files: reviews.map(({ file, review: one }) => ({ file, ...one })),
      };
      terminal.out(`${JSON.stringify(document, undefined, 2)}\n`);
      return exit.fine;
    }
    const print = style === "text" ? asText : asMarkdown;
    const shown = reviews.filter(({ review: one }, k) => !isEmpty(one) || k === 0);
    if (reviews.length === 0) terminal.out("no .sgnn file differs\n");
    terminal.out(
      shown.map(({ file, review: one }) => print(file, one, at, energy.name)).join("\n"),
    );
    return exit.fine;
  },
};

/** One version of one file. */
interface Version {
  readonly file: string;
  readonly text: string;
  readonly host: Host;
}
interface Pair {
  readonly name: string;
  readonly before: Version | undefined;
  readonly after: Version | undefined;
}

function readSizes(text: string): At {
  const sizes = new Map<string, number>();
  for (const part of text.split(",")) {
    const found = /^\s*([A-Z])\s*=\s*(\d+)\s*$/.exec(part);
    if (found === null) throw usageError(`--at is written as N=1000,E=4000, not \`${text}\``);
    sizes.set(found[1], Number(found[2]));
  }
  const edges = sizes.get("E");
  const nodes = sizes.get("N");
  if (edges !== undefined && nodes !== undefined) sizes.set("E+loops", edges + nodes);
  return sizes;
}

/** A file, a folder, a file at a revision, or a revision. */
type Side =
  | { readonly sort: "file" | "folder"; readonly path: string }
  | { readonly sort: "blob"; readonly revision: string; readonly path: string }
  | { readonly sort: "revision"; readonly revision: string };

function sideOf(text: string): Side {
  if (existsSync(text)) {
    return { sort: statSync(text).isDirectory() ? "folder" : "file", path: text };
  }
  const blob = /^([^:]+):(.+\.sgnn)$/.exec(text);
  if (blob !== null) return { sort: "blob", revision: blob[1], path: blob[2] };
  if (text.endsWith(".sgnn")) throw usageError(`there is no file ${text}`);
  git(
    ["rev-parse", "--verify", "--quiet", `${text}^{commit}`],
    `\`${text}\` is neither a file nor a git revision`,
  );
  return { sort: "revision", revision: text };
}

function pairsOf(old: string, now: string): readonly Pair[] {
  const before = sideOf(old);
  const after = sideOf(now);
  const single = [before, after].find((side) => side.sort === "file" || side.sort === "blob");
  if (single !== undefined) {
    const path = "path" in single ? single.path : "";
    return [{ name: path, before: versionOf(before, path), after: versionOf(after, path) }];
  }
  const revisions = [before, after].flatMap((side) =>
    side.sort === "revision" ? [side.revision] : [],
  );
  if (revisions.length === 0) throw usageError("one side of two folders must be a git revision");
  const folder =
    [before, after].flatMap((side) => (side.sort === "folder" ? [side.path] : []))[0] ?? ".";
  const listed = git(["diff", "--name-only", "--relative", "-z", ...revisions, "--", folder]);
  const files = listed.split("\0").filter((name) => name.endsWith(".sgnn"));
  return files.map((name) => ({
    name,
    before: versionOf(before, name, true),
    after: versionOf(after, name, true),
  }));
}

/** The text of `path` on one side; a file that one version does not have is undefined when `optional`. */
function versionOf(side: Side, path: string, optional = false): Version | undefined {
  if (!("revision" in side)) {
    const file = side.sort === "file" ? side.path : path;
    if (!existsSync(file) && optional) return undefined;
    return { file, text: findSource(file).text, host: hostFor(file) };
  }
  const file = side.sort === "blob" ? side.path : path;
  const { revision } = side;
  const read = (name: string): string | undefined => gitFile(revision, name);
  const text = read(file);
  if (text === undefined) {
    if (optional) return undefined;
    throw inputError(`there is no ${file} at ${revision}`);
  }
  return {
    file,
    text,
    host: {
      read: (name) => read(resolvePath(file, `./${name}`)) ?? textOf(join(dirname(file), name)),
    },
  };
}

function gitFile(revision: string, file: string): string | undefined {
  try {
    return git(["show", `${revision}:./${file}`]);
  } catch {
    return undefined;
  }
}

function git(words: readonly string[], complaint?: string): string {
  try {
    return execFileSync("git", words, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw inputError("git is not installed; compare two files instead");
    throw complaint === undefined
      ? inputError(`git ${words[0]} failed: ${String(error)}`)
      : usageError(complaint);
  }
}

/** The planned program of a version; ends with its diagnostics when it has errors. */
function programOf(version: Version | undefined, terminal: Terminal): Program | undefined {
  if (version === undefined) return undefined;
  const { file, text, host } = version;
  const name = file.replace(/^.*[/\\]/, "");
  const { program, diagnostics } = checkSource({ file: name, source: text, host });
  if (program !== undefined) return plan(program);
  const source = { file: name, folder: dirname(file), text, hash: sha256(text), below: undefined };
  printDiagnostics(
    [{ source, diagnostics: diagnostics.filter((one) => one.severity === "error") }],
    terminal,
  );
  throw inputError(`${file} has errors; only programs that check can be compared`);
}
