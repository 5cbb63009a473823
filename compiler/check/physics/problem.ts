/** Checks a `problem`: domain, fields, equations, conditions, sampling. */
import type {
  Expression,
  Identifier,
  ProblemDeclaration,
  ProblemField,
} from "../../../grammar/tree.js";
import { fields as fieldRows } from "../../diagnostics/catalogue/fields.js";
import { neurons as neuronRows } from "../../diagnostics/catalogue/neurons.js";
import { physics as rows } from "../../diagnostics/catalogue/physics.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { NamedNumbers, ProblemIr, SampleIr, TermKind } from "../../ir/physics.js";
import { buildProblem } from "../../physics/build.js";
import { Symbols } from "../../physics/symbols.js";
import type { Found } from "../../resolve/found.js";
import type { Environment } from "../../resolve/environment.js";
import { fieldsOf, reportRepeated } from "../fields.js";
import { checkNamedCall, checkNumber, reportUnknownWord } from "../named-arguments.js";
import { notANumber, numberOf } from "../number.js";
import { checkRange, rangeText } from "../range.js";
import { exactSolutions, sampledPlaces, samplers, weightings } from "./tables.js";
import { FormulaChecker, mentionsAny } from "./formula.js";
import { NameTable } from "../name-table.js";
import { reportBrokenLines, reportMissingConditions } from "./problem-warnings.js";

/** Functions of formulas at one point. */
const functions = ["sin", "cos", "exp", "log", "sqrt", "tanh", "abs", "square", "max", "min"];

/** The problem in the intermediate form; else everything wrong in it has been reported. */
export function checkProblem(
  found: Found,
  environment: Environment,
  reporter: Reporter,
): ProblemIr | undefined {
  const { file, declaration } = found;
  if (declaration.type !== "problem") return undefined;
  const problem = new ProblemChecker(file, declaration, environment, reporter).check();
  if (problem !== undefined) {
    const domain = fieldsOf<ProblemField, "domain">(declaration.fields, "domain");
    const axes = domain.flatMap((field) => field.axes).map(({ name }) => name);
    const places = new Map(axes.map(({ text, span }) => [text, { file, span }]));
    reportMissingConditions(problem, places, reporter);
    reportBrokenLines(problem, file, reporter);
  }
  return problem;
}

/** The variables of a problem, in the order of its domain. */
export function problemVariables(problem: ProblemDeclaration): readonly string[] {
  return fieldsOf<ProblemField, "domain">(problem.fields, "domain").flatMap((field) =>
    field.axes.map((axis) => axis.name.text),
  );
}

type FieldOf<T extends ProblemField["type"]> = ProblemField & { readonly type: T };

class ProblemChecker {
  private readonly names: NameTable;
  private readonly constants = new Map<string, number>();
  private readonly variables: string[] = [];
  private readonly ranges: { readonly low: number; readonly high: number }[] = [];
  private readonly problemFields = new Map<string, readonly string[]>();
  private readonly samples = new Map<TermKind, SampleIr>();
  private weights: NamedNumbers | undefined;
  private readonly broken: boolean;
  private sound = true;

  constructor(
    private readonly file: string,
    private readonly declaration: ProblemDeclaration,
    private readonly environment: Environment,
    private readonly reporter: Reporter,
  ) {
    this.names = new NameTable(file, reporter);
    this.broken = environment.hasSyntaxProblem(file, declaration.span);
    if (this.broken) this.sound = false;
  }

  check(): ProblemIr | undefined {
    this.checkConstants();
    this.checkDomain();
    this.checkFields();
    const names = this.formulaNames([...functions, ...this.ownFunctions()]);
    const formula = new FormulaChecker(this.file, names, this.reporter);
    this.checkEquations(formula);
    this.checkExact();
    this.checkSample();
    this.checkWeights();
    this.checkMissing();
    if (!this.sound || !formula.sound) return undefined;
    const { file, environment, reporter, constants, ranges, samples, weights } = this;
    const symbols = new Symbols(this.variables, [...this.problemFields.keys()]);
    const context = { file, environment, reporter, symbols, constants, ranges };
    return buildProblem(this.declaration, context, { samples, weights });
  }

