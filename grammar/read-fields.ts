/** Reads the pieces of a body: known fields by their rule, unknown ones with the word that was meant. */
import type { CstNode } from "chevrotain";
import { virtualToken } from "./body.js";
import type { BodyPieces } from "./body.js";
import { describeFound } from "./errors.js";
import type { Body } from "./fields.js";
import { spanOf } from "./lexer.js";
import type { Token } from "./lexer.js";
import { ProblemList } from "./problems.js";
import { readRule } from "./repair.js";
import { closest } from "./spelling.js";
import * as t from "./tokens.js";
import { buildBodyParts } from "./tree-builder-callables.js";
import { invalid } from "./tree-builder.js";
import type { Building } from "./tree-builder.js";
import type { BodyItem, Expression } from "./tree.js";
import { retype } from "./words.js";

type FieldsRule =
  | "neuronFields"
  | "equilibriumFields"
  | "problemFields"
  | "convertFields"
  | "dataFields"
  | "trainFields"
  | "bodyParts";

/** Errors after which the rest of one piece is skipped. */
const mostErrors = 20;

/** The fields of a body in source order; `build` makes tree nodes of a list of fields. */
export function readFields<F>(
  body: Body,
  rule: FieldsRule,
  found: BodyPieces,
  building: Building,
  build: (cst: CstNode, building: Building) => F[],
): F[] {
  const fields: F[] = [];
  for (const piece of found.pieces) {
    for (const cst of readPiece(body, rule, piece, building.problems)) {
      for (const field of build(cst, building)) fields.push(field);
    }
  }
  return fields;
}

/** Parses one piece; after an error goes on at the next field on the same line. */
function readPiece(
  body: Body,
  rule: FieldsRule,
  piece: readonly Token[],
  problems: ProblemList,
): CstNode[] {
  const read: CstNode[] = [];
  let rest = piece;
  for (let errors = 0; rest.length > 0 && errors < mostErrors; errors++) {
    const known = nameField(body, rest, problems);
    if (known === undefined) {
      rest = rest.slice(nextField(body, rest, 1));
      continue;
    }
    // A guessed field is already reported: what follows from the guess is not the author's.
    const heard = known.guessed ? new ProblemList() : problems;
    const reading = readRule(rule, known.tokens, heard);
    if (reading.stuckAt === undefined) {
      read.push(reading.cst);
      return read;
    }
    const next = nextField(body, reading.tokens, Math.max(1, reading.stuckAt));
    if (next < reading.tokens.length) {
      const before = readRule(rule, reading.tokens.slice(0, next), new ProblemList());
      read.push(before.cst);
    } else {
      read.push(reading.cst);
    }
    rest = reading.tokens.slice(next);
  }
  return read;
}

/** Makes sure that a piece begins with a field keyword; undefined when it is anyone's guess. */
function nameField(
  body: Body,
  piece: readonly Token[],
  problems: ProblemList,
): { tokens: readonly Token[]; guessed: boolean } | undefined {
  const [first, second] = piece;
  if (body.fields.has(first.tokenType)) return { tokens: piece, guessed: false };
  if (body.hasResult) return nameStatement(body, piece, problems);
  if (first.tokenType === t.Semicolon) {
    const edits = [{ span: spanOf(first), text: "" }];
    problems.add("S017", spanOf(first), {}, { edits });
    return undefined;
  }
  if (!t.isWord(first.tokenType)) {
    const expected = `a field of ${body.owner}`;
    problems.add("S001", spanOf(first), { expected, found: describeFound(first) });
    return undefined;
  }
  const suggestion = closest(first.image, body.valid);
  reportUnknown(body, first, suggestion, problems);
  const type = suggestion === undefined ? undefined : t.wordTypes.get(suggestion);
  if (type === undefined || (second as Token | undefined) === undefined) return undefined;
  return { tokens: [retyped(first, type), ...piece.slice(1)], guessed: true };
}

