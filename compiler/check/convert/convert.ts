/** Checks the fields of a `convert .. to ..`: the model, the rules, the stages. */
import type { ConvertDeclaration, ConvertField, Stage } from "../../../grammar/tree.js";
import { fields as fieldRows } from "../../diagnostics/catalogue/fields.js";
import { physics as rows } from "../../diagnostics/catalogue/physics.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import type { ConversionIr } from "../../ir/ir.js";
import type { Found } from "../../resolve/found.js";
import type { Environment } from "../../resolve/environment.js";
import { fieldsOf, findDeclaration, reportRepeated } from "../fields.js";
import type { ArgumentSpec } from "../named-arguments.js";
import { checkNamedCall, checkNumber, reportUnknownWord } from "../named-arguments.js";
import { numberOf } from "../number.js";
import {
  calibrated,
  calibrationSets,
  conversionParts,
  distillations,
  modifierValues,
  stageSettings,
  thresholdWords,
} from "./tables.js";
import { checkStages } from "../stages.js";

/** True when the conversion is right; else everything wrong in it has been reported. */
export function checkConvert(found: Found, environment: Environment, reporter: Reporter): boolean {
  const { declaration } = found;
  if (declaration.type !== "convert") return false;
  return new ConvertChecker(found, declaration, environment, reporter).check();
}

/** False when a rule brings in a part that only a trained run can be given: no layer or neuron of this name is declared. */
export function isConvertible({ file, declaration }: Found, environment: Environment): boolean {
  if (declaration.type !== "convert") return false;
  const names = declaration.fields.flatMap((field) =>
    field.type === "rule" ? (field.replacement ?? []).map(({ call }) => call.callee.text) : [],
  );
  return conversionParts
    .filter((part) => names.includes(part))
    .every((part) => environment.lookup(part, file) !== undefined);
}

/** The stages and the distillation of a conversion that has been checked. */
export function trainingOf(
  { file, declaration }: Found,
  reporter: Reporter,
): Pick<ConversionIr, "stages" | "distill"> {
  const fields = declaration.type === "convert" ? declaration.fields : [];
  const stages = fieldsOf<ConvertField, "stage">(fields, "stage").map((stage) => ({
    name: stage.name.value,
    settings: new Map(
      stage.settings.flatMap(({ name, value }): (readonly [string, string | number])[] => {
        const setting = value.type === "name" ? value.text : numberOf(value);
        return setting === undefined ? [] : [[name.text, setting]];
      }),
    ),
  }));
  const distill = new Map<string, ReadonlyMap<string, number>>();
  for (const term of fieldsOf<ConvertField, "distill">(fields, "distill").flatMap((f) => f.terms)) {
    const call = checkNamedCall(term, "distillation", distillations, file, reporter);
    if (call !== undefined) distill.set(call.name, call.args);
  }
  return { stages, distill };
}

type FieldOf<T extends ConvertField["type"]> = ConvertField & { readonly type: T };

class ConvertChecker {
  private readonly file: string;
  private readonly broken: boolean;
  private sound = true;

  constructor(
    private readonly found: Found,
    private readonly declaration: ConvertDeclaration,
    private readonly environment: Environment,
    private readonly reporter: Reporter,
  ) {
    this.file = found.file;
    this.broken = environment.hasSyntaxProblem(found.file, declaration.span);
    if (this.broken) this.sound = false;
  }

  check(): boolean {
    const { model } = this.declaration;
    const wanted = ["model", "variant", "solver"] as const;
    const { file, environment, reporter } = this;
    const found = findDeclaration(model, "model", wanted, "`convert`", file, environment, reporter);
    if (found === undefined) this.fail();
    this.checkSteps();
    this.checkRules();
    this.checkThreshold();
    this.checkCalibration();
    this.checkTrainingStages();
    for (const term of this.of("distill").flatMap((field) => field.terms)) {
      const call = checkNamedCall(term, "distillation", distillations, file, reporter);
      if (call === undefined) this.fail();
    }
    return this.sound;
  }

  private fail(): void {
    this.sound = false;
  }

  private of<T extends ConvertField["type"]>(type: T): readonly FieldOf<T>[] {
    return fieldsOf<ConvertField, T>(this.declaration.fields, type);
  }

  private single<T extends ConvertField["type"]>(type: T): FieldOf<T> | undefined {
    const all = this.of(type);
    if (all.length > 1) this.fail();
    const owner = "this conversion";
    reportRepeated(all, type, owner, this.file, this.environment, this.reporter);
    return all[0];
  }

  private lineOf(field: ConvertField): number {
    return this.environment.origin(this.file, field.span).line;
  }

  private checkSteps(): void {
    const field = this.single("steps");
    if (field === undefined) return;
    const limits = { whole: true, least: 1 };
    const steps = checkNumber(field.value, "`steps`", limits, this.file, this.reporter);
    if (steps === undefined) this.fail();
  }

