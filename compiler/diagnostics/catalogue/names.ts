/** N1xx: names, imports, what a file may call. */
import { entry } from "../diagnostic.js";

/** `a neuron`, `an equilibrium`, `data`. */
function withArticle(noun: string): string {
  if (noun === "data") return noun;
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

export const names = {
  unknownName: entry<{ what: string; name: string; suggestion: string | undefined }>({
    code: "N101",
    name: "unknown-name",
    severity: "error",
    message: ({ what, name }) => `there is no ${what} \`${name}\``,
    why: () => "names are declared in this file, imported, or part of the standard library",
    fix: ({ suggestion }) =>
      suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`,
    example: {
      wrong:
        "model Net(x: real[N, 4]) -> real[N, 8] {\n  return x |> Dense<8>\n}\nvariant Small = Nett",
      right:
        "model Net(x: real[N, 4]) -> real[N, 8] {\n  return x |> Dense<8>\n}\nvariant Small = Net",
    },
  }),
  duplicateDeclaration: entry<{ name: string; first: string }>({
    code: "N102",
    name: "duplicate-declaration",
    severity: "error",
    message: ({ name }) => `\`${name}\` is declared twice`,
    why: ({ first }) => `a name stands for one thing in a file; it first appears in ${first}`,
    fix: () => "rename one of them, or remove it",
    example: {
      wrong:
        "function twice(x: real[...]) -> real[...] = 2 * x\nfunction twice(x: real[...]) -> real[...] = x + x",
      right:
        "function twice(x: real[...]) -> real[...] = 2 * x\nfunction double(x: real[...]) -> real[...] = x + x",
    },
  }),
  importNotFound: entry<{ path: string; resolved: string }>({
    code: "N103",
    name: "import-not-found",
    severity: "error",
    message: ({ path }) => `there is no file "${path}"`,
    why: ({ resolved }) =>
      `an import is looked up relative to the file it stands in; that is \`${resolved}\``,
    fix: () => "correct the path; it begins with `./` or `../` and ends with `.sgnn`",
    example: {
      wrong: 'import { Block } from "./missing.sgnn"',
      right: 'import { LIF } from "sgnn:std"',
    },
  }),
  importCycle: entry<{ path: string; chain: readonly string[] }>({
    code: "N104",
    name: "import-cycle",
    severity: "error",
    message: ({ path }) => `importing "${path}" closes a circle`,
    why: ({ chain }) => `each of these files imports the next: ${chain.join(" -> ")}`,
    fix: () => "move what both files need into a third file and import that",
    example: {
      wrong: 'import { Block } from "./example.sgnn"',
      right: "layer Block(x: real[N, in]) -> real[N, in] {\n  return x |> relu\n}",
    },
  }),
  importUnknownName: entry<{ name: string; path: string; suggestion: string | undefined }>({
    code: "N105",
    name: "import-unknown-name",
    severity: "error",
    message: ({ name, path }) => `"${path}" declares no \`${name}\``,
    why: () => "an import names declarations of the other file itself, not what that file imports",
    fix: ({ suggestion }) =>
      suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`,
    example: {
      wrong: 'import { LIFF } from "sgnn:std"',
      right: 'import { LIF } from "sgnn:std"',
    },
  }),
  wrongKindOfName: entry<{ name: string; found: string; expected: string; place: string }>({
    code: "N106",
    name: "wrong-kind-of-name",
    severity: "error",
    message: ({ name, found, expected }) =>
      `\`${name}\` is ${withArticle(found)}, expected ${withArticle(expected)}`,
    why: ({ place, expected }) => `${place} takes ${withArticle(expected)}`,
    fix: ({ expected }) => `give the name of ${withArticle(expected)}`,
    example: {
      wrong: "variant Small = Dense",
      right:
        "model Net(x: real[N, 4]) -> real[N, 8] {\n  return x |> Dense<8>\n}\nvariant Small = Net",
    },
  }),
};
