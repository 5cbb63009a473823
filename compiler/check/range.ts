/** Ranges of numbers, `in [0, 1)`. */
import type { Range } from "../../grammar/tree.js";
import { neurons } from "../diagnostics/catalogue/neurons.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import type { NumberRange } from "../ir/ir.js";
import { notANumber, numberOf } from "./number.js";

/** The range as it is written: `[0, 1)`, `(0, inf)`. */
export function rangeText({ low, high, lowOpen, highOpen }: NumberRange): string {
  const text = (value: number): string => String(value).replace("Infinity", "inf");
  return `${lowOpen ? "(" : "["}${text(low)}, ${text(high)}${highOpen ? ")" : "]"}`;
}

/** True when the range contains the value. */
export function isInside(value: number, { low, high, lowOpen, highOpen }: NumberRange): boolean {
  return (lowOpen ? value > low : value >= low) && (highOpen ? value < high : value <= high);
}

/** The range in numbers; reports ends that are not numbers and ranges that contain nothing. */
export function checkRange(
  range: Range,
  file: string,
  reporter: Reporter,
  known: (name: string) => number | undefined = () => undefined,
): NumberRange | undefined {
  const ends = [range.low, range.high].map((end) => {
    if (end.type === "invalid") return undefined;
    const value = numberOf(end, known);
    if (value === undefined || Number.isNaN(value)) {
      reporter.report(
        neurons.notConstant,
        { file, span: notANumber(end, known).span },
        { what: "the end of a range" },
      );
      return undefined;
    }
    return value;
  });
  const [low, high] = ends;
  if (low === undefined || high === undefined) return undefined;
  const result = { low, high, lowOpen: range.lowOpen, highOpen: range.highOpen };
  if (low > high || (low === high && (range.lowOpen || range.highOpen))) {
    const at = { file, span: range.span };
    reporter.report(neurons.emptyRange, at, { range: rangeText(result), low, high });
    return undefined;
  }
  return result;
}
