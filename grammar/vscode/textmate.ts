/**
 * The TextMate grammar of the language, made from the token table and the table of fields.
 *
 * A TextMate grammar sees one line at a time and no tree. A contextual word is therefore coloured as a
 * keyword where it begins a line or a block, or where it is followed by what no name is followed by; the
 * language server's semantic tokens settle the rest.
 */
import { bodies, declarationWords } from "../fields.js";
import { isReserved, tokenTable } from "../tokens.js";
import type { TokenRow } from "../tokens.js";

interface Rule {
  readonly name?: string;
  readonly match?: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
  readonly begin?: string;
  readonly end?: string;
  readonly patterns?: readonly Rule[];
}

export interface TextMateGrammar {
  readonly name: string;
  readonly scopeName: string;
  readonly fileTypes: readonly string[];
  readonly patterns: readonly Rule[];
}

/** Literal text as a regular expression. */
function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** One of these words, longest first so that none hides another. */
function anyOf(words: Iterable<string>): string {
  return [...words]
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    .map(escape)
    .join("|");
}

const rowNamed = (name: string): TokenRow => {
  const row = tokenTable.find((one) => one.name === name);
  if (row === undefined) throw new Error(`the token table has no ${name}`);
  return row;
};

/** Words that begin a field of some body, and the other contextual words. */
function contextualWords(): { readonly fields: string[]; readonly others: string[] } {
  const fields = new Set(Object.values(bodies).flatMap((body) => [...body.valid]));
  const keywords = tokenTable.filter(
    (row) => row.highlight === "keyword" && /^[a-z]+$/.test(row.written) && !isReserved(row.type),
  );
  const words = keywords.map((row) => row.written);
  return {
    fields: words.filter((word) => fields.has(word)),
    others: words.filter((word) => !fields.has(word)),
  };
}

/** The grammar as it is written to `syntaxes/sgnn.tmLanguage.json`. */
export function textMateGrammar(): TextMateGrammar {
  const reserved = tokenTable.filter((row) => isReserved(row.type)).map((row) => row.written);
  const { fields, others } = contextualWords();
  const ofHighlight = (highlight: TokenRow["highlight"]): string =>
    anyOf(
      new Set(tokenTable.filter((row) => row.highlight === highlight).map((row) => row.written)),
    );
  const operand = `(?=\\s+(?:["\\w\\[({]|-[\\w(]))`;
  const name = rowNamed("Name").written;
  const typeName = rowNamed("TypeName").written;
  const declaring = declarationWords.filter((word) => word !== "import");
  const words = (list: readonly string[]): string => `(?:${anyOf(list)})`;
  return {
    name: "sgnn",
    scopeName: "source.sgnn",
    fileTypes: ["sgnn"],
    patterns: [
      { name: "comment.line.documentation.sgnn", match: rowNamed("DocComment").written },
      { name: "comment.line.double-slash.sgnn", match: rowNamed("LineComment").written },
      { name: "comment.block.sgnn", begin: "/\\*", end: "\\*/" },
      {
        name: "string.quoted.double.sgnn",
        begin: '"',
        end: '"|$',
        patterns: [{ name: "constant.character.escape.sgnn", match: "\\\\." }],
      },
      {
        match: `^\\s*(${anyOf(declaring)})\\s+(${typeName}|${name})`,
        captures: {
          "1": { name: "keyword.declaration.sgnn" },
          "2": { name: "entity.name.type.sgnn" },
        },
      },
      { name: "keyword.control.sgnn", match: escape(rowNamed("SoftmaxWeighted").written) },
      { name: "keyword.control.sgnn", match: `\\b${words(reserved)}\\b` },
      {
        match: `(?:^\\s*|(?<=[{;])\\s*)(${anyOf(fields)})\\b(?!\\s*(?:[=.,:)\\]]|[-+*@^<>]\\s))`,
        captures: { "1": { name: "keyword.other.field.sgnn" } },
      },
      {
        name: "keyword.other.sgnn",
        match: `(?<![\\w.])${words([...others, ...fields])}${operand}(?!\\s*[{]\\s*$)`,
      },
      {
        name: "storage.type.sgnn",
        match: `(?<=->\\s|:\\s)${name}(?=\\[|\\s*=\\s)`,
      },
      { name: "entity.name.type.sgnn", match: `\\b${typeName}` },
      { name: "entity.name.function.sgnn", match: `\\b${name}(?=[(<]\\S)` },
      { name: "variable.other.sgnn", match: `\\b${name}` },
      { name: "constant.numeric.sgnn", match: `${rowNamed("Number").written}(?![\\w.])` },
      { name: "invalid.illegal.sgnn", match: rowNamed("BadNumber").written },
      // Which of two meanings `<` and `/` have is a matter of their neighbours, as in words.ts.
      { name: "punctuation.sgnn", match: "(?<=\\w)<(?!=)|/(?=\\s*below\\b)" },
      { name: "keyword.operator.sgnn", match: ofHighlight("operator") },
      { name: "punctuation.sgnn", match: ofHighlight("punctuation") },
    ],
  };
}
