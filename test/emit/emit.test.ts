/** The emitted text, compared whole. Re-record with SGNN_RECORD=1. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Program } from "../../compiler/ir/program.js";
import { compileSource } from "../../compiler/compile.js";
import { emit } from "../../compiler/emit/index.js";
import { plan } from "../../compiler/plan/index.js";
import { nodeClassifier, stack, ternary } from "./programs.js";

const golden = fileURLToPath(new URL("./golden/", import.meta.url));
const options = {
  version: "0.1.0",
  sourceFile: "test.sgnn",
  source: "// by hand\n",
  hash: "0".repeat(64),
};

const programs: readonly (readonly [string, () => Program])[] = [
  ["node-classifier", nodeClassifier],
  ["stack", stack],
  ["ternary", ternary],
];

function compareWith(file: string, text: string): void {
  if (process.env.SGNN_RECORD === "1" || !existsSync(file)) {
    mkdirSync(golden, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
}

describe("emit", () => {
  for (const [name, build] of programs) {
    it(`prints ${name} as recorded, twice the same`, async () => {
      const { text, map } = await emit(plan(build()), options);
      const again = await emit(plan(build()), options);
      expect(again).toEqual({ text, map });
      compareWith(`${golden}${name}.ts`, text);
    });
  }

  for (const name of ["cora", "magneto", "layers", "time", "neurons", "names", "sequence-output"]) {
    it(`compiles ${name}.sgnn as recorded`, async () => {
      const source = readFileSync(new URL(`./sources/${name}.sgnn`, import.meta.url), "utf8");
      const { text, diagnostics } = await compileSource({
        file: `${name}.sgnn`,
        source,
        host: { read: () => undefined },
        hash: "0".repeat(64),
        version: "0.1.0",
      });
      expect(diagnostics.filter((d) => d.severity === "error")).toEqual([]);
      compareWith(`${golden}${name}.ts`, text ?? "");
    });
  }
});
