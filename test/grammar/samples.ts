/** The samples of the language: every construct of the reference, and the examples. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("./samples", import.meta.url));
const examples = fileURLToPath(new URL("../../examples", import.meta.url));

function read(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sgnn"))
    .sort()
    .map((name) => [name, readFileSync(join(folder, name), "utf8")]);
}

/** Name and text of each. */
export const samples: readonly (readonly [string, string])[] = [...read(here), ...read(examples)];

/** The text of one sample of the language. */
export function sample(name: string): string {
  return readFileSync(join(here, `${name}.sgnn`), "utf8");
}
