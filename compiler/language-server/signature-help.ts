/** The parameters of the call around the cursor, and which of them is being written. */
import { matchBrackets } from "../../grammar/format/items.js";
import * as t from "../../grammar/tokens.js";
import { primitiveNamed } from "../check/primitives.js";
import type { Analysis } from "./analysis.js";
import { docWords } from "./texts.js";

export interface SignatureHelp {
  readonly label: string;
  readonly documentation: string;
  /** As they stand in the label. */
  readonly parameters: readonly string[];
  readonly active: number;
}

/** Undefined outside of the brackets of a call. */
export function signatureHelpAt(analysis: Analysis, offset: number): SignatureHelp | undefined {
  const before = analysis.tokens.filter((token) => token.end <= offset);
  const partners = matchBrackets(before.map((token) => ({ token })));
  for (let k = before.length - 1; k >= 0; k--) {
    const partner = partners.get(k);
    if (partner !== undefined) {
      k = Math.min(k, partner);
      continue;
    }
    const type = before[k].tokenType;
    if (type === t.LeftCurly) return undefined;
    if (type !== t.LeftParen && type !== t.GenericOpen) continue;
    let callee = k - 1;
    if (callee >= 0 && before[callee].tokenType === t.Greater)
      callee = (partners.get(callee) ?? 0) - 1;
    if (callee < 0 || !t.isWord(before[callee].tokenType)) return undefined;
    const isPiped = before[callee - 1]?.tokenType === t.Pipe;
    const commas = countCommas(k, before.length, (n) => before[n].tokenType === t.Comma, partners);
    return helpFor(analysis, before[callee].image, type === t.GenericOpen, commas, isPiped);
  }
  return undefined;
}

/** Commas between the bracket and the cursor that are in no inner bracket. */
function countCommas(
  bracket: number,
  end: number,
  isComma: (at: number) => boolean,
  partners: ReadonlyMap<number, number>,
): number {
  let commas = 0;
  for (let k = bracket + 1; k < end; k++) {
    const partner = partners.get(k);
    if (partner !== undefined && partner > k) k = partner;
    else if (isComma(k)) commas++;
  }
  return commas;
}

function helpFor(
  analysis: Analysis,
  name: string,
  isGeneric: boolean,
  commas: number,
  isPiped: boolean,
): SignatureHelp | undefined {
  const found = analysis.environment.lookup(name, analysis.file);
  if (found === undefined) {
    const primitive = primitiveNamed(name);
    if (primitive === undefined) return undefined;
    const parameters = isGeneric
      ? primitive.generics.map((one) => one.name)
      : primitive.parameters.slice(isPiped ? 1 : 0);
    return label(name, isGeneric, parameters, commas, "");
  }
  const { declaration, source } = found;
  const doc = docWords(declaration.doc);
  if (isGeneric) {
    if (!("generics" in declaration)) return undefined;
    const texts = declaration.generics.map((one) => source.slice(one.span.start, one.span.end));
    return label(name, true, texts, commas, doc);
  }
  if (!("parameters" in declaration)) return undefined;
  const piped = isPiped
    ? declaration.parameters.findIndex((one) => one.declaredType.type === "tensorType")
    : -1;
  const texts = declaration.parameters
    .filter((_, at) => at !== piped)
    .map((one) => source.slice(one.span.start, one.span.end));
  return label(name, false, texts, commas, doc);
}

function label(
  name: string,
  isGeneric: boolean,
  parameters: readonly string[],
  active: number,
  documentation: string,
): SignatureHelp {
  const [open, close] = isGeneric ? ["<", ">"] : ["(", ")"];
  const text = `${name}${open}${parameters.join(", ")}${close}`;
  const last = Math.max(0, parameters.length - 1);
  return { label: text, documentation, parameters, active: Math.min(active, last) };
}