  private formulaNames(
    functionNames: readonly string[],
  ): ConstructorParameters<typeof FormulaChecker>[1] {
    return {
      owner: "problem",
      values: [...this.variables, ...this.constants.keys()],
      fields: this.problemFields,
      functions: functionNames,
      hidden: ["exact"],
      tensors: false,
    };
  }

  private of<T extends ProblemField["type"]>(type: T): readonly FieldOf<T>[] {
    return fieldsOf<ProblemField, T>(this.declaration.fields, type);
  }

  private get hasDomain(): boolean {
    return this.of("domain").length > 0;
  }

  private fail(): void {
    this.sound = false;
  }

  private checkConstants(): void {
    for (const { name, value } of this.of("const")) {
      if (!this.names.declare(name, "a constant")) this.fail();
      if (value.type === "invalid") continue;
      const known = (constant: string): number | undefined => this.constants.get(constant);
      const number = numberOf(value, known);
      if (number === undefined || !Number.isFinite(number)) {
        this.fail();
        const at = { file: this.file, span: notANumber(value, known).span };
        const what = `constant \`${name.text}\``;
        const expected = "a finite number, computed from numbers and earlier constants";
        this.reporter.report(fieldRows.badExpression, at, { what, expected });
      }
      // Known even when wrong, so that its uses are not reported again.
      this.constants.set(name.text, number ?? NaN);
    }
  }

  private checkDomain(): void {
    if (!this.hasDomain) {
      // Reported as missing; what the fields depend on is then taken for granted.
      const taken = this.of("field").flatMap((field) =>
        field.fields.flatMap((one) => one.variables),
      );
      this.variables.push(...new Set(taken.map((variable) => variable.text)));
    }
    for (const { name, range } of this.of("domain").flatMap((field) => field.axes)) {
      if (!this.names.declare(name, "a variable")) this.fail();
      else this.variables.push(name.text);
      const known = (constant: string): number | undefined => this.constants.get(constant);
      const checked = checkRange(range, this.file, this.reporter, known);
      if (checked === undefined) {
        this.fail();
      } else if (!Number.isFinite(checked.low) || !Number.isFinite(checked.high)) {
        this.fail();
        const at = { file: this.file, span: range.span };
        const words = { name: name.text, range: rangeText(checked) };
        this.reporter.report(rows.infiniteDomain, at, words);
      } else {
        this.ranges.push({ low: checked.low, high: checked.high });
      }
    }
  }

  private checkFields(): void {
    for (const { name, variables } of this.of("field").flatMap((field) => field.fields)) {
      if (!this.names.declare(name, "a field")) this.fail();
      else
        this.problemFields.set(
          name.text,
          variables.map((variable) => variable.text),
        );
      for (const variable of variables) {
        if (this.variables.includes(variable.text) || !this.hasDomain) continue;
        this.fail();
        const known = this.variables;
        const suggestion = didYouMean(variable.text, { right: known });
        const at = { file: this.file, span: variable.span };
        const what = `field \`${name.text}\``;
        this.reporter.report(rows.unknownVariable, at, {
          what,
          name: variable.text,
          known,
          suggestion,
        });
      }
      this.checkVariables(name, variables);
    }
  }

  /** Every field depends on all variables, in the order of the domain. */
  private checkVariables(name: Identifier, variables: readonly Identifier[]): void {
    const found = variables.map((variable) => variable.text);
    const isKnown = found.every((one) => this.variables.includes(one));
    if (!isKnown || !this.hasDomain || found.join() === this.variables.join()) return;
    this.fail();
    const missing = this.variables.filter((one) => !found.includes(one));
    const [first = name.text] = this.problemFields.keys();
    const at = { file: this.file, span: name.span };
    const words = { field: name.text, first, variables: missing.length > 0 ? missing : found };
    this.reporter.report(rows.fieldsDiffer, at, words);
  }

