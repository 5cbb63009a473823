/** The `split` of a `data` declaration. */
import type { Expression, Identifier, SplitField } from "../../../grammar/tree.js";
import { data as rows } from "../../diagnostics/catalogue/data.js";
import { fields } from "../../diagnostics/catalogue/fields.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { SplitIr } from "../../ir/ir.js";
import { checkNumber, reportUnknownWord } from "../named-arguments.js";

const parts = ["train", "validation", "test"] as const;

/**
 * The split, or undefined after reporting. `samples` are the names that `by` may use; they are only
 * complete when `complete` is true, else unknown names pass.
 */
export function checkSplit(
  field: SplitField,
  samples: readonly string[],
  complete: boolean,
  file: string,
  reporter: Reporter,
): SplitIr | undefined {
  switch (field.rule) {
    case "invalid":
      return undefined;
    case "random": {
      const ratio = checkRatio(field, file, reporter);
      return ratio && { rule: "random", ratio };
    }
    case "grouped":
    case "stratified": {
      const by = checkBy(field, samples, complete, file, reporter);
      if (field.folds !== undefined) {
        const limits = { whole: true, least: 2, most: 1000 };
        const folds = checkNumber(field.folds, "the number of folds", limits, file, reporter);
        if (by === undefined || folds === undefined) return undefined;
        return { rule: field.rule === "grouped" ? "groupedFolds" : "folds", by, folds };
      }
      const ratio = checkRatio(field, file, reporter);
      return by === undefined || ratio === undefined ? undefined : { rule: field.rule, by, ratio };
    }
    case "perClass": {
      const numbers = checkNumbers(field, 2, true, file, reporter);
      if (numbers === undefined) return undefined;
      return { rule: "perClass", train: numbers[0], validation: numbers[1] };
    }
    case "given":
      return checkMasks(field, file, reporter);
  }
}

function checkRatio(
  field: SplitField,
  file: string,
  reporter: Reporter,
): readonly [number, number, number] | undefined {
  const numbers = checkNumbers(field, 3, false, file, reporter);
  return numbers && [numbers[0], numbers[1], numbers[2]];
}

/** All parts, of which the first is above 0 and none negative. */
function checkNumbers(
  field: SplitField,
  expected: number,
  whole: boolean,
  file: string,
  reporter: Reporter,
): readonly number[] | undefined {
  const { ratio } = field;
  if (ratio.some((part) => part.type === "invalid")) return undefined;
  // A ratio with too few parts has been reported by the parser.
  if (ratio.length !== expected) return undefined;
  const names = whole
    ? ["the number of training nodes", "the number of validation nodes"]
    : ["the training part", "the validation part", "the test part"];
  const numbers = ratio
    .map((part: Expression, index) => {
      const limits = { whole, least: index === 0 && whole ? 1 : 0, above: index === 0 && !whole };
      return checkNumber(part, names[index], limits, file, reporter);
    })
    .filter((number) => number !== undefined);
  return numbers.length < expected ? undefined : numbers;
}

function checkBy(
  field: SplitField,
  samples: readonly string[],
  complete: boolean,
  file: string,
  reporter: Reporter,
): string | undefined {
  const { by } = field;
  if (by === undefined || by.text === "") return undefined;
  if (!samples.includes(by.text) && complete) {
    const suggestion = didYouMean(by.text, { right: samples });
    const edits = suggestion === undefined ? [] : [{ span: by.span, text: suggestion }];
    const words = { field: "split", name: by.text, known: samples, suggestion };
    reporter.report(rows.unknownDataName, { file, span: by.span }, words, { edits });
    return undefined;
  }
  return by.text;
}

function checkMasks(field: SplitField, file: string, reporter: Reporter): SplitIr | undefined {
  const masks = new Map<string, { readonly name: Identifier; readonly array: string }>();
  let sound = true;
  for (const { name, array } of field.masks) {
    const at = { file, span: name.span };
    if (!parts.some((part) => part === name.text)) {
      sound = false;
      reportUnknownWord("part of a split", name, parts, file, reporter);
    } else if (masks.has(name.text)) {
      sound = false;
      reporter.report(fields.duplicateArgument, at, { callee: "split given", name: name.text });
    } else {
      masks.set(name.text, { name, array: array.value });
    }
  }
  const train = masks.get("train");
  if (!sound) return undefined;
  if (train === undefined) {
    const example = 'split given train = "train_mask"';
    const at = { file, span: field.span };
    reporter.report(fields.missingArgument, at, { callee: "split given", name: "train", example });
    return undefined;
  }
  return {
    rule: "given",
    train: train.array,
    validation: masks.get("validation")?.array,
    test: masks.get("test")?.array,
  };
}
