/** Numbers with limits, and calls whose arguments are given by name: `adam(rate: 1e-3)`. */
import type { Expression, Identifier } from "../../grammar/tree.js";
import { fields } from "../diagnostics/catalogue/fields.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import { notANumber, numberOf } from "./number.js";

/** Which numbers are allowed. */
export interface NumberLimits {
  readonly whole?: boolean;
  readonly least?: number;
  /** `least` itself is not allowed. */
  readonly above?: boolean;
  readonly most?: number;
  /** `most` itself is not allowed. */
  readonly below?: boolean;
}

/** An argument by name. Without `initial` it must be given. */
export interface ArgumentSpec extends NumberLimits {
  readonly initial?: number;
  /** The argument is one of these words instead of a number. */
  readonly words?: readonly string[];
  /** Shown when the argument is missing. */
  readonly example?: string;
}

export type ArgumentTable = Readonly<Record<string, ArgumentSpec>>;

/** `a whole number from 1`, `a number above 0`, `a number from 0 to below 1`. */
export function limitsText({ whole, least, above, most, below }: NumberLimits): string {
  const noun = whole === true ? "a whole number" : "a number";
  const low = least === undefined ? "" : above === true ? ` above ${least}` : ` from ${least}`;
  const high = most === undefined ? "" : below === true ? ` to below ${most}` : ` to ${most}`;
  return least === undefined && most === undefined ? noun : `${noun}${low}${high}`;
}

function isWithin(value: number, { whole, least, above, most, below }: NumberLimits): boolean {
  if (!Number.isFinite(value) || (whole === true && !Number.isInteger(value))) return false;
  if (least !== undefined && (above === true ? value <= least : value < least)) return false;
  return most === undefined || (below === true ? value < most : value <= most);
}

/** Of a number outside of its limits: "is below 1". */
function whatIsWrong(value: number, { whole, least, above, most }: NumberLimits): string {
  if (!Number.isFinite(value)) return "is not a finite number";
  if (whole === true && !Number.isInteger(value)) return "is not a whole number";
  if (least !== undefined && value < least) return `is below ${least}`;
  if (most !== undefined && value > most) return `is above ${most}`;
  return above === true && value === least
    ? "is the end of the range, which is left out"
    : "is too large";
}

/** The number an expression stands for; reports it when it is none or outside its limits. */
export function checkNumber(
  expression: Expression,
  what: string,
  limits: NumberLimits,
  file: string,
  reporter: Reporter,
): number | undefined {
  if (expression.type === "invalid") return undefined;
  const at = { file, span: expression.span };
  const value = numberOf(expression);
  const expected = limitsText(limits);
  if (value === undefined) {
    const bad = notANumber(expression);
    if (bad.type === "invalid") return undefined;
    reporter.report(fields.badExpression, { file, span: bad.span }, { what, expected });
    return undefined;
  }
  if (isWithin(value, limits)) return value;
  const found = String(value).replace("Infinity", "inf").replace("NaN", "not a number");
  const reason = `${found} ${whatIsWrong(value, limits)}`;
  reporter.report(fields.badNumber, at, { what, expected, found, reason });
  return undefined;
}

/** Reports a word that is none of the known ones. */
export function reportUnknownWord(
  what: string,
  word: Identifier,
  known: readonly string[],
  file: string,
  reporter: Reporter,
): void {
  const suggestion = didYouMean(word.text, { right: known });
  const edits = suggestion === undefined ? [] : [{ span: word.span, text: suggestion }];
  const at = { file, span: word.span };
  reporter.report(fields.unknownWord, at, { what, name: word.text, known, suggestion }, { edits });
}

/** The callee and arguments of `adam`, `adam()` or `adam(rate: 1)`. */
export interface NamedCall {
  readonly callee: Identifier;
  readonly args: readonly {
    readonly name: Identifier | undefined;
    readonly value: Expression;
  }[];
}

