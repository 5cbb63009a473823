/**
 * Sources that no author meant: each gets a diagnostic with its place and exit code 1, from a process of its
 * own, so that a full stack or heap would show; what stands around the broken part is still read.
 */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, sgnnc } from "./support.js";

const good = "model M(x: real[N, 4]) -> real[N, 2] {\n  return x |> Dense<2>\n}\n";
const misspelt = good.replace("Dense", "Dens");
const second = misspelt.replace("model M", "model Second");
const result = (expression: string): string => good.replace("x |> Dense<2>", expression);
const million = 1_000_000;

interface Found {
  readonly code: string;
  readonly range: { readonly start: { readonly line: number; readonly column: number } };
}

/** Code and place of every diagnostic, as `S010 2:209`. */
async function problems(
  source: string | Buffer,
): Promise<{ code: number | null; found: string[] }> {
  const home = folder();
  writeFileSync(join(home, "a.sgnn"), source);
  const { code, stdout, stderr } = await sgnnc(["check", "a.sgnn", "--json"], home);
  expect(stderr).not.toContain("unexpected failure");
  expect(readdirSync(home)).toEqual(["a.sgnn"]);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Found[] };
  const found = diagnostics.map(({ code: name, range: { start } }) => {
    return `${name} ${start.line}:${start.column}`;
  });
  return { code, found };
}

describe("sources that no author meant", () => {
  test.each<readonly [string, string, readonly string[]]>([
    ["5 MB of parentheses in one line", result("(".repeat(5 * million)), ["S011 1:1"]],
    [
      "a million parentheses, all closed, and a mistake in the next declaration",
      result(`${"(".repeat(million)}x${")".repeat(million)}`) + second,
      ["S010 2:209", "T230 5:15"],
    ],
    ["half a million closing parentheses", ")".repeat(million / 2), ["S019 1:1"]],
    ["500 nested calls", result(`${"relu(".repeat(500)}x${")".repeat(500)}`), ["S010 2:1009"]],
    ["nested angle brackets", `variant V = ${"M<A: ".repeat(5000)}`, ["S010 1:1014"]],
    ["a sum of 50,000 terms", result(`x${" + x".repeat(50_000)}`), ["S012 2:10"]],
    ["a name of a million letters", result(`${"y".repeat(million)} |> Dense<2>`), ["T260 2:10"]],
    [
      "a string of a million letters, never closed",
      `data D {\n  file "${"a".repeat(million)}\n}\n`,
      ["S004 2:8"],
    ],
    ["NUL bytes", result("x \0|> Dens<2>"), ["S006 2:12", "T230 2:16"]],
    ["line ends of Windows", misspelt.replaceAll("\n", "\r\n"), ["T230 2:15"]],
    ["line ends of an old Macintosh", misspelt.replaceAll("\n", "\r"), ["T230 2:15"]],
    ["a byte-order mark", `\ufeff${misspelt.replace("model", "modle")}`, ["S008 1:1", "T230 2:15"]],
    [
      "a merge conflict",
      result("(\n<<<<<<< HEAD\n  x |> Dens<2>\n=======\n  x |> Dense<3>\n>>>>>>> theirs\n)"),
      ["S007 3:1", "T230 4:8"],
    ],
    ["a comment that is never closed", `${misspelt}/* later`, ["T230 2:15", "S005 4:1"]],
    [
      "names that JavaScript objects have",
      result("toString |> hasOwnProperty |> Dense<2>"),
      ["T260 2:10", "T230 2:22"],
    ],
  ])("%s", async (_, source, expected) => {
    const { code, found } = await problems(source);
    for (const one of expected) expect(found).toContain(one);
    expect(found[0]).toBe(expected[0]);
    expect(code).toBe(1);
  });

  test.each<readonly [string, string]>([
    ["line ends of Windows", good.replaceAll("\n", "\r\n")],
    ["a byte-order mark", `\ufeff${good}`],
    ["nothing at all", ""],
  ])("%s in a right file is no problem", async (_, source) => {
    expect(await problems(source)).toEqual({ code: 0, found: [] });
  });

  test.each<readonly [string, Buffer]>([
    ["UTF-16", Buffer.from(`\ufeff${good}`, "utf16le")],
    ["bytes of a picture", Buffer.from(Array.from({ length: 4096 }, (_, k) => (k * 7919) % 256))],
  ])("%s is no text", async (_, bytes) => {
    const home = folder();
    writeFileSync(join(home, "a.sgnn"), bytes);
    const { code, stdout } = await sgnnc(["check", "a.sgnn", "--json"], home);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        message: "a.sgnn is not text in UTF-8",
        why: ".sgnn files are UTF-8 text",
        fix: "save the file as UTF-8 in your editor",
      },
    });
  });

  test("a diagnostic about a long name stays short", async () => {
    const home = folder();
    writeFileSync(join(home, "a.sgnn"), result(`${"y".repeat(100_000)} |> Dense<2>`));
    const { stderr } = await sgnnc(["check", "a.sgnn"], home);
    expect(stderr).toContain(`no value is called \`${"y".repeat(59)}...\``);
    expect(stderr.length).toBeLessThan(1000);
  });
});
