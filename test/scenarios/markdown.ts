/**
 * Reads scenarios from markdown: under each `##` title one `sgnn` block, then a `diagnostics` block
 * (what the compiler must say, word for word) or a `ts` block (lines that the generated TypeScript must
 * contain), or both.
 */

export interface Scenario {
  readonly title: string;
  readonly source: string;
  /** Expected text of the diagnostics, undefined when the scenario has no such block. */
  readonly diagnostics: string | undefined;
  /** Excerpt of the expected TypeScript. */
  readonly typescript: string | undefined;
  /** Lines of the diagnostics block's content in the file: first, and one past the last. */
  readonly place: readonly [number, number] | undefined;
}

interface Fence {
  readonly language: string;
  readonly first: number;
  readonly last: number;
}

/** Throws when a scenario has no title or nothing is expected of it. */
export function readScenarios(markdown: string): Scenario[] {
  const lines = markdown.split("\n");
  const scenarios: Scenario[] = [];
  let title = "";
  let fences: Fence[] = [];
  const finish = (): void => {
    const find = (language: string): Fence | undefined =>
      fences.find((fence) => fence.language === language);
    const text = (fence: Fence | undefined): string | undefined =>
      fence && lines.slice(fence.first, fence.last).join("\n");
    const source = text(find("sgnn"));
    const diagnostics = find("diagnostics");
    const typescript = find("ts");
    if (source !== undefined) {
      if (diagnostics === undefined && typescript === undefined) {
        throw new Error(`scenario "${title}" expects nothing`);
      }
      scenarios.push({
        title,
        source: `${source}\n`,
        diagnostics: text(diagnostics),
        typescript: text(typescript),
        place: diagnostics && [diagnostics.first, diagnostics.last],
      });
    }
    fences = [];
  };
  for (let k = 0; k < lines.length; k++) {
    const heading = /^## (.+)$/.exec(lines[k]);
    if (heading !== null) {
      finish();
      title = heading[1];
    }
    const opening = /^```(\w+)$/.exec(lines[k]);
    if (opening === null) continue;
    const first = k + 1;
    while (k + 1 < lines.length && lines[k + 1] !== "```") k++;
    fences.push({ language: opening[1], first, last: k + 1 });
    k++;
  }
  finish();
  return scenarios;
}

/** The same markdown with the diagnostics blocks replaced, by scenario title. */
export function rerecord(markdown: string, texts: ReadonlyMap<string, string>): string {
  const lines = markdown.split("\n");
  for (const scenario of readScenarios(markdown).reverse()) {
    const text = texts.get(scenario.title);
    if (text === undefined || scenario.place === undefined) continue;
    const [first, last] = scenario.place;
    lines.splice(first, last - first, ...text.split("\n"));
  }
  return lines.join("\n");
}
