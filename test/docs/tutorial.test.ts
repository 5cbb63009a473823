/** Runs the tutorial: writes its files, runs its commands, looks for what it says they print. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, repository, sgnnc } from "../cli/support.js";

interface Block {
  readonly info: string;
  readonly text: string;
}

/** Fenced blocks in order. */
function blocksOf(markdown: string): Block[] {
  const found = markdown.matchAll(/^```(\w.*)\n([\s\S]*?)^```$/gm);
  return [...found].map(([, info, text]) => ({ info, text }));
}

test("the tutorial says what happens", { timeout: 180_000 }, async () => {
  const home = folder();
  let printed = "";
  let commands = 0;
  for (const { info, text } of blocksOf(
    readFileSync(join(repository, "docs/tutorial.md"), "utf8"),
  )) {
    const [language, argument] = info.split(" ");
    if (language === "sgnn") writeFileSync(join(home, argument), text);
    if (language === "sh") {
      printed = "";
      for (const line of text.trim().split("\n")) {
        const [tool, ...words] = line.split(" ");
        expect(tool).toBe("sgnnc");
        const { code, stdout, stderr } = await sgnnc(words, home);
        printed += stdout + stderr;
        expect({ line, code }).toEqual({ line, code: argument === "fails" ? 1 : 0 });
        commands += 1;
      }
    }
    if (language === "text")
      for (const line of text.trim().split("\n")) expect(printed).toContain(line);
  }
  expect(commands).toBeGreaterThan(5);
});
