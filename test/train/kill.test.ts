import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSafetensors } from "../../runtime/export/safetensors.js";
import { nativeEntries } from "../../runtime/tensor/backend.js";
import { readEpochs } from "../../runtime/train/run-folder.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sgnn-kill-"));
// Inside node_modules, so that the child finds its packages.
mkdirSync(join(root, "node_modules", ".cache"), { recursive: true });
const built = mkdtempSync(join(root, "node_modules", ".cache", "sgnn-kill-"));
const EPOCHS = 40;

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(built, { recursive: true, force: true });
});

/** Compiles the child (types are checked elsewhere): Node 20 cannot run TypeScript. */
beforeAll(() => {
  const entry = fileURLToPath(new URL("./child.ts", import.meta.url));
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    outDir: built,
    rootDir: root,
    noCheck: true,
    skipLibCheck: true,
    types: ["node"],
  });
  program.emit();
  writeFileSync(join(built, "package.json"), '{ "type": "module" }\n');
  cpSync(join(root, "runtime"), join(built, "runtime"), {
    recursive: true,
    filter: (from) => !from.endsWith(".ts"),
  });
});

/**
 * Runs the child; kills it (SIGKILL) `after` milliseconds after it reports `epoch`. Returns its last word and
 * the first epoch that it ran.
 */
function runChild(
  backend: string,
  run: string,
  kill?: { readonly epoch: number; readonly after: number },
): Promise<{ readonly end: string; readonly first: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(built, "test", "train", "child.js"), backend, folder, run, String(EPOCHS)],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let words = "";
    let errors = "";
    let armed = false;
    child.stdout.on("data", (text: Buffer) => {
      words += text.toString();
      if (kill === undefined || armed || !words.split("\n").includes(String(kill.epoch))) return;
      armed = true;
      setTimeout(() => child.kill("SIGKILL"), kill.after);
    });
    child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code !== 0 && signal !== "SIGKILL") {
        reject(new Error(errors));
        return;
      }
      const said = words.trim().split("\n");
      const end = signal === "SIGKILL" ? "killed" : (said.at(-1) ?? "");
      resolve({ end, first: Number(said[0]) });
    });
  });
}

const backends = ["wasm", ...(nativeEntries().length > 0 ? ["tensorflow"] : [])];
describe.each(backends)("on %s", (backend) => {
  it("a run that is killed again and again ends with the bits of one that never stopped", async () => {
    const whole = join(folder, `${backend}-whole`);
    expect(await runChild(backend, whole)).toEqual({ end: "finished", first: 1 });
    const run = join(folder, `${backend}-killed`);
    // Almost all the time goes into writing checkpoints, so these moments fall into writes too.
    let reached = 1;
    for (const kill of [
      { epoch: 1, after: 0 },
      { epoch: 9, after: 3 },
      { epoch: 17, after: 1 },
      { epoch: 26, after: 7 },
    ]) {
      const { end, first } = await runChild(backend, run, kill);
      expect(end).toBe("killed");
      // It went on where the one before was killed; at most the epoch in hand is repeated.
      expect(first).toBeGreaterThanOrEqual(reached);
      reached = kill.epoch;
      expect(existsSync(join(run, "weights.safetensors"))).toBe(false);
    }
    const last = await runChild(backend, run);
    expect(last.end).toBe("finished");
    expect(last.first).toBeGreaterThanOrEqual(reached);
    const weights = (path: string): Uint8Array => readFileSync(join(path, "weights.safetensors"));
    expect(Buffer.compare(weights(run), weights(whole))).toBe(0);
    // The state to go on from is the same too: last weights, best weights, moments.
    const state = (path: string) =>
      readSafetensors(readFileSync(join(path, "checkpoint.safetensors")), path).tensors;
    expect(state(run)).toEqual(state(whole));
    const epochs = (path: string) =>
      readEpochs(path).map(({ epoch, loss, validation }) => ({ epoch, loss, validation }));
    expect(epochs(run)).toEqual(epochs(whole));
    expect(epochs(run)).toHaveLength(EPOCHS);
  }, 120_000);
});
