/** Reads the pieces of a body: known fields by their rule, unknown ones with the word that was meant. */
import type { CstNode } from "chevrotain";
import { virtualToken } from "./body.js";
import type { BodyPieces } from "./body.js";
import { describeFound } from "./errors.js";
import type { Body } from "./fields.js";
import { spanOf } from "./lexer.js";
import type { Token } from "./token.js";
import { ProblemList } from "./problems.js";
import { readRule } from "./read-rule.js";
import { closers, openers } from "./repair.js";
import { closest } from "./spelling.js";
import * as t from "./tokens.js";
import { buildBodyParts } from "./tree-builder-callables.js";
import { invalid } from "./tree-builder.js";
import type { Building } from "./tree-builder.js";
import type { BodyItem, Expression } from "./tree.js";
import { retyped } from "./words.js";

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
    for (const { cst, clean } of readPiece(body, rule, piece, building.problems)) {
      for (const field of build(cst, clean ? building : muted(building))) fields.push(field);
    }
  }
  return fields;
}

/** For pieces that have their problem: what the builder finds in them would only follow from it. */
export function muted(building: Building): Building {
  return { ...building, problems: new ProblemList() };
}

/** What was read of a piece, and whether all of it made sense. */
interface PartOfPiece {
  readonly cst: CstNode;
  readonly clean: boolean;
}

/** Parses one piece; after an error goes on at the next field on the same line. */
function readPiece(
  body: Body,
  rule: FieldsRule,
  piece: readonly Token[],
  problems: ProblemList,
): PartOfPiece[] {
  const read: PartOfPiece[] = [];
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
      read.push({ cst: reading.cst, clean: !known.guessed });
      return read;
    }
    const next = nextField(body, reading.tokens, Math.max(1, reading.stuckAt));
    if (next < reading.tokens.length) {
      const before = readRule(rule, reading.tokens.slice(0, next), new ProblemList());
      read.push({ cst: before.cst, clean: false });
    } else {
      read.push({ cst: reading.cst, clean: false });
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

/**
 * Index of the next token that certainly begins a field, from `from` on; the length when there is none. A
 * word inside brackets begins none.
 */
function nextField(body: Body, tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let k = 0; k + 1 < tokens.length; k++) {
    const type = tokens[k].tokenType;
    if (openers.has(type)) depth++;
    else if (closers.has(type)) depth--;
    if (k < from || depth > 0 || !body.fields.has(type)) continue;
    const next = tokens[k + 1].tokenType;
    // An entry of the samples, not the field of the same name.
    const entry = tokens[0].tokenType === t.words.sample && next === t.NumberToken;
    if (entry && (type === t.words.initial || type === t.words.boundary)) continue;
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
  const items: BodyItem[] = [];
  const results: WrittenResult[] = [];
  let failed = false;
  for (const piece of found.pieces) {
    const parts = readPiece(body, "bodyParts", piece, building.problems);
    if (parts.length === 0) failed = true;
    for (const { cst, clean } of parts) {
      const built = buildBodyParts(cst, clean ? building : muted(building));
      const first = piece[0].tokenType;
      items.push(...built.items);
      if (clean) {
        for (const value of built.results) results.push({ value, piece });
      } else if (!body.fields.has(first) || first === t.words.return) {
        // Recovery makes results of what it does not understand; only the place is certain.
        results.push({ value: built.results[0] ?? invalid(spanOf(piece[0])), piece, failed: true });
      }
      if (!clean) failed = true;
    }
  }
  const result = chooseResult(results, building.problems);
  if (result !== undefined) return { items, result };
  const at = found.close?.startOffset ?? found.end;
  // A body that is missing, or did not parse, has its problem already.
  if (!failed && opening !== undefined && found.close !== undefined) {
    building.problems.add("S018", spanOf(found.close), { owner: body.owner });
  }
  return { items, result: invalid({ start: at, end: at }) };
}

interface WrittenResult {
  readonly value: Expression;
  readonly piece: readonly Token[];
  readonly failed?: boolean;
}

/** A body has one result, its last line; reports what else looks like one. */
function chooseResult(
  results: readonly WrittenResult[],
  problems: ProblemList,
): Expression | undefined {
  const last = results.at(-1);
  if (last === undefined || results.length === 1) return last?.value;
  if (results.some((one) => one.failed === true)) return last.value;
  const [first, ...others] = results;
  const stray = firstToken(first);
  if (stray !== undefined && stray !== first.piece[0] && !stray.firstOnLine) {
    // `let h = a b`: what stands beside an expression is no result.
    const expected = "an operator, or a new line with the next field";
    problems.add("S001", spanOf(stray), { expected, found: describeFound(stray) });
    return last.value;
  }
  for (const other of others) {
    const token = firstToken(other);
    if (token === undefined) continue;
    const related = [{ span: first.value.span, role: "result" as const }];
    problems.add("S026", spanOf(token), { found: describeFound(token) }, { related });
  }
  return first.value;
}

/** The token with which a result begins, `return` included. */
function firstToken({ value, piece }: WrittenResult): Token | undefined {
  const at = piece.findIndex((one) => one.startOffset >= value.span.start);
  if (at < 0) return undefined;
  return at > 0 && piece[at - 1].tokenType === t.words.return ? piece[at - 1] : piece[at];
}
