/** Where this installation lives and which version it is. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Folder of this installation's package.json: above `dist`, or the repository when run from source. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const above = dirname(folder);
    if (above === folder) throw new Error("this installation of sgnn has no package.json");
    folder = above;
  }
  return folder;
}

/** Version of the tool, from its package.json. */
export function toolVersion(): string {
  const text = readFileSync(join(packageRoot(), "package.json"), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return version;
}

/**
 * What generated code and the runtime say to each other, kept in every run folder. Raised with every change
 * after which code that was generated before no longer runs; plans have a `format` of their own.
 */
export const generatedForm = "sgnn-code-2";

/** URL of this installation's runtime, which generated modules import as "sgnn/runtime". */
export function runtimeUrl(): string {
  const here = fileURLToPath(import.meta.url);
  const file = here.endsWith(".ts") ? "../../runtime/index.ts" : "../../runtime/index.js";
  return pathToFileURL(join(dirname(here), file)).href;
}
