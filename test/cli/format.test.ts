/** `format` on files: what is written, what is said, which exit code. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, sgnnc } from "./support.js";

test("--check writes nothing and names what is not formatted; without it the file is rewritten", async () => {
  const home = folder();
  const file = join(home, "a.sgnn");
  writeFileSync(file, "variant A=B\n");
  const checked = await sgnnc(["format", ".", "--check"], home);
  expect(checked).toMatchObject({ code: 1, stdout: "not formatted a.sgnn\n", stderr: "" });
  expect(readFileSync(file, "utf8")).toBe("variant A=B\n");
  const written = await sgnnc(["format", "a.sgnn"], home);
  expect(written).toMatchObject({ code: 0, stdout: "formatted a.sgnn\n" });
  expect(readFileSync(file, "utf8")).toBe("variant A = B\n");
  expect(await sgnnc(["format", ".", "--check"], home)).toMatchObject({ code: 0, stdout: "" });
});

test("a broken declaration is left as written and named, and the exit code is 1", async () => {
  const home = folder();
  const file = join(home, "a.sgnn");
  const broken = "layer L(x: real[N, 4] -> real[N, 4] {\n    return   x\n}";
  writeFileSync(file, `variant A=B\n${broken}\n`);
  const { code, stderr } = await sgnnc(["format", "a.sgnn"], home);
  expect(code).toBe(1);
  expect(stderr).toBe(
    "a.sgnn: lines 2 to 4 left as written: there is a syntax error; see sgnnc check a.sgnn\n",
  );
  expect(readFileSync(file, "utf8")).toBe(`variant A = B\n${broken}\n`);
});
