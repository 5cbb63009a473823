/** The `augment` fields of a `data` declaration: random changes of node features, in training only. */
import type { DataField, Expression, Identifier, Span } from "../../../grammar/tree.js";
import { data as rows } from "../../diagnostics/catalogue/data.js";
import { fields } from "../../diagnostics/catalogue/fields.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { AugmentIr } from "../../ir/ir.js";
import { checkNamedCall, limitsText, type ArgumentTable } from "../named-arguments.js";

/** The changes and their arguments. The runtime has the code (runtime/data/augment.ts); a test compares the two. */
export const augmentations: Readonly<Record<string, ArgumentTable>> = {
  scale: { low: { initial: 2 / 3, least: 0, above: true }, high: { initial: 1.5, least: 0 } },
  shift: { most: { initial: 0.2, least: 0 } },
  jitter: { deviation: { initial: 0.01, least: 0 } },
};

export type AugmentField = DataField & { readonly type: "augment" };

/**
 * The changes in their order, or undefined after reporting.
 * @param known node features that can be changed
 * @param complete false when some features could not be read: then unknown names pass
 */
export function checkAugment(
  found: readonly AugmentField[],
  known: readonly string[],
  complete: boolean,
  file: string,
  reporter: Reporter,
): readonly AugmentIr[] | undefined {
  const changes: AugmentIr[] = [];
  let sound = true;
  for (const { names, calls } of found) {
    for (const name of names) {
      if (known.includes(name.text)) continue;
      sound = false;
      if (complete) reportUnknown(name, known, file, reporter);
    }
    for (const call of calls) {
      const checked = checkNamedCall(call, "augmentation", augmentations, file, reporter);
      const { low = 0, high = 0 } = Object.fromEntries(checked?.args ?? []);
      if (checked === undefined || low > high) sound = false;
      if (checked === undefined) continue;
      if (low > high) {
        const reason = `${high} is below low, ${low}`;
        const words = { what: "high", expected: limitsText({ least: low }), found: String(high) };
        const at = { file, span: spanOf(call, "high") ?? spanOf(call, "low") ?? call.span };
        reporter.report(fields.badNumber, at, { ...words, reason });
        continue;
      }
      for (const name of names)
        changes.push({ name: name.text, method: checked.name, args: checked.args });
    }
  }
  return sound ? changes : undefined;
}

/** Where the value of an argument stands; undefined when it has not been given. */
function spanOf(call: Expression, name: string): Span | undefined {
  if (call.type !== "call") return undefined;
  return call.args?.find((arg) => arg.name?.text === name)?.value.span;
}

function reportUnknown(
  name: Identifier,
  known: readonly string[],
  file: string,
  reporter: Reporter,
): void {
  const suggestion = didYouMean(name.text, { right: known });
  const words = { field: "augment", name: name.text, known, suggestion };
  reporter.report(rows.unknownDataName, { file, span: name.span }, words);
}
