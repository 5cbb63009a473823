/** Checks a `train` declaration: which models, on which data, how long, how judged. */
import type {
  Expression,
  Identifier,
  ModelDeclaration,
  TrainDeclaration,
  TrainField,
} from "../../grammar/tree.js";
import { fields } from "../diagnostics/catalogue/fields.js";
import { conversions } from "../diagnostics/catalogue/conversions.js";
import { training as rows } from "../diagnostics/catalogue/training.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import type { DataIr, FunctionIr, ModelIr, TrainIr } from "../ir/ir.js";
import type { Found } from "../resolve/found.js";
import type { Environment } from "../resolve/environment.js";
import { fieldsOf, findDeclaration, reportRepeated } from "./fields.js";
import { checkNamedCall, checkNumber, namedCall, reportUnknownWord } from "./named-arguments.js";
import type { NumberLimits } from "./named-arguments.js";
import { checkInputs, mentions } from "./train/inputs.js";
import {
  commonMetrics,
  labelMetrics,
  metrics,
  optimisers,
  realMetrics,
  schedules,
} from "./training-tables.js";

/** What the check of a `train` needs from the rest of the program. */
export interface TrainSurroundings {
  readonly environment: Environment;
  readonly reporter: Reporter;
  /** The models to train when `found` is named: its variants in this file, or itself. */
  modelsOf(found: Found): readonly Found[];
  /** A model or variant in the intermediate form; undefined when it has errors (already reported). */
  model(found: Found): ModelIr | undefined;
  data(found: Found): DataIr | undefined;
  loss(expression: Expression, file: string, models: readonly ModelIr[]): FunctionIr | undefined;
}

/** The training, or undefined after reporting every error in it, or when it cannot be compiled yet. */
export function checkTrain(found: Found, around: TrainSurroundings): TrainIr | undefined {
  const { declaration } = found;
  return declaration.type === "train"
    ? new TrainChecker(found.file, declaration, around).check()
    : undefined;
}

type FieldOf<T extends TrainField["type"]> = TrainField & { readonly type: T };

class TrainChecker {
  private readonly environment: Environment;
  private readonly reporter: Reporter;
  private readonly broken: boolean;
  private sound = true;

  constructor(
    private readonly file: string,
    private readonly declaration: TrainDeclaration,
    private readonly around: TrainSurroundings,
  ) {
    this.environment = around.environment;
    this.reporter = around.reporter;
    this.broken = this.environment.hasSyntaxProblem(file, declaration.span);
    if (this.broken) this.sound = false;
  }

  check(): TrainIr | undefined {
    const { declaration } = this;
    const model = this.find(declaration.model, "model", ["model", "variant", "solver", "convert"]);
    const dataFound = this.find(declaration.data, "data", ["data"]);
    const made = model?.declaration.type === "convert" ? this.around.modelsOf(model)[0] : model;
    const isOfSolver = made?.declaration.type === "solver";
    if (model !== undefined && made === undefined) this.sound = false;
    if (model === undefined || dataFound === undefined) this.sound = false;
    if (isOfSolver) this.reportConverted();

    const optimize = this.checkOptimize();
    const epochs = this.required("epochs", { whole: true, least: 1 }, "epochs 200");
    const schedule = this.checkSchedule(epochs);
    const batch = this.number("batch", { whole: true, least: 1 });
    const seeds = this.checkSeeds();
    const clip = this.number("clip", { least: 0, above: true });
    const patience = this.number("patience", { whole: true, least: 1 });

    const data = dataFound && this.around.data(dataFound);
    const models = model === undefined || isOfSolver ? [] : this.around.modelsOf(model);
    if (data !== undefined) models.slice(0, 1).forEach((one) => this.checkInputs(one, data));
    const loss = this.checkLoss(models, data);
    const select = this.checkSelect(loss);
    const report = this.checkReport(loss);

    if (!this.sound || isOfSolver || data === undefined) return undefined;
    if (loss === undefined || epochs === undefined || optimize === undefined) return undefined;
    return {
      origin: this.environment.origin(this.file, declaration.model.span),
      doc: declaration.doc,
      models: models.map((one) => this.environment.outputName(one)),
      data: data.name,
      loss,
      optimize,
      schedule,
      epochs,
      batch,
      seeds,
      clip,
      patience,
      select,
      report,
    };
  }

