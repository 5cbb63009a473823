/** `init`, `doctor`, `explain`, and what else a newcomer calls first. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { catalogue } from "../../compiler/diagnostics/catalogue/index.js";
import { folder, sgnnc } from "./support.js";

test("init writes an example that checks clean, and never overwrites", async () => {
  const home = folder();
  expect((await sgnnc(["init", "project"], home)).code).toBe(0);
  const example = join(home, "project", "truss.sgnn");
  const checked = await sgnnc(["check", "project", "--json"], home);
  expect(JSON.parse(checked.stdout)).toMatchObject({ errors: 0, warnings: 0 });
  expect((await sgnnc(["compile", "project", "--out", "out"], home)).code).toBe(0);

  writeFileSync(example, "// mine\n");
  const again = await sgnnc(["init", "project"], home);
  expect(again.code).toBe(0);
  expect(again.stdout).toContain("already there");
  expect(readFileSync(example, "utf8")).toBe("// mine\n");
});

test("doctor --json says which backend training will use", async () => {
  const { code, stdout, stderr } = await sgnnc(["doctor", "--json"]);
  expect(code).toBe(0);
  expect(stderr).toBe("");
  const document = JSON.parse(stdout) as { backend: string; backends: { works: boolean }[] };
  expect(["tensorflow", "wasm", "cpu"]).toContain(document.backend);
  expect(document.backends).toHaveLength(3);
});

test("explain shows a wrong and a right program, by code and by name", async () => {
  const [row] = catalogue;
  const byCode = await sgnnc(["explain", row.code.toLowerCase()]);
  expect(byCode.code).toBe(0);
  expect(byCode.stdout).toContain(`${row.code} ${row.name}`);
  expect(byCode.stdout).toContain("wrong\n");
  expect(byCode.stdout).toContain("right\n");
  expect((await sgnnc(["explain", row.name])).stdout).toBe(byCode.stdout);
});
