/** `let`s of bodies and blocks: definition, shadowing, the base path of their members. */
import type { Let } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { Statement } from "../ir/ir.js";
import type { Body } from "./body.js";
import { isTensor } from "./scope.js";

/**
 * Checks one `let`, defines its name and gives the statement (none for graphs and errors).
 * `isNested` says that it stands in a gather or time block: its members then keep the plain name of
 * the `let` only when no other `let` of the declaration has it.
 */
export function checkLet(body: Body, one: Let, isNested: boolean): Statement | undefined {
  const name = one.name.text;
  const place = { file: body.file, span: one.name.span };
  const outerBase = body.base;
  const isUnique = (body.letCounts.get(name) ?? 0) <= 1;
  body.base = isNested && !isUnique ? `${outerBase}.${name}` : name;
  const value = body.check(one.value);
  body.base = outerBase;
  if (name === "") return undefined;
  const earlier = body.scope.find(name);
  const isSize = body.sizes.has(name) || body.constants.has(name);
  const isIndex = body.gather?.source === name || body.gather?.target === name;
  if (earlier !== undefined || isSize || isIndex) {
    body.report(
      types.shadowing,
      one.name.span,
      { name, what: earlier?.sort ?? (isIndex ? "index" : "generic") },
      earlier === undefined
        ? {}
        : { related: [{ ...earlier.place, message: `\`${name}\` is defined here` }] },
    );
    // Which of both a later use means is unknown: it must not cause follow-up errors.
    body.define(name, { tag: "error", sort: "let", place, used: true });
    return undefined;
  }
  body.define(name, body.entryOf(value, place, "let"));
  if (!isTensor(value)) return undefined;
  const statement = { name, value, origin: body.origin(one.span) };
  body.statements.push(statement);
  return statement;
}