  private find(
    name: Identifier,
    what: string,
    wanted: Parameters<typeof findDeclaration>[2],
  ): Found | undefined {
    const { environment, reporter } = this;
    return findDeclaration(name, what, wanted, "`train`", this.file, environment, reporter);
  }

  private reportConverted(): void {
    const { text, span } = this.declaration.model;
    const what = `training of \`${text}\``;
    this.reporter.report(conversions.afterTraining, { file: this.file, span }, { what });
  }

  private checkInputs(found: Found, data: DataIr): void {
    const declaration = this.modelDeclaration(found);
    if (declaration === undefined) return;
    const at = { file: this.file, span: this.declaration.data.span };
    if (!checkInputs(declaration, data, at, this.reporter)) this.sound = false;
  }

  /** The `model` behind a variant, whose parameters are the inputs. */
  private modelDeclaration(
    found: Found,
  ): { readonly file: string; readonly declaration: ModelDeclaration } | undefined {
    const { file, declaration } = found;
    if (declaration.type === "model") return { file, declaration };
    if (declaration.type !== "variant") return undefined;
    const model = this.environment.lookup(declaration.model.text, file);
    return model?.declaration.type === "model"
      ? { file: model.file, declaration: model.declaration }
      : undefined;
  }

  /** The one field of a type; reports repetitions. */
  private single<T extends TrainField["type"]>(type: T): FieldOf<T> | undefined {
    const all = fieldsOf<TrainField, T>(this.declaration.fields, type);
    if (all.length > 1) this.sound = false;
    reportRepeated(all, type, "this training", this.file, this.environment, this.reporter);
    return all[0];
  }

  private missing(field: string, because: string, example: string): void {
    this.sound = false;
    if (this.broken) return;
    const owner = `train \`${this.declaration.model.text}\``;
    const at = { file: this.file, span: this.declaration.model.span };
    this.reporter.report(fields.missingField, at, { owner, field, because, example });
  }

  private keep<T>(part: T | undefined): T | undefined {
    if (part === undefined) this.sound = false;
    return part;
  }

  private number(
    type: "epochs" | "batch" | "clip" | "patience",
    limits: NumberLimits,
  ): number | undefined {
    const field = this.single(type);
    if (field === undefined) return undefined;
    return this.keep(checkNumber(field.value, `\`${type}\``, limits, this.file, this.reporter));
  }

  private required(type: "epochs", limits: NumberLimits, example: string): number | undefined {
    const value = this.number(type, limits);
    if (fieldsOf<TrainField, "epochs">(this.declaration.fields, type).length === 0) {
      this.missing(type, "it says how often the model sees the data", example);
    }
    return value;
  }

  private checkSeeds(): readonly number[] {
    const field = this.single("seeds");
    if (field === undefined) return [1];
    const seeds: number[] = [];
    for (const value of field.values) {
      const limits = { whole: true, least: 0, most: 2 ** 32 - 1 };
      const seed = this.keep(checkNumber(value, "a seed", limits, this.file, this.reporter));
      if (seed === undefined) continue;
      if (seeds.includes(seed)) {
        const at = { file: this.file, span: value.span };
        this.reporter.report(fields.duplicateWord, at, { what: "seed", name: String(seed) });
      } else {
        seeds.push(seed);
      }
    }
    return seeds;
  }

  private checkOptimize(): TrainIr["optimize"] | undefined {
    const field = this.single("optimize");
    if (field === undefined) {
      const because = "it says how the weights follow the gradient";
      this.missing("optimize", because, "optimize adam(rate: 1e-3)");
      return undefined;
    }
    const [first, second] = field.calls;
    if (second !== undefined && second.type !== "invalid") {
      const call = namedCall(second, "the second optimiser", "lbfgs(..)", this.file, this.reporter);
      this.sound = false;
      if (call !== undefined) {
        const at = { file: this.file, span: call.callee.span };
        this.reporter.report(rows.secondOptimiser, at, { name: call.callee.text });
      }
    }
    if (first === undefined) return undefined;
    const call = checkNamedCall(first, "optimiser", optimisers, this.file, this.reporter);
    return this.keep(call) && call && [{ name: call.name, args: call.args }];
  }

