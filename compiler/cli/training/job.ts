/** `sgnnc train --kubernetes`: a sweep for a cluster instead of one on this machine. */
import { basename, join } from "node:path";
import { makeFolder, writeFileWhole } from "../../../runtime/data/files.js";
import type { Invocation } from "../command.js";
import { exit, usageError } from "../errors.js";
import type { Terminal } from "../terminal.js";
import type { Prepared } from "./experiments.js";
import { containerfile, instructions, manifestOf } from "./kubernetes.js";

/** Value of an option that must be a number above 0. */
export function positiveOption(invocation: Invocation, name: string): number | undefined {
  const text = invocation.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw usageError(`--${name} must be a number above 0, not \`${text}\``);
}

/** `--kubernetes`: the manifest and the Containerfile instead of training. */
export function writeJob(invocation: Invocation, { source }: Prepared, terminal: Terminal): number {
  const folder = invocation.text("kubernetes") ?? "";
  const skipped = ["kubernetes", "shards", "image", "out", "shard", "json", "resume", "replace"];
  const name = basename(source.file, ".sgnn")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const options = {
    name: `sgnn-${name}`,
    image: invocation.text("image") ?? `localhost/sgnn-${name}:latest`,
    shards: invocation.integer("shards", 1) ?? 4,
    cores: invocation.integer("cores", 1) ?? 2,
    memoryGiB: positiveOption(invocation, "memory") ?? 4,
    words: withoutOptions(invocation.words, skipped),
  };
  makeFolder(folder);
  const node = process.versions.node.split(".")[0];
  writeFileWhole(
    join(folder, "job.json"),
    `${JSON.stringify(manifestOf({ ...options, words: ["train", ...options.words] }), undefined, 2)}\n`,
  );
  writeFileWhole(join(folder, "Containerfile"), containerfile(node));
  terminal.out(`wrote ${folder}/job.json and ${folder}/Containerfile\n`);
  terminal.err(instructions(options, folder));
  return exit.fine;
}

/** The words of a call without some options and their values. */
function withoutOptions(words: readonly string[], names: readonly string[]): string[] {
  const flags = ["json", "resume", "replace"];
  const kept: string[] = [];
  for (let k = 0; k < words.length; k++) {
    const name = names.find((one) => words[k] === `--${one}` || words[k].startsWith(`--${one}=`));
    if (name === undefined) kept.push(words[k]);
    else if (!flags.includes(name) && words[k] === `--${name}`) k += 1;
  }
  return kept;
}
