import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");

/** Node's recursive mkdir never returns there, so it is another process that tries, with a time limit. */
test("a folder in a working folder that was deleted is an error, not an endless loop", () => {
  const gone = mkdtempSync(join(tmpdir(), "sgnn-gone-"));
  const files = pathToFileURL(join(root, "dist", "runtime", "data", "files.js")).href;
  const script = `
    import { rmSync } from "node:fs";
    import { makeFolder } from ${JSON.stringify(files)};
    rmSync(process.cwd(), { recursive: true });
    try { makeFolder("runs/net"); console.log("made"); } catch (error) { console.log(error.code, error.why); }
  `;
  const { stdout, signal } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { cwd: gone, encoding: "utf8", timeout: 20_000 },
  );
  expect(signal).toBe(null);
  expect(stdout.trim()).toBe("R204 the folder it belongs in does not exist");
});