  private checkSchedule(epochs: number | undefined): TrainIr["schedule"] {
    const field = this.single("schedule");
    if (field === undefined) return undefined;
    const call = this.keep(
      checkNamedCall(field.call, "schedule", schedules, this.file, this.reporter),
    );
    if (call === undefined) return undefined;
    const warmup = call.args.get("warmup") ?? 0;
    if (epochs !== undefined && warmup > 0 && warmup >= epochs) {
      this.sound = false;
      const at = { file: this.file, span: field.call.span };
      this.reporter.report(rows.warmupTooLong, at, { warmup, epochs });
    }
    return { name: call.name, args: call.args };
  }

  private checkLoss(models: readonly Found[], data: DataIr | undefined): FunctionIr | undefined {
    const field = this.single("loss");
    if (field === undefined) {
      this.missing("loss", "it says what is made small", "loss mse(output, target)");
      return undefined;
    }
    const samples = data?.samples.map((sample) => sample.name) ?? [];
    const target = mentions(field.value, "target");
    if (target !== undefined && data !== undefined && !samples.includes("target")) {
      this.sound = false;
      const known = samples.filter((name) => name !== "graph");
      const suggestion =
        didYouMean("target", { right: known }) ?? (known.length === 1 ? known[0] : undefined);
      const at = { file: this.file, span: target };
      this.reporter.report(rows.targetNotProvided, at, { data: data.name, known, suggestion });
    }
    const compiled = models.map((one) => this.around.model(one)).filter((one) => one !== undefined);
    if (compiled.length < models.length || compiled.length === 0) this.sound = false;
    if (compiled.length === 0) return undefined;
    const loss = this.keep(this.around.loss(field.value, this.file, compiled));
    if (loss !== undefined && readsClasses(loss)) this.checkClasses(data);
    return loss;
  }

  /** Class numbers must not be scaled. */
  private checkClasses(data: DataIr | undefined): void {
    const scale = data?.scale.find(({ name, method }) => name === "target" && method !== "none");
    if (data === undefined || scale === undefined) return;
    this.sound = false;
    const at = { file: this.file, span: this.declaration.data.span };
    this.reporter.report(rows.scaledClasses, at, { data: data.name });
  }

  private checkSelect(loss: FunctionIr | undefined): string | undefined {
    const field = this.single("select");
    if (field === undefined) return undefined;
    return this.checkMetric(field.name, loss, metrics) ? field.name.text : undefined;
  }

  private checkReport(loss: FunctionIr | undefined): readonly string[] {
    const field = this.single("report");
    const report: string[] = [];
    for (const name of field?.names ?? []) {
      const at = { file: this.file, span: name.span };
      if (report.includes(name.text)) {
        this.reporter.report(fields.duplicateWord, at, { what: "metric", name: name.text });
      } else if (this.checkMetric(name, loss, [...metrics, "energy"])) {
        report.push(name.text);
      }
    }
    return report;
  }

  private checkMetric(
    name: Identifier,
    loss: FunctionIr | undefined,
    known: readonly string[],
  ): boolean {
    if (!known.includes(name.text)) {
      this.sound = false;
      reportUnknownWord("metric", name, known, this.file, this.reporter);
      return false;
    }
    if (loss === undefined) return true;
    const labels = readsClasses(loss);
    const other: readonly string[] = labels ? realMetrics : labelMetrics;
    if (!other.includes(name.text)) return true;
    this.sound = false;
    const fitting = [...commonMetrics, ...(labels ? labelMetrics : realMetrics)];
    const at = { file: this.file, span: name.span };
    this.reporter.report(rows.metricDoesNotFit, at, { metric: name.text, labels, fitting });
    return false;
  }
}

/** True when the loss compares with class numbers. */
function readsClasses(loss: FunctionIr): boolean {
  const target = loss.inputs.find((input) => input.name === "target");
  return target?.type.tag === "tensor" && target.type.kind === "label";
}
