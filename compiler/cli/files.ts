/** Reading sources and writing results: what the command line may do with the file system. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import { makeFolder, writeFileWhole } from "../../runtime/data/files.js";
import type { Host } from "../compile.js";
import { inputError, usageError } from "./errors.js";

/** One source file: `file` as the user named it (or found below a folder that they named). */
export interface Source {
  readonly file: string;
  /** Its folder: paths in the source are relative to it. */
  readonly folder: string;
  readonly text: string;
  /** sha256 of the bytes, hexadecimal. */
  readonly hash: string;
  /** The folder argument it was found in, to keep the structure below `--out`. */
  readonly below: string | undefined;
}

const skippedFolders = new Set(["node_modules", "dist", "runs"]);

/**
 * The `.sgnn` files that the arguments name, folders searched in depth, each file once, in a fixed order.
 * Throws a usage error when a name does not exist, is no `.sgnn` file, or a folder holds none.
 */
export function findSources(names: readonly string[]): Source[] {
  const found = new Map<string, { file: string; below: string | undefined }>();
  for (const name of names) {
    const kind = fs.statSync(name, { throwIfNoEntry: false });
    if (kind === undefined) throw missingFile(name);
    if (kind.isDirectory()) {
      const inside = sourcesBelow(name);
      if (inside.length === 0) throw usageError(`there is no .sgnn file in ${name}`);
      for (const file of inside) found.set(resolve(file), { file, below: name });
    } else {
      requireSourceName(name);
      found.set(resolve(name), { file: name, below: undefined });
    }
  }
  return [...found.values()].map(({ file, below }) => readSource(file, below));
}

/** Reads the one `.sgnn` file that an argument names. */
export function findSource(name: string): Source {
  const kind = fs.statSync(name, { throwIfNoEntry: false });
  if (kind === undefined) throw missingFile(name);
  if (kind.isDirectory()) throw usageError(`${name} is a folder; name one .sgnn file`);
  requireSourceName(name);
  return readSource(name, undefined);
}

function requireSourceName(name: string): void {
  if (name.endsWith(".sgnn")) return;
  const source = name.endsWith(".sgnn.ts") ? name.slice(0, -".ts".length) : undefined;
  throw usageError(
    `${name} is not a .sgnn file`,
    source === undefined ? undefined : `it is generated code; name its source ${source}`,
  );
}

/** A usage error for a path that does not exist, with the nearest name in its folder. */
export function missingFile(name: string): Error {
  const folder = dirname(name);
  const near = fs.existsSync(folder)
    ? didYouMean(basename(name), { right: fs.readdirSync(folder) })
    : undefined;
  const fix = near === undefined ? undefined : `did you mean ${join(folder, near)}?`;
  return usageError(`there is no file ${name}`, fix);
}

function sourcesBelow(folder: string): string[] {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return skippedFolders.has(entry.name) || entry.name.startsWith(".") ? [] : sourcesBelow(path);
    }
    return entry.isFile() && entry.name.endsWith(".sgnn") ? [path] : [];
  });
}

function readSource(file: string, below: string | undefined): Source {
  const bytes = fs.readFileSync(file);
  return { file, folder: dirname(file), text: decode(file, bytes), hash: sha256(bytes), below };
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    // A byte-order mark is dropped by the decoder, so columns count from the first visible character.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw inputError(`${file} is not text in UTF-8`, {
      why: ".sgnn files are UTF-8 text",
      fix: "save the file as UTF-8 in your editor",
    });
  }
}

/** sha256 in hexadecimal. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Text of a file, or undefined when there is none. */
export function textOf(path: string): string | undefined {
  const kind = fs.statSync(path, { throwIfNoEntry: false });
  return kind?.isFile() ? decode(path, fs.readFileSync(path)) : undefined;
}

/** Lets the compiler read imported files: names are relative to the folder of `file`. */
export function hostFor(file: string): Host {
  return { read: (name) => textOf(resolve(dirname(file), name)) };
}

/**
 * Writes a file whole or not at all (beside the target, flushed, renamed), and its folder when missing.
 * Returns false when the file already has these very bytes (it is then left alone).
 */
export function writeIfChanged(path: string, content: string): boolean {
  const bytes = Buffer.from(content, "utf8");
  if (fs.existsSync(path) && fs.readFileSync(path).equals(bytes)) return false;
  makeFolder(dirname(path));
  writeFileWhole(path, bytes);
  return true;
}
