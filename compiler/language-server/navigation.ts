/** Definition, references and rename. */
import type { Span } from "../../grammar/tree.js";
import { wordTypes, isReserved } from "../../grammar/tokens.js";
import type { Analysis } from "./analysis.js";
import type { Meaning } from "./symbols-at.js";
import { keyOf, meaningOf, nameSpan, occurrenceAt } from "./symbols-at.js";

export interface Place {
  readonly file: string;
  readonly span: Span;
}

/** Where the name at an offset is introduced; in the standard library too. */
export function definitionAt(analysis: Analysis, offset: number): Place | undefined {
  const one = occurrenceAt(analysis, offset);
  const meaning = one && meaningOf(analysis, one);
  return meaning && definitionOf(meaning);
}

function definitionOf(meaning: Meaning): Place | undefined {
  if (meaning.tag === "primitive") return undefined;
  if (meaning.tag === "local") return { file: meaning.in.file, span: meaning.definition.span };
  const { found } = meaning;
  return { file: found.file, span: nameSpan(found.declaration) };
}

/** Every place in these documents where the name at an offset stands, in order. */
export function referencesAt(
  analysis: Analysis,
  offset: number,
  documents: readonly Analysis[],
): readonly Place[] {
  const one = occurrenceAt(analysis, offset);
  const meaning = one && meaningOf(analysis, one);
  if (one === undefined || meaning === undefined) return [];
  const key = keyOf(meaning);
  return documents.flatMap((document) =>
    document.occurrences
      .filter((other) => other.text === one.text)
      .filter((other) => {
        const same = meaningOf(document, other);
        return same !== undefined && keyOf(same) === key;
      })
      .map(({ span }) => ({ file: document.file, span })),
  );
}

/** Why a name cannot be changed, or the span that an editor selects. */
export function prepareRename(
  analysis: Analysis,
  offset: number,
): { readonly span: Span } | { readonly refused: string } {
  const one = occurrenceAt(analysis, offset);
  if (one === undefined) return { refused: "there is no name here" };
  const meaning = meaningOf(analysis, one);
  if (meaning === undefined) return { refused: `\`${one.text}\` is a word of the language` };
  if (meaning.tag === "primitive") return { refused: `\`${one.text}\` is built in` };
  const file = meaning.tag === "local" ? meaning.in.file : meaning.found.file;
  if (file.startsWith("sgnn:")) return { refused: `\`${one.text}\` is in the standard library` };
  return { span: one.span };
}

/** Why `name` cannot stand there, or the places to change. */
export function renameAt(
  analysis: Analysis,
  offset: number,
  name: string,
  documents: readonly Analysis[],
): { readonly places: readonly Place[] } | { readonly refused: string } {
  const prepared = prepareRename(analysis, offset);
  if ("refused" in prepared) return prepared;
  const old = analysis.source.slice(prepared.span.start, prepared.span.end);
  const refused = unusable(old, name);
  if (refused !== undefined) return { refused };
  const places = referencesAt(analysis, offset, documents);
  for (const document of documents) {
    const taken = document.occurrences.find(
      (one) =>
        one.text === name &&
        places.some(
          ({ file, span }) =>
            file === document.file &&
            document.occurrences.some(
              (other) =>
                other.span.start === span.start &&
                (other.declaration === one.declaration || one.role === "declaration"),
            ),
        ),
    );
    if (taken !== undefined) {
      const line = document.source.slice(0, taken.span.start).split("\n").length;
      return { refused: `\`${name}\` already means something here (line ${line})` };
    }
  }
  return { places };
}

function unusable(old: string, name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return "a name has letters, digits and `_`, and begins with no digit";
  }
  const type = wordTypes.get(name);
  if (type !== undefined && isReserved(type)) return `\`${name}\` is a word of the language`;
  const isUpper = (text: string): boolean => /^[A-Z]/.test(text);
  if (isUpper(old) !== isUpper(name)) {
    return isUpper(old)
      ? "declarations and their generics begin with a capital letter"
      : "values begin with a lower-case letter";
  }
  return undefined;
}
