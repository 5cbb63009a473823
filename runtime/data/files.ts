/**
 * Reading and writing whole files with errors a person understands.
 *
 * Writing goes to a temporary file beside the target, is flushed to the disk and then renamed, so a
 * target is either the old or the new content, never a part of it.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import type { SgnnError } from "../error.js";
import { dataError, suggest } from "./errors.js";

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

/** Reads a file. SgnnError R203 when it is missing (with the nearest name in its folder), a folder, or unreadable. */
export function readFileBytes(path: string): Uint8Array {
  try {
    // A plain array over the same memory: Buffer changes the meaning of slice.
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** Reads a UTF-8 text file, without a byte order mark. */
export function readFileText(path: string): string {
  return new TextDecoder("utf-8").decode(readFileBytes(path));
}

function cannotRead(path: string, error: unknown): SgnnError {
  const code = codeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR") {
    let near: string[] = [];
    try {
      near = readdirSync(dirname(path));
    } catch {
      return dataError(
        "R203",
        `there is no file ${path}`,
        `its folder ${dirname(path)} does not exist either`,
        "paths in a .sgnn file are relative to that file; correct the path, or give another file with --data",
      );
    }
    return dataError(
      "R203",
      `there is no file ${path}`,
      "paths in a .sgnn file are relative to that file",
      `correct the path, or give another file with --data; ${suggest(basename(path), near, `files in ${dirname(path)}`)}`,
    );
  }
  if (code === "EISDIR") {
    return dataError(
      "R203",
      `${path} is a folder`,
      "this format is one file",
      "name the file in it, or say `as tu` for a TU text folder and `as planetoid` for Planetoid files",
    );
  }
  return dataError(
    "R203",
    `${path} cannot be read (${code})`,
    "the operating system refused",
    "check that you may read the file",
  );
}

/** True when the path is an existing folder. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** The error for a target that cannot be written, in terms of folder, rights and space. */
export function cannotWrite(path: string, error: unknown): SgnnError {
  const code = codeOf(error);
  const why: Record<string, string> = {
    ENOSPC: "the disk is full",
    EDQUOT: "your disk quota is used up",
    ENOENT: "the folder it belongs in does not exist",
    EACCES: "you may not write there",
    EPERM: "you may not write there",
    EROFS: "the disk is read-only",
    ENOTDIR: "a part of the path is a file, not a folder",
    EEXIST: "a file stands where a folder is needed",
    ENAMETOOLONG: "the name is too long",
  };
  return dataError(
    "R204",
    `${path} cannot be written`,
    why[code] ?? `the operating system refused (${code})`,
    code === "ENOSPC" || code === "EDQUOT"
      ? "free some space and continue with --resume; nothing was left half-written"
      : "choose another folder with --out; nothing was left half-written",
  );
}

/** Makes a folder and its parents; SgnnError R204 when that is not possible. */
export function makeFolder(path: string): void {
  try {
    // With a relative path and a working folder that was deleted, Node would try for ever.
    if (!isAbsolute(path)) statSync(process.cwd());
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Writes a whole file: temporary file beside it, flush, rename. SgnnError R204 on failure; then the old file is as before. */
export function writeFileWhole(path: string, content: Uint8Array | string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    const handle = openSync(temporary, "w");
    try {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      for (let done = 0; done < bytes.length;) {
        done += writeSync(handle, bytes, done, bytes.length - done);
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannotWrite(path, error);
  }
  flushFolder(dirname(path));
}

/** Makes a rename durable; some file systems do not let folders be flushed, and then the rename is as durable as it gets. */
function flushFolder(path: string): void {
  try {
    const handle = openSync(path, "r");
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    return;
  }
}