  private checkRules(): void {
    const rules = this.of("rule");
    if (rules.length === 0 && !this.broken) {
      this.fail();
      const at = { file: this.file, span: this.declaration.name.span };
      this.reporter.report(fieldRows.missingField, at, {
        owner: `conversion \`${this.declaration.name.text}\``,
        field: "rule",
        because: "rules say what each part of the model becomes",
        example: "rule relu => IF",
      });
    }
    const first = new Map<string, FieldOf<"rule">>();
    for (const rule of rules) {
      this.checkStageNames(rule.pattern, []);
      this.checkStageNames(rule.replacement ?? [], conversionParts);
      for (const { modifiers } of rule.replacement ?? []) {
        for (const { name, value } of modifiers) {
          const known = modifierValues[name];
          if (known.some((one) => one === value.text)) continue;
          this.fail();
          const what = name === "weights" ? "kind of weights" : "scale";
          reportUnknownWord(what, value, known, this.file, this.reporter);
        }
      }
      this.checkRepeated(rule, first);
    }
  }

  private checkStageNames(stages: readonly Stage[], extra: readonly string[]): void {
    const { file, environment, reporter } = this;
    if (!checkStages(stages, [], extra, file, environment, reporter)) this.fail();
  }

  private checkRepeated(rule: FieldOf<"rule">, first: Map<string, FieldOf<"rule">>): void {
    if (rule.pattern.length === 0) return;
    const start = rule.pattern[0].span.start;
    const end = rule.pattern[rule.pattern.length - 1].span.end;
    const text = this.found.source.slice(start, end).replace(/\s+/g, " ");
    const pattern = rule.last ? `last ${text}` : text;
    const earlier = first.get(pattern);
    if (earlier === undefined) {
      first.set(pattern, rule);
      return;
    }
    this.fail();
    const line = this.lineOf(earlier);
    this.reporter.report(
      rows.duplicateRule,
      { file: this.file, span: { start, end } },
      { pattern, line },
      { related: [{ file: this.file, span: earlier.span, message: "the first rule" }] },
    );
  }

  private checkThreshold(): void {
    for (const word of this.single("threshold")?.words ?? []) {
      if ("value" in word || thresholdWords.some((known) => known === word.text)) continue;
      this.fail();
      reportUnknownWord("way to set a threshold", word, thresholdWords, this.file, this.reporter);
    }
  }

  private checkCalibration(): void {
    const field = this.single("calibrate");
    if (field === undefined) return;
    for (const what of field.what) {
      if (calibrated.some((known) => known === what.text)) continue;
      this.fail();
      reportUnknownWord("thing to calibrate", what, calibrated, this.file, this.reporter);
    }
    if (!calibrationSets.some((known) => known === field.on.text)) {
      this.fail();
      reportUnknownWord("set to calibrate on", field.on, calibrationSets, this.file, this.reporter);
    }
    if (field.count === undefined) return;
    const limits = { whole: true, least: 1 };
    const what = "the number of calibration points";
    if (checkNumber(field.count, what, limits, this.file, this.reporter) === undefined) this.fail();
  }

  private checkTrainingStages(): void {
    const first = new Map<string, FieldOf<"stage">>();
    for (const stage of this.of("stage")) {
      const name = stage.name.value;
      const earlier = first.get(name);
      if (earlier !== undefined) {
        this.fail();
        const at = { file: this.file, span: stage.name.span };
        this.reporter.report(rows.duplicateStage, at, { name, line: this.lineOf(earlier) });
      } else {
        first.set(name, stage);
      }
      const given = new Set<string>();
      for (const setting of stage.settings) this.checkSetting(setting, given);
    }
  }

  private checkSetting(setting: FieldOf<"stage">["settings"][number], given: Set<string>): void {
    const { name, value } = setting;
    const known = Object.keys(stageSettings);
    const at = { file: this.file, span: name.span };
    if (!Object.hasOwn(stageSettings, name.text)) {
      this.fail();
      reportUnknownWord("setting of a stage", name, known, this.file, this.reporter);
      return;
    }
    if (given.has(name.text)) {
      this.fail();
      this.reporter.report(fieldRows.duplicateArgument, at, { callee: "stage", name: name.text });
      return;
    }
    given.add(name.text);
    const spec: ArgumentSpec = stageSettings[name.text];
    const what = `\`${name.text}\``;
    if (spec.words === undefined) {
      if (checkNumber(value, what, spec, this.file, this.reporter) === undefined) this.fail();
    } else if (value.type === "name") {
      if (spec.words.includes(value.text)) return;
      this.fail();
      reportUnknownWord(`kind of ${name.text}`, value, spec.words, this.file, this.reporter);
    } else if (value.type !== "invalid") {
      this.fail();
      const expected = spec.words.map((word) => `\`${word}\``).join(", ");
      const place = { file: this.file, span: value.span };
      this.reporter.report(fieldRows.badExpression, place, {
        what,
        expected: `one of ${expected}`,
      });
    }
  }
}
