/** Tensor and graph arguments of calls: which parameter each belongs to. */
import type { Argument, Span } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import type { Body } from "./body.js";
import type { Value } from "./scope.js";

/** A checked argument and where it is written. */
export interface Checked {
  readonly value: Value;
  readonly span: Span;
  readonly name: { readonly text: string; readonly span: Span } | undefined;
}
export interface ParameterShape {
  readonly name: string;
  readonly isGraph: boolean;
}

/** Checks the written arguments in order. */
export function checkArguments(body: Body, args: readonly Argument[] | undefined): Checked[] {
  return (args ?? []).map((argument) => ({
    value: body.check(argument.value),
    span: argument.value.span,
    name: argument.name,
  }));
}

/**
 * Sorts arguments to parameters: named ones by name, a piped value to the first tensor parameter, the
 * others by position. Undefined after a report.
 */
export function assignArguments(
  body: Body,
  callee: string,
  parameters: readonly ParameterShape[],
  piped: Checked | undefined,
  args: readonly Checked[],
  at: Span,
): Checked[] | undefined {
  const assigned = new Map<string, Checked>();
  const names = parameters.map((p) => p.name);
  let failed = false;
  const twice = (name: string, one: Checked): void => {
    failed = true;
    body.report(types.argumentTwice, one.name?.span ?? one.span, { callee, name });
  };
  for (const one of args) {
    if (one.name === undefined) continue;
    const name = one.name.text;
    if (!names.includes(name)) {
      failed = true;
      const suggestion = didYouMean(name, { right: names });
      body.report(
        types.unknownArgument,
        one.name.span,
        { callee, name, names, suggestion },
        suggestion === undefined ? {} : { edits: [{ span: one.name.span, text: suggestion }] },
      );
    } else if (assigned.has(name)) twice(name, one);
    else assigned.set(name, one);
  }
  if (piped !== undefined) {
    const target = parameters.find((p) => !p.isGraph);
    if (target === undefined) {
      body.report(types.nothingToPipeInto, at, { callee });
      return undefined;
    }
    const given = assigned.get(target.name);
    if (given !== undefined) twice(target.name, given);
    else assigned.set(target.name, piped);
  }
  let position = 0;
  for (const one of args) {
    if (one.name !== undefined) continue;
    while (position < names.length && assigned.has(names[position])) position++;
    if (position >= names.length) {
      body.report(types.argumentCount, one.span, {
        callee,
        parameters: names,
        count: args.length + (piped === undefined ? 0 : 1),
        extra: body.snippet(one.span),
        isNumber: one.value.tag === "constant",
      });
      return undefined;
    }
    assigned.set(names[position++], one);
  }
  const missing = parameters.filter((p) => !assigned.has(p.name));
  if (missing.length > 0 && !failed) {
    const graphs = body.graphs().map((g) => g.name);
    body.report(types.missingArgument, at, {
      callee,
      names: missing.map((p) => p.name),
      graph: missing.every((p) => p.isGraph) ? graphs[0] : undefined,
      isGraph: missing.every((p) => p.isGraph),
      isPiped: piped !== undefined,
    });
    return undefined;
  }
  if (failed) return undefined;
  return parameters.map((p) => assigned.get(p.name)).filter((c) => c !== undefined);
}
