/** Calls the built `sgnnc` in a child process, as a user does. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const repository = fileURLToPath(new URL("../..", import.meta.url));
export const executable = join(repository, "dist", "compiler", "cli", "main.js");

if (!existsSync(executable)) throw new Error("build first: npm run build");

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `sgnnc <words>` in `cwd`; `meanwhile` sees the process while it runs. */
export async function sgnnc(
  words: readonly string[],
  cwd: string = repository,
  meanwhile?: (child: ChildProcess) => void,
): Promise<Result> {
  const child = spawn(process.execPath, [executable, ...words], { cwd });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  meanwhile?.(child);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

/** An empty folder that disappears after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "sgnn-cli-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
