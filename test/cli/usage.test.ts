/** Help, wrong usage and exit codes. */
import { describe, expect, test } from "vitest";
import { commands } from "../../compiler/cli/table.js";
import { runCommandLine } from "../../compiler/cli/run.js";
import { executable, folder, repository, sgnnc } from "./support.js";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The command line inside this process: same words, captured output. */
async function inside(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    interactive: false,
    color: false,
    columns: 100,
  };
  const code = await runCommandLine(words, terminal);
  return { code, out, err };
}

describe("help", () => {
  test("--version is the package's", async () => {
    const manifest = readFileSync(join(repository, "package.json"), "utf8");
    const { version } = JSON.parse(manifest) as { version: string };
    expect(await sgnnc(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("--help lists every command", async () => {
    const { code, out } = await inside("--help");
    expect(code).toBe(0);
    for (const name of Object.keys(commands)) expect(out).toContain(`\n  ${name} `);
  });

  test.each(Object.keys(commands))("%s --help shows options and examples", async (name) => {
    const { code, out, err } = await inside(name, "--help");
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toContain(`Usage: sgnnc ${name}`);
    expect(out).toMatch(new RegExp(`Examples\\n  sgnnc ${name}`));
  });
});

describe("wrong usage ends with 2 and the repair", () => {
  test.each([
    [["chekc", "x.sgnn"], "did you mean `sgnnc check`?"],
    [["--chekc"], "see `sgnnc --help`"],
    [["toString"], "there is no command `toString`"],
    [["check"], "`sgnnc check` needs <files|folders>"],
    [["check", "--jsn", "x.sgnn"], "did you mean --json?"],
    [["check", "--json=yes", "x.sgnn"], "--json takes no value"],
    [["compile", "x.sgnn", "--out"], "--out needs a value: --out DIR"],
    [["train", "x.sgnn", "--epochs", "many"], "--epochs must be a whole number"],
    [["train", "x.sgnn", "--epochs", "0"], "--epochs must be a whole number of at least 1"],
    [["doctor", "now"], "`sgnnc doctor` does not expect `now`"],
    [["check", "nowhere.sgnn"], "there is no file nowhere.sgnn"],
    [["check", "package.json"], "package.json is not a .sgnn file"],
    [["explain", "Z999"], "Z999"],
  ])("%j", async (words, message) => {
    const { code, out, err } = await inside(...words);
    expect(err).toContain(message);
    expect(out).toBe("");
    expect(code).toBe(2);
  });

  test("a model whose generics are open names them", async () => {
    const home = folder();
    const file = join(home, "net.sgnn");
    writeFileSync(
      file,
      "model Net<A, width>(x: real[N, 3]) -> real[N, 2] {\n  return x |> Dense<width> |> A |> Dense<2>\n}\n",
    );
    for (const words of [
      ["inspect", file],
      ["inspect", file, "--model", "Net"],
    ]) {
      const { code, err } = await inside(...words);
      expect(err).toContain(`Net in ${file} has no value for \`A\` and \`width\``);
      expect(code).toBe(2);
      if (words.length === 2) expect(err).toContain("`variant Mine = Net<A: .., width: ..>`");
    }
  });

  test("a misspelt file name gets the near one", async () => {
    const home = folder();
    writeFileSync(join(home, "cora.sgnn"), "");
    const { code, err } = await inside("check", join(home, "coar.sgnn"));
    expect(err).toContain(`did you mean ${join(home, "cora.sgnn")}?`);
    expect(code).toBe(2);
  });
});

test("a closed pipe is no error", async () => {
  const child = spawn(process.execPath, [executable, "--help"]);
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  child.stdout.destroy();
  await new Promise((resolve) => child.on("close", resolve));
  expect(stderr).toBe("");
});
