/**
 * Where numbers come from: `"array"`, `["a", "b"]`, `one_hot("label")`, and feature transforms of these:
 * `cubic_symmetric("angles")`, `cubic_symmetric("phi1", "Phi", "phi2")`; for nodes also features that are computed
 * from the graph: `fastrp(dimensions: 80)`.
 */
import type { Expression } from "../../../grammar/tree.js";
import { data as rows } from "../../diagnostics/catalogue/data.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import type { SourceIr } from "../../ir/ir.js";
import { checkNamedCall, reportUnknownWord } from "../named-arguments.js";
import { computedFeatures } from "./computed.js";

/**
 * Feature transforms by name; the runtime has the same list with their code (runtime/data/transforms.ts), and
 * a test compares the two.
 */
export const transforms: readonly string[] = ["cubic_symmetric", "classes"];

/** As `checkSource`; a node feature may also be computed from the graph. */
export function checkNodeSource(
  expression: Expression,
  file: string,
  reporter: Reporter,
): SourceIr | undefined {
  const name = expression.type === "call" ? expression.callee.text : "";
  if (Object.hasOwn(computedFeatures, name)) {
    const call = checkNamedCall(expression, "computed feature", computedFeatures, file, reporter);
    return call && { tag: "computed", name: call.name, args: call.args };
  }
  return checkSource(expression, file, reporter, Object.keys(computedFeatures));
}

/**
 * The source, or undefined after reporting what it is instead.
 * @param also other ways to write a source that stand here, for the message
 */
export function checkSource(
  expression: Expression,
  file: string,
  reporter: Reporter,
  also: readonly string[] = [],
): SourceIr | undefined {
  const bad = (part: Expression): undefined => {
    if (part.type === "invalid") return;
    const found = part.type === "name" ? `\`${part.text}\`` : describe(part);
    reporter.report(rows.badSource, { file, span: part.span }, { found });
  };
  switch (expression.type) {
    case "string":
      return { tag: "array", name: expression.value };
    case "list": {
      const strings = expression.items.filter((item) => item.type === "string");
      const wrong = expression.items.find((item) => item.type !== "string");
      if (wrong !== undefined) return bad(wrong);
      if (strings.length === 0) return bad(expression);
      return { tag: "columns", names: strings.map((item) => item.value) };
    }
    case "call": {
      const { callee, args = [], generics } = expression;
      const isTransform = transforms.includes(callee.text);
      if (callee.text !== "one_hot" && !isTransform) {
        const known = ["one_hot", ...transforms, ...also];
        reportUnknownWord("way to read an array", callee, known, file, reporter);
        return undefined;
      }
      const names: string[] = [];
      for (const { name, value } of args) {
        if (name !== undefined) return bad(expression);
        if (value.type !== "string") return bad(value);
        names.push(value.value);
      }
      const [first, ...more] = names;
      if (generics.length > 0 || first === undefined) return bad(expression);
      if (isTransform) {
        const of: SourceIr =
          more.length === 0 ? { tag: "array", name: first } : { tag: "columns", names };
        return { tag: "transform", name: callee.text, of };
      }
      return more.length === 0 ? { tag: "oneHot", name: first } : bad(expression);
    }
    default:
      return bad(expression);
  }
}

function describe(expression: Expression): string {
  switch (expression.type) {
    case "number":
      return `the number ${expression.value}`;
    case "list":
      return "an empty list";
    case "call":
      return expression.callee.text === "one_hot"
        ? "`one_hot` without exactly one name"
        : `\`${expression.callee.text}\` without a name`;
    default:
      return "this expression";
  }
}
