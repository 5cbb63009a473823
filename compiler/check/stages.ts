/** Names of pipeline stages, checked before their shapes are: of solver models and of the rules of conversions. */
import type { Expression, Stage } from "../../grammar/tree.js";
import { names } from "../diagnostics/catalogue/names.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import type { Environment } from "../resolve/environment.js";
import { wordFor } from "../resolve/modules.js";
import { PRIMITIVE_NAMES } from "./primitives.js";

const callable = ["neuron", "layer", "function", "equilibrium"] as const;

/** Names that may stand as a stage: neurons, layers, functions, built-in functions and `extra`. */
export function stageNames(
  environment: Environment,
  file: string,
  extra: readonly string[] = [],
): readonly string[] {
  const visible = environment.visible(file);
  const declared = visible.filter(({ type }) => callable.some((one) => one === type));
  return [...declared.map(({ name }) => name), ...PRIMITIVE_NAMES, ...extra];
}

/**
 * Reports unknown names in stages and in their generic arguments. `generics` are the names of the
 * declaration's own generics, which may stand for anything.
 */
export function checkStages(
  stages: readonly Stage[],
  generics: readonly string[],
  extra: readonly string[],
  file: string,
  environment: Environment,
  reporter: Reporter,
): boolean {
  const known = [...generics, ...stageNames(environment, file, extra)];
  let sound = true;
  const check = (name: { readonly text: string; readonly span: Stage["span"] }): void => {
    if (known.includes(name.text) || name.text === "") return;
    sound = false;
    if (environment.isReported(name.text, file)) return;
    const at = { file, span: name.span };
    const found = environment.lookup(name.text, file);
    if (found !== undefined) {
      reporter.report(names.wrongKindOfName, at, {
        name: name.text,
        found: wordFor(found.declaration.type),
        expected: "layer, neuron or function",
        place: "a pipeline",
      });
      return;
    }
    const isUpper = /^[A-Z]/.test(name.text);
    const sameCase = known.filter((one) => /^[A-Z]/.test(one) === isUpper);
    const suggestion = didYouMean(name.text, { right: sameCase, other: known });
    const edits = suggestion === undefined ? [] : [{ span: name.span, text: suggestion }];
    const words = { what: "layer, neuron or function", name: name.text, suggestion };
    reporter.report(names.unknownName, at, words, { edits });
  };
  for (const { call } of stages) {
    check(call.callee);
    for (const { value } of call.generics) genericName(value)?.forEach(check);
  }
  return sound;
}

/** Capitalised names in a generic argument: `A`, `LIF<beta: 0.9>`. */
function genericName(
  value: Expression,
): readonly { text: string; span: Stage["span"] }[] | undefined {
  if (value.type === "name" && /^[A-Z]/.test(value.text)) return [value];
  if (value.type === "call" && value.args === undefined) return [value.callee];
  return undefined;
}
