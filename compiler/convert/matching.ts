/** Which rule matches at a stage of a pipeline or at a call. */
import type { Call, ConvertField, Expression, Stage } from "../../grammar/tree.js";
import type { Bound } from "./source-model.js";

export type Rule = ConvertField & { readonly type: "rule" };

/** A part of a model as rules see it: a name, with what a generic stands for already filled in. */
export interface Part {
  readonly call: Call;
  readonly name: string;
  /** Set when the call names a generic: what it stands for. */
  readonly bound: Bound | undefined;
}

/** A call as a part; `A` of `model Net<A: relu>` is the part `relu`. */
export function partOf(call: Call, generics: ReadonlyMap<string, Bound>): Part {
  const bound = generics.get(call.callee.text);
  if (bound === undefined) return { call, name: call.callee.text, bound: undefined };
  const { value } = bound;
  const name = value.type === "name" ? value.text : value.type === "call" ? value.callee.text : "";
  return { call, name, bound };
}

/** True when the first stages of `parts` are those of the pattern. */
export function matches(
  rule: Rule,
  ruleSource: string,
  parts: readonly Part[],
  source: string,
): boolean {
  return (
    rule.pattern.length > 0 &&
    rule.pattern.length <= parts.length &&
    rule.pattern.every((stage, k) => matchesOne(stage, ruleSource, parts[k], source))
  );
}

/** The names are equal, and every generic the pattern names has the value it names. */
function matchesOne(stage: Stage, ruleSource: string, part: Part, source: string): boolean {
  if (stage.call.callee.text !== part.name) return false;
  const given = genericsOf(part, source);
  return stage.call.generics.every((wanted, at) => {
    const text = textOf(wanted.value, ruleSource);
    const found =
      wanted.name === undefined ? given[at] : given.find((one) => one.name === wanted.name?.text);
    return found?.text === text;
  });
}

export interface GivenGeneric {
  readonly name: string | undefined;
  readonly text: string;
}

/** The generic arguments of a part as texts: those of what a generic stands for, then those of the call. */
export function genericsOf(part: Part, source: string): readonly GivenGeneric[] {
  const { bound, call } = part;
  const own = textsOf(call, source);
  if (bound?.value.type !== "call") return own;
  return merged(textsOf(bound.value, bound.source), own);
}

function textsOf(call: Call, source: string): GivenGeneric[] {
  return call.generics.map(({ name, value }) => ({
    name: name?.text,
    text: textOf(value, source),
  }));
}

/** Generics handed on, with those given later in their place or after them. */
export function merged(
  handed: readonly GivenGeneric[],
  own: readonly GivenGeneric[],
): GivenGeneric[] {
  const positional = own.filter((one) => one.name === undefined);
  const named = own.filter((one) => one.name !== undefined);
  const kept = handed
    .filter((one, at) => one.name !== undefined || at >= positional.length)
    .filter((one) => !named.some((other) => other.name === one.name));
  return [...positional, ...kept, ...named];
}

/** `<64, heads: 2>`, or nothing. */
export function genericsText(generics: readonly GivenGeneric[]): string {
  const text = (one: GivenGeneric): string =>
    one.name === undefined ? one.text : `${one.name}: ${one.text}`;
  return generics.length === 0 ? "" : `<${generics.map(text).join(", ")}>`;
}

function textOf(value: Expression, source: string): string {
  return source.slice(value.span.start, value.span.end).replace(/\s+/g, " ");
}