  private checkEquations(formula: FormulaChecker): void {
    const fieldNames = new Set([...this.problemFields.keys(), "d"]);
    for (const type of ["equation", "initial", "boundary", "enforce"] as const) {
      for (const field of this.of(type)) {
        for (const { left, right, span } of field.equations) {
          formula.check(left);
          formula.check(right);
          const isAbout = mentionsAny(left, fieldNames) || mentionsAny(right, fieldNames);
          if (isAbout || this.problemFields.size === 0) continue;
          this.fail();
          const known = [...this.problemFields.keys()];
          const at = { file: this.file, span };
          this.reporter.report(rows.conditionWithoutField, at, { field: type, known });
        }
        for (const periodic of field.periodic) formula.check(periodic);
      }
    }
  }

  private checkExact(): void {
    const known = [...functions, ...exactSolutions.keys(), ...this.ownFunctions()];
    const formula = new FormulaChecker(this.file, this.formulaNames(known), this.reporter);
    for (const { left, right } of this.of("exact").flatMap((field) => field.solutions)) {
      if (left !== undefined) formula.check(left);
      formula.check(right);
      this.checkExactArguments(right);
    }
    if (!formula.sound) this.fail();
  }

  /** Functions that the file declares or imports. */
  private ownFunctions(): readonly string[] {
    return this.environment
      .visible(this.file)
      .filter((one) => one.type === "function")
      .map((one) => one.name);
  }

  private checkExactArguments(solution: Expression): void {
    if (solution.type !== "call") return;
    const expected = exactSolutions.get(solution.callee.text);
    const found = solution.args?.length ?? 0;
    if (expected === undefined || expected === found) return;
    this.fail();
    const at = { file: this.file, span: solution.callee.span };
    this.reporter.report(neuronRows.badArguments, at, {
      what: solution.callee.text,
      expected: `${expected} arguments`,
      found,
    });
  }

  private checkSample(): void {
    for (const { where, count, method } of this.of("sample").flatMap((field) => field.counts)) {
      if (!sampledPlaces.some((place) => place === where.text)) {
        this.fail();
        reportUnknownWord("place to sample", where, sampledPlaces, this.file, this.reporter);
      }
      const limits = { whole: true, least: 1 };
      const what = `the number of ${where.text} points`;
      const points = checkNumber(count, what, limits, this.file, this.reporter);
      if (points === undefined) this.fail();
      const call =
        method === undefined
          ? { name: "sobol", args: new Map<string, number>() }
          : checkNamedCall(method, "sampling method", samplers, this.file, this.reporter);
      if (call === undefined) this.fail();
      const kind = sampledPlaces.find((place) => place === where.text);
      if (kind === undefined || points === undefined || call === undefined) continue;
      this.samples.set(kind, { name: call.name, args: call.args, count: points });
    }
  }

  private checkWeights(): void {
    const all = this.of("weights");
    if (all.length > 1) this.fail();
    const owner = "this problem";
    reportRepeated(all, "weights", owner, this.file, this.environment, this.reporter);
    for (const { call } of all.slice(0, 1)) {
      const checked = checkNamedCall(call, "weighting", weightings, this.file, this.reporter);
      if (checked === undefined) this.fail();
      this.weights = checked && { name: checked.name, args: checked.args };
    }
  }

  private checkMissing(): void {
    if (this.broken) return;
    const needed = [
      ["domain", "it says where the problem holds", "domain x in [0, 1]"],
      ["field", "it names what is looked for", "field u(x)"],
      ["equation", "it is what the field obeys", "equation d(u, x, x) = 0"],
    ] as const;
    const owner = `problem \`${this.declaration.name.text}\``;
    for (const [field, because, example] of needed) {
      if (this.of(field).length > 0) continue;
      this.fail();
      const at = { file: this.file, span: this.declaration.name.span };
      this.reporter.report(fieldRows.missingField, at, { owner, field, because, example });
    }
  }
}
