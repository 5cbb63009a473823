/** Every scenario of `scenarios/*.md`: a source with a cursor, questions and answers. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { answers } from "./answers.js";

const folder = fileURLToPath(new URL("./scenarios/", import.meta.url));
const record = process.env.SGNN_RECORD === "1";

interface Fence {
  readonly info: string;
  readonly text: string;
  /** Lines of the content: first, and one past the last. */
  readonly first: number;
  readonly last: number;
}
interface Section {
  readonly title: string;
  readonly fences: readonly Fence[];
}

function sectionsOf(lines: readonly string[]): Section[] {
  const sections: { title: string; fences: Fence[] }[] = [];
  for (let k = 0; k < lines.length; k++) {
    const title = /^## (.+)$/.exec(lines[k])?.[1];
    if (title !== undefined) sections.push({ title, fences: [] });
    const info = /^```(\S.*)$/.exec(lines[k])?.[1];
    if (info === undefined) continue;
    const first = k + 1;
    while (lines[k + 1] !== "```") k++;
    const last = ++k;
    sections.at(-1)?.fences.push({ info, text: lines.slice(first, last).join("\n"), first, last });
  }
  return sections;
}

function answer(section: Section, question: Fence): string {
  const files = new Map<string, string>();
  let marked = "";
  for (const { info, text } of section.fences) {
    const file = /^sgnn ?(\S*)$/.exec(info)?.[1];
    if (file === "") marked = `${text}\n`;
    else if (file !== undefined) files.set(file, `${text}\n`);
  }
  const [name, ...rest] = question.info.split(" ");
  const ask = answers[name];
  if (ask === undefined) throw new Error(`"${section.title}" asks for ${name}`);
  const cursor = marked.indexOf("¦");
  const source = marked.replace("¦", "");
  return ask({ source, cursor, argument: rest.join(" "), files }).replace(/ +$/gm, "");
}

for (const file of readdirSync(folder).sort()) {
  const lines = readFileSync(folder + file, "utf8").split("\n");
  const sections = sectionsOf(lines);
  describe(file, () => {
    for (const section of sections) {
      const questions = section.fences.filter((one) => !one.info.startsWith("sgnn"));
      test(section.title, () => {
        expect(questions.length).toBeGreaterThan(0);
        for (const question of questions) {
          if (record) continue;
          expect(answer(section, question)).toBe(question.text);
        }
      });
    }
  });
  if (!record) continue;
  for (const section of [...sections].reverse()) {
    for (const question of [...section.fences].reverse()) {
      if (question.info.startsWith("sgnn")) continue;
      const text = answer(section, question);
      lines.splice(
        question.first,
        question.last - question.first,
        ...(text === "" ? [] : text.split("\n")),
      );
    }
  }
  writeFileSync(folder + file, lines.join("\n"));
}
