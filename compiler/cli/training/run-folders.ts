/** Finding the run folder that an argument means. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { inputError, usageError } from "../errors.js";
import { missingFile } from "../files.js";

const record = "run.json";

/** True when this folder is a run. */
export function isRunFolder(path: string): boolean {
  return existsSync(join(path, record));
}

/**
 * The run that `path` names: the folder itself, or the only run below it.
 * Throws a usage error when there is no such folder or several runs are below it.
 */
export function findRun(path: string): string {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind === undefined) throw missingFile(path);
  if (!kind.isDirectory()) throw usageError(`${path} is not a run folder`);
  if (isRunFolder(path)) return path;
  const below = runsBelow(path);
  if (below.length === 1) return below[0];
  if (below.length === 0) {
    throw inputError(`${path} is not a run`, {
      why: `it holds no ${record}`,
      fix: "give a folder that `sgnnc train` wrote",
    });
  }
  const shown = below.slice(0, 8).join(", ") + (below.length > 8 ? ", .." : "");
  throw usageError(`there are ${below.length} runs below ${path}`, `name one of them: ${shown}`);
}

/**
 * The runs that `path` names: the folder itself, or all runs below it.
 * Throws a usage error when there is no such folder, an input error when there is no run.
 */
export function findRuns(path: string): readonly string[] {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind === undefined) throw missingFile(path);
  if (!kind.isDirectory()) throw usageError(`${path} is not a folder`);
  const below = runsBelow(path);
  if (below.length > 0) return below;
  throw inputError(`there is no run in ${path}`, {
    why: `no folder in it holds a ${record}`,
    fix: "give a folder that `sgnnc train` wrote",
  });
}

function runsBelow(path: string): string[] {
  if (isRunFolder(path)) return [path];
  const entries = readdirSync(path, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return folders.sort().flatMap((name) => runsBelow(join(path, name)));
}
