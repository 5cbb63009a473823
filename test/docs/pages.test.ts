/** Programs on the pages of docs/ check, links lead somewhere, generated pages are current. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { checkSource } from "../../compiler/index.js";
import { format } from "../../grammar/index.js";
import { repository } from "../cli/support.js";

const docs = join(repository, "docs");
const pages = readdirSync(docs).filter((name) => name.endsWith(".md"));

test("the generated pages are current; `npm run docs` writes them", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/docs.mjs", "--check"], {
    cwd: repository,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

test.each(["coming-from.md", "tutorial.md"])("programs of %s are formatted and check", (page) => {
  const text = readFileSync(join(docs, page), "utf8");
  const programs = [...text.matchAll(/^```sgnn ?(\S*)\n([\s\S]*?)^```$/gm)];
  expect(programs.length).toBeGreaterThan(2);
  for (const [, name, source] of programs) {
    if (name.startsWith("wrong")) continue;
    expect(format(source).text).toBe(source);
    const { diagnostics } = checkSource({
      file: "page.sgnn",
      source,
      host: { read: () => undefined },
    });
    // What a later version compiles is checked already; that it does not run yet is no mistake of the page.
    const errors = diagnostics.filter(
      (one) => one.severity === "error" && one.name !== "not-compiled-yet",
    );
    expect(errors.map((one) => `${one.code} ${one.message}`)).toEqual([]);
  }
});

test.each(pages)("links of %s lead to a page", (page) => {
  const text = readFileSync(join(docs, page), "utf8");
  for (const [, target] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
    expect({ target, exists: existsSync(join(docs, dirname(page), target)) }).toEqual({
      target,
      exists: true,
    });
  }
});