/** In a body with a result: a forgotten `let`, or a misspelt keyword. */
function nameStatement(
  body: Body,
  piece: readonly Token[],
  problems: ProblemList,
): { tokens: readonly Token[]; guessed: boolean } | undefined {
  const [first] = piece;
  const second = piece[1] as Token | undefined;
  const isName = first.tokenType === t.Name || isContextual(first);
  if (!isName || second === undefined) return { tokens: piece, guessed: false };
  if (second.tokenType === t.Equals) {
    const place = { start: first.startOffset, end: first.startOffset };
    const edits = [{ span: place, text: "let " }];
    problems.add("S013", spanOf(first), { name: first.image }, { edits });
    const added = virtualToken(t.words.let, first.startOffset);
    return { tokens: [added, ...piece], guessed: false };
  }
  if (!t.isWord(second.tokenType) || second.firstOnLine) return { tokens: piece, guessed: false };
  const suggestion = closest(first.image, body.valid);
  const type = suggestion === undefined ? undefined : t.wordTypes.get(suggestion);
  if (type === undefined) return { tokens: piece, guessed: false };
  reportUnknown(body, first, suggestion, problems);
  return { tokens: [retyped(first, type), ...piece.slice(1)], guessed: true };
}

function isContextual(token: Token): boolean {
  return (
    t.isWord(token.tokenType) && !t.isReserved(token.tokenType) && token.tokenType !== t.TypeName
  );
}

function retyped(token: Token, type: Token["tokenType"]): Token {
  const copy = { ...token };
  retype(copy, type);
  return copy;
}

function reportUnknown(
  body: Body,
  word: Token,
  suggestion: string | undefined,
  problems: ProblemList,
): void {
  const span = spanOf(word);
  const edits = suggestion === undefined ? [] : [{ span, text: suggestion }];
  const { owner, valid } = body;
  problems.add("S009", span, { word: word.image, owner, suggestion, valid }, { edits });
}

/** Index of the next token that certainly begins a field, from `from` on; the length when there is none. */
function nextField(body: Body, tokens: readonly Token[], from: number): number {
  for (let k = from; k + 1 < tokens.length; k++) {
    const type = tokens[k].tokenType;
    if (!body.fields.has(type)) continue;
    const next = tokens[k + 1].tokenType;
    const sure =
      t.isReserved(type) || t.isWord(next) || next === t.NumberToken || next === t.StringToken;
    if (sure) return k;
  }
  return tokens.length;
}

/** Items and result of a layer, function or model. */
export function readResultBody(
  body: Body,
  found: BodyPieces,
  opening: Token | undefined,
  building: Building,
): { items: BodyItem[]; result: Expression } {
  const { problems } = building;
  const items: BodyItem[] = [];
  let result: Expression | undefined;
  let failed = false;
  for (const piece of found.pieces) {
    const parts = readPiece(body, "bodyParts", piece, problems);
    for (const cst of parts) {
      const built = buildBodyParts(cst, building);
      items.push(...built.items);
      for (const one of built.results) {
        if (result === undefined) result = one;
        else reportSecond(result, one, piece, problems);
      }
      if (built.items.length + built.results.length === 0) failed = true;
    }
    if (parts.length === 0) failed = true;
  }
  if (result === undefined) {
    const at = found.close?.startOffset ?? found.end;
    result = invalid({ start: at, end: at });
    // A body that is missing, or did not parse, has its problem already.
    if (!failed && opening !== undefined && found.close !== undefined) {
      problems.add("S018", spanOf(found.close), { owner: body.owner });
    }
  }
  return { items, result };
}

function reportSecond(
  first: Expression,
  second: Expression,
  piece: readonly Token[],
  problems: ProblemList,
): void {
  if (second.type === "invalid") return;
  const start = piece.find((one) => one.startOffset >= second.span.start);
  if (start === undefined) return;
  const related = [{ span: first.span, role: "result" as const }];
  problems.add("S026", spanOf(start), { found: describeFound(start) }, { related });
}
