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

test("doctor says which backend trains, which engine applies models, and the next step", async () => {
  const { code, stdout, stderr } = await sgnnc(["doctor", "--json"]);
  expect(code).toBe(0);
  expect(stderr).toBe("");
  const document = JSON.parse(stdout) as {
    backend: string;
    backends: { name: string; works: boolean }[];
    engine: { name: string; kernels: string; threads: number };
    advice: string;
  };
  expect(document.backends.map(({ name }) => name)).toEqual(["tensorflow", "wasm", "cpu"]);
  expect(document.backend).toBe(document.backends.find(({ works }) => works)?.name);
  // Every Node that this package runs on has WebAssembly.
  expect(document.engine).toEqual({ name: "events", kernels: "wasm", threads: 1 });
  expect(document.advice).toContain(`Training will use ${document.backend}`);

  const text = (await sgnnc(["doctor"])).stdout;
  expect(text).toMatch(
    /run, evaluate: the event-driven inference engine\n {2}events +used +wasm kernels/,
  );
  expect(text).toContain(document.advice);
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
