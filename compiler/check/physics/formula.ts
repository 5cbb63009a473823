/**
 * Names in the formulas of problems and equilibrium blocks: values, fields, functions, derivatives.
 * Nothing is computed here; shapes are not checked.
 */
import type { Call, Expression, Identifier, Span } from "../../../grammar/tree.js";
import { physics as rows } from "../../diagnostics/catalogue/physics.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import { CONSTANT_NAMES } from "../constant.js";
import { childrenOf, walk } from "../walk.js";

/** What the formulas of one declaration may name. */
export interface FormulaNames {
  /** `problem`, `equilibrium`: for messages. */
  readonly owner: string;
  readonly values: readonly string[];
  /** Fields of a problem with their variables; they may stand bare, in `d(..)` and in `u(x, 0)`. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly functions: readonly string[];
  /** Values that may be read and are not worth listing. */
  readonly hidden?: readonly string[];
  /** True where layers, indices and blocks are allowed, as in an equilibrium. */
  readonly tensors: boolean;
}

export class FormulaChecker {
  /** False after the first error. */
  sound = true;

  constructor(
    private readonly file: string,
    private readonly names: FormulaNames,
    private readonly reporter: Reporter,
  ) {}

  /** Reports every unknown name in the expression. */
  check(expression: Expression): void {
    const open: Expression[] = [expression];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      open.push(...[...this.visit(next)].reverse());
    }
  }

  /** Checks one expression, and returns the parts that are still to be checked. */
  private visit(expression: Expression): readonly Expression[] {
    switch (expression.type) {
      case "invalid":
        this.sound = false;
        return [];
      case "number":
        return [];
      case "name":
        this.checkName(expression);
        return [];
      case "unary":
        return [expression.operand];
      case "binary":
        if (expression.operator === "@" && !this.names.tensors) {
          return this.refuse(expression.operatorSpan, "the matrix product `@`");
        }
        return [expression.left, expression.right];
      case "call":
        return this.checkCall(expression);
      case "pipe":
        if (!this.names.tensors) return this.refuse(expression.span, "a pipeline");
        return childrenOf(expression);
      default:
        if (this.names.tensors) return childrenOf(expression);
        return this.refuse(expression.span, describe(expression));
    }
  }

  private refuse(span: Span, what: string): readonly Expression[] {
    this.sound = false;
    const { owner } = this.names;
    this.reporter.report(rows.notInProblem, { file: this.file, span }, { owner, what });
    return [];
  }

  private checkName({ text, span }: Identifier): void {
    const { owner, values, fields } = this.names;
    if (values.includes(text) || fields.has(text) || CONSTANT_NAMES.includes(text)) return;
    if (this.names.hidden?.includes(text) === true) return;
    if (this.names.functions.includes(text) && this.names.tensors) return;
    this.sound = false;
    const known = [...values, ...fields.keys()];
    const suggestion = didYouMean(text, { right: known, other: CONSTANT_NAMES });
    const edits = suggestion === undefined ? [] : [{ span, text: suggestion }];
    const words = { owner, name: text, known, suggestion };
    this.reporter.report(rows.unknownValue, { file: this.file, span }, words, { edits });
  }

  private checkCall(call: Call): readonly Expression[] {
    const { fields, functions, owner } = this.names;
    const name = call.callee.text;
    const args = (call.args ?? []).map((argument) => argument.value);
    if (name === "d" && fields.size > 0) return this.checkDerivative(call, args);
    const variables = fields.get(name);
    const at = { file: this.file, span: call.callee.span };
    if (variables !== undefined) {
      if (args.length !== variables.length) {
        this.sound = false;
        const words = { field: name, variables, found: args.length };
        this.reporter.report(rows.fieldArguments, at, words);
      }
      return args;
    }
    if (!functions.includes(name)) {
      this.sound = false;
      const known = [...functions, ...fields.keys(), ...(fields.size > 0 ? ["d"] : [])];
      const suggestion = didYouMean(name, { right: known });
      const edits = suggestion === undefined ? [] : [{ span: call.callee.span, text: suggestion }];
      const shown = known.filter((one) => one === suggestion || !/^[A-Z]/.test(one));
      const words = { owner, name, known: shown, suggestion };
      this.reporter.report(rows.unknownFunction, at, words, { edits });
    }
    return args;
  }

  /** `d(u, x, x)`: a field and the variables it is differentiated by. */
  private checkDerivative(call: Call, args: readonly Expression[]): readonly Expression[] {
    const { fields } = this.names;
    const [first, ...by] = args;
    if (first === undefined || by.length === 0) {
      this.sound = false;
      const at = { file: this.file, span: call.callee.span };
      this.reporter.report(rows.derivativeForm, at, { found: args.length });
      return [];
    }
    // `d(u(0, t), x)`: the derivative at a place.
    const place = first.type === "call" && fields.has(first.callee.text) ? first : undefined;
    const names = args.flatMap((argument): readonly Identifier[] => {
      if (argument === place) return [place.callee];
      return argument.type === "name" ? [argument] : [];
    });
    if (names.length < args.length) {
      this.sound = false;
      const wrong =
        args.find((argument) => argument !== place && argument.type !== "name") ?? first;
      if (wrong.type === "invalid") return [];
      const at = { file: this.file, span: wrong.span };
      this.reporter.report(rows.derivativeForm, at, { found: args.length });
      return [];
    }
    const [field, ...variables] = names;
    const known = fields.get(field.text);
    if (known === undefined) {
      this.sound = false;
      const candidates = [...fields.keys()];
      const suggestion = didYouMean(field.text, { right: candidates });
      const words = { name: field.text, known: candidates, suggestion };
      this.reporter.report(rows.derivativeOf, { file: this.file, span: field.span }, words);
      return [];
    }
    for (const variable of variables) {
      if (known.includes(variable.text)) continue;
      this.sound = false;
      const suggestion = didYouMean(variable.text, { right: known });
      const words = { field: field.text, name: variable.text, known, suggestion };
      this.reporter.report(rows.derivativeBy, { file: this.file, span: variable.span }, words);
    }
    return place === undefined ? [] : this.checkCall(place);
  }
}

/** True when the expression names one of `names`, bare or as a call. */
export function mentionsAny(expression: Expression, names: ReadonlySet<string>): boolean {
  let found = false;
  walk(expression, (inner) => {
    if (inner.type === "name" && names.has(inner.text)) found = true;
    if (inner.type === "call" && names.has(inner.callee.text)) found = true;
    if (inner.type === "invalid") found = true;
  });
  return found;
}

function describe(expression: Expression): string {
  switch (expression.type) {
    case "string":
      return "a text";
    case "boolean":
      return `\`${String(expression.value)}\``;
    case "member":
      return "reading a field with `.`";
    case "index":
      return "an index `[..]`";
    case "comparison":
      return "a comparison";
    case "list":
      return "a list";
    case "gather":
    case "pool":
      return `\`${expression.type}\``;
    case "softmaxOver":
      return "`softmax over`";
    default:
      return "a time block";
  }
}
