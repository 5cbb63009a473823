/** Where numbers come from: `"array"`, `["a", "b"]`, `one_hot("label")`. */
import type { Expression } from "../../../grammar/tree.js";
import { data as rows } from "../../diagnostics/catalogue/data.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import type { SourceIr } from "../../ir/ir.js";
import { reportUnknownWord } from "../named-arguments.js";

/** The source, or undefined after reporting what it is instead. */
export function checkSource(
  expression: Expression,
  file: string,
  reporter: Reporter,
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
      if (callee.text !== "one_hot") {
        reportUnknownWord("way to read an array", callee, ["one_hot"], file, reporter);
        return undefined;
      }
      const [argument] = args;
      if (args.length !== 1 || generics.length > 0 || argument.name !== undefined) {
        return bad(expression);
      }
      if (argument.value.type !== "string") return bad(argument.value);
      return { tag: "oneHot", name: argument.value.value };
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
      return "`one_hot` without exactly one name";
    default:
      return "this expression";
  }
}
