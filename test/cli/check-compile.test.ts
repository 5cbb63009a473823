/** `check` and `compile` on small files. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { folder, repository, sgnnc } from "./support.js";

const right = `model M(g: graph(x: real[N, 4])) -> real[N, 2] {
  return g.x |> GCN<8>(g) |> relu |> GCN<2>(g)
}
`;
const wrong = `model M(x: real[N, 4]) -> real[N, 2] {
  return x |> Dens<2>
}
`;

function project(files: Readonly<Record<string, string>>): string {
  const home = folder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  return home;
}

describe("check", () => {
  test("a right file is quiet on standard output", async () => {
    const home = project({ "right.sgnn": right });
    const { code, stdout } = await sgnnc(["check", "right.sgnn"], home);
    expect(stdout).toBe("");
    expect(code).toBe(0);
  });

  test("a wrong file shows a frame with a caret, and ends with 1", async () => {
    const home = project({ "wrong.sgnn": wrong });
    const { code, stderr } = await sgnnc(["check", "wrong.sgnn"], home);
    expect(code).toBe(1);
    expect(stderr).toContain("wrong.sgnn:2:15");
    expect(stderr).toContain("x |> Dens<2>");
    expect(stderr).toContain("^^^^");
    expect(stderr).toContain("Dense");
  });

  test("--json is one document with 1-based ranges and nothing else", async () => {
    const home = project({ "a/wrong.sgnn": wrong, "right.sgnn": right });
    const { code, stdout, stderr } = await sgnnc(["check", ".", "--json"], home);
    expect(code).toBe(1);
    expect(stderr).toBe("");
    const document = JSON.parse(stdout) as {
      diagnostics: Record<string, unknown>[];
      files: string[];
      errors: number;
    };
    expect(document.files).toEqual([join("a", "wrong.sgnn"), "right.sgnn"]);
    expect(document.errors).toBe(1);
    expect(document.diagnostics).toHaveLength(1);
    expect(document.diagnostics[0]).toMatchObject({
      severity: "error",
      file: join("a", "wrong.sgnn"),
      range: { start: { line: 2, column: 15 }, end: { line: 2, column: 19 } },
    });
    for (const key of ["code", "name", "message", "related", "why", "fix"]) {
      expect(document.diagnostics[0]).toHaveProperty(key);
    }
  });

  test("bytes that are not UTF-8 are an error in the input", async () => {
    const home = project({});
    writeFileSync(join(home, "latin.sgnn"), Buffer.from([0x2f, 0x2f, 0xe9, 0x0a]));
    const { code, stderr } = await sgnnc(["check", "latin.sgnn"], home);
    expect(code).toBe(1);
    expect(stderr).toContain("latin.sgnn is not text in UTF-8");
  });

  test("loads neither ts-morph, prettier nor TensorFlow.js", () => {
    const home = project({ "right.sgnn": right });
    const main = pathToFileURL(join(repository, "dist/compiler/cli/main.js")).href;
    const script = `
      import { createRequire } from "node:module";
      process.argv = ["node", "sgnnc", "check", "right.sgnn"];
      await import(${JSON.stringify(main)});
      const loaded = Object.keys(createRequire(${JSON.stringify(main)}).cache);
      process.stdout.write(JSON.stringify(loaded));
    `;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: home });
    const loaded = JSON.parse(child.stdout.toString("utf8")) as string[];
    expect(loaded.filter((path) => /ts-morph|typescript|prettier|tensorflow/.test(path))).toEqual(
      [],
    );
  });
});

describe("compile", () => {
  test("writes the TypeScript and its map beside the source", async () => {
    const home = project({ "right.sgnn": right });
    const { code, stdout } = await sgnnc(["compile", "right.sgnn"], home);
    expect(code).toBe(0);
    expect(stdout).toBe("wrote right.sgnn.ts\n");
    expect(readdirSync(home).sort()).toEqual(["right.sgnn", "right.sgnn.ts", "right.sgnn.ts.map"]);
    const text = readFileSync(join(home, "right.sgnn.ts"), "utf8");
    expect(text).toContain("from right.sgnn (sha256 ");
    expect(text).toContain(createHash("sha256").update(right).digest("hex").slice(0, 8));
    expect(text).not.toContain(home);
  });

  test("gives the same bytes from anywhere, and --out keeps the structure of a folder", async () => {
    const home = project({ "models/deep/right.sgnn": right });
    await sgnnc(["compile", "models/deep/right.sgnn"], home);
    await sgnnc(["compile", "models", "--out", "out"], home);
    const beside = readFileSync(join(home, "models/deep/right.sgnn.ts"));
    expect(readFileSync(join(home, "out/deep/right.sgnn.ts")).equals(beside)).toBe(true);
    const map = readFileSync(join(home, "out/deep/right.sgnn.ts.map"), "utf8");
    const { sources } = JSON.parse(map) as { sources: string[] };
    expect(sources[0]).toBe("../../models/deep/right.sgnn");
  });

  test("writes nothing at all when one file of many is wrong", async () => {
    const home = project({ "right.sgnn": right, "wrong.sgnn": wrong });
    const { code, stderr } = await sgnnc(["compile", "."], home);
    expect(code).toBe(1);
    expect(stderr).toContain("nothing was written");
    expect(readdirSync(home).sort()).toEqual(["right.sgnn", "wrong.sgnn"]);
  });

  test("--check names missing and stale files and writes nothing", async () => {
    const home = project({ "right.sgnn": right });
    const missing = await sgnnc(["compile", "right.sgnn", "--check"], home);
    expect(missing.code).toBe(1);
    expect(missing.stdout).toContain("missing right.sgnn.ts\n");
    expect(existsSync(join(home, "right.sgnn.ts"))).toBe(false);

    await sgnnc(["compile", "right.sgnn"], home);
    expect((await sgnnc(["compile", "right.sgnn", "--check"], home)).code).toBe(0);

    writeFileSync(join(home, "right.sgnn"), right.replace("GCN<8>", "GCN<9>"));
    const stale = await sgnnc(["compile", "right.sgnn", "--check"], home);
    expect(stale.code).toBe(1);
    expect(stale.stdout).toContain("stale right.sgnn.ts\n");
  });

  test("--watch compiles again after a change, and goes on after an error", async () => {
    const home = project({ "right.sgnn": right });
    const written = join(home, "right.sgnn.ts");
    const { code, stderr } = await sgnnc(["compile", "right.sgnn", "--watch"], home, (child) => {
      let seen = "";
      let step = 0;
      const next = (): void => {
        if (step === 0 && seen.includes("watching")) {
          step = 1;
          writeFileSync(join(home, "right.sgnn"), wrong);
        } else if (step === 1 && seen.includes("nothing was written")) {
          step = 2;
          writeFileSync(join(home, "right.sgnn"), right.replace("GCN<8>", "GCN<9>"));
        } else if (step === 2 && readFileSync(written, "utf8").includes("out: 9")) {
          step = 3;
          child.kill("SIGINT");
        }
      };
      child.stderr?.on("data", (chunk: Buffer) => ((seen += chunk.toString("utf8")), next()));
      child.stdout?.on("data", next);
    });
    expect(code).toBe(0);
    expect(stderr).toContain(basename("right.sgnn"));
  });
});

test("committed examples check clean", async () => {
  const { code, stderr } = await sgnnc(["check", "examples", "--json"]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test("committed generated files of the examples are current", async () => {
  const { code, stdout } = await sgnnc(["compile", "examples", "--check"]);
  expect(stdout).toBe("");
  expect(code).toBe(0);
});