/** The expression as a call of a lower-case word; reports anything else. */
export function namedCall(
  expression: Expression,
  what: string,
  example: string,
  file: string,
  reporter: Reporter,
): NamedCall | undefined {
  if (expression.type === "invalid") return undefined;
  if (expression.type === "name") return { callee: expression, args: [] };
  if (expression.type === "call" && expression.generics.length === 0) {
    return { callee: expression.callee, args: expression.args ?? [] };
  }
  const at = { file, span: expression.span };
  reporter.report(fields.badExpression, at, { what, expected: `a call like \`${example}\`` });
  return undefined;
}

export interface CheckedCall {
  readonly name: string;
  /** Every argument of the table that has a value, in the order of the table. */
  readonly args: ReadonlyMap<string, number>;
  /** The arguments that are words. */
  readonly words: ReadonlyMap<string, string>;
}

/**
 * A call of one of `tables`, its arguments checked and defaults filled in. Reports an unknown callee,
 * unknown, unnamed, repeated, missing and impossible arguments.
 */
export function checkNamedCall(
  expression: Expression,
  what: string,
  tables: Readonly<Record<string, ArgumentTable>>,
  file: string,
  reporter: Reporter,
): CheckedCall | undefined {
  const known = Object.keys(tables);
  const call = namedCall(expression, what, `${known[0]}(..)`, file, reporter);
  if (call === undefined) return undefined;
  const name = call.callee.text;
  if (!Object.hasOwn(tables, name)) {
    reportUnknownWord(what, call.callee, known, file, reporter);
    return undefined;
  }
  const given = checkArguments(call, tables[name], file, reporter);
  if (given === undefined) return undefined;
  const args = new Map<string, number>();
  const words = new Map<string, string>();
  for (const [key, spec] of Object.entries(tables[name])) {
    const value = given.get(key) ?? spec.initial;
    if (typeof value === "number") args.set(key, value);
    if (typeof value === "string") words.set(key, value);
    if (value === undefined && spec.words === undefined) {
      const example = `${name}(${spec.example ?? `${key}: 1`})`;
      const at = { file, span: call.callee.span };
      reporter.report(fields.missingArgument, at, { callee: name, name: key, example });
      return undefined;
    }
  }
  return { name, args, words };
}

/** The arguments as given, without defaults. */
export function checkArguments(
  call: NamedCall,
  table: ArgumentTable,
  file: string,
  reporter: Reporter,
): ReadonlyMap<string, number | string> | undefined {
  const known = Object.keys(table);
  const callee = call.callee.text;
  const given = new Map<string, number | string>();
  let sound = true;
  for (const { name, value } of call.args) {
    if (name === undefined) {
      if (value.type !== "invalid") {
        const at = { file, span: value.span };
        reporter.report(fields.argumentWithoutName, at, { callee, known });
      }
      sound = false;
      continue;
    }
    const at = { file, span: name.span };
    if (!Object.hasOwn(table, name.text)) {
      const suggestion = didYouMean(name.text, { right: known });
      const edits = suggestion === undefined ? [] : [{ span: name.span, text: suggestion }];
      const words = { callee, name: name.text, known, suggestion };
      reporter.report(fields.unknownArgument, at, words, { edits });
      sound = false;
      continue;
    }
    if (given.has(name.text)) {
      reporter.report(fields.duplicateArgument, at, { callee, name: name.text });
      sound = false;
      continue;
    }
    const what = `\`${name.text}\` of \`${callee}\``;
    const checked = checkArgument(name.text, value, what, table[name.text], file, reporter);
    if (checked === undefined) sound = false;
    else given.set(name.text, checked);
  }
  return sound ? given : undefined;
}

function checkArgument(
  name: string,
  value: Expression,
  what: string,
  spec: ArgumentSpec,
  file: string,
  reporter: Reporter,
): number | string | undefined {
  if (spec.words === undefined) return checkNumber(value, what, spec, file, reporter);
  if (value.type === "invalid") return undefined;
  if (value.type !== "name") {
    const expected = spec.words.map((word) => `\`${word}\``).join(" or ");
    reporter.report(fields.badExpression, { file, span: value.span }, { what, expected });
    return undefined;
  }
  if (spec.words.includes(value.text)) return value.text;
  reportUnknownWord(name, value, spec.words, file, reporter);
  return undefined;
}
