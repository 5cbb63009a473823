/** Checks a `train` of a network that solves a problem. */
import type { TrainDeclaration, TrainField } from "../../../grammar/tree.js";
import { fields as fieldRows } from "../../diagnostics/catalogue/fields.js";
import { physics as rows } from "../../diagnostics/catalogue/physics.js";
import { training } from "../../diagnostics/catalogue/training.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import type { NamedNumbers, SolverIr, SolverTrainIr } from "../../ir/physics.js";
import type { Found } from "../../resolve/found.js";
import type { Environment } from "../../resolve/environment.js";
import { fieldsOf, reportRepeated } from "../fields.js";
import { checkNamedCall, checkNumber, reportUnknownWord } from "../named-arguments.js";
import { schedules, solverMetrics, solverOptimisers } from "../training-tables.js";

export interface SolverTrainSurroundings {
  readonly environment: Environment;
  readonly reporter: Reporter;
  solver(found: Found): SolverIr | undefined;
}

/** The training, or undefined after reporting every error in it. */
export function checkSolverTrain(
  found: Found,
  around: SolverTrainSurroundings,
): SolverTrainIr | undefined {
  const { file, declaration } = found;
  if (declaration.type !== "train") return undefined;
  return new SolverTrainChecker(file, declaration, around).check();
}

type FieldOf<T extends TrainField["type"]> = TrainField & { readonly type: T };

const allowed: readonly TrainField["type"][] = [
  "optimize",
  "epochs",
  "seeds",
  "schedule",
  "clip",
  "report",
];

class SolverTrainChecker {
  private readonly reporter: Reporter;
  private sound: boolean;

  constructor(
    private readonly file: string,
    private readonly declaration: TrainDeclaration,
    private readonly around: SolverTrainSurroundings,
  ) {
    this.reporter = around.reporter;
    this.sound = !around.environment.hasSyntaxProblem(file, declaration.span);
  }

  check(): SolverTrainIr | undefined {
    const { declaration, file, around } = this;
    const found = around.environment.lookup(declaration.model.text, file);
    const solver = found && around.solver(found);
    if (found?.declaration.type === "solver") this.checkProblem(found.declaration.problem.text);
    this.checkFields();
    const optimize = this.checkOptimize();
    const epochs = this.checkEpochs(optimize);
    const schedule = this.checkSchedule();
    const seeds = this.checkSeeds();
    const clip = this.number("clip", { least: 0, above: true });
    const report = this.checkReport();
    if (!this.sound || solver === undefined || epochs === undefined) return undefined;
    return {
      origin: around.environment.origin(file, declaration.model.span),
      doc: declaration.doc,
      ...{ solver, optimize, schedule, epochs, seeds, clip, report },
    };
  }

  private checkProblem(problem: string): void {
    const { data, model } = this.declaration;
    if (data.text === problem || data.text === "") return;
    this.sound = false;
    const words = { solver: model.text, problem, found: data.text };
    this.reporter.report(rows.notItsProblem, { file: this.file, span: data.span }, words);
  }

  private checkFields(): void {
    for (const field of this.declaration.fields) {
      if (allowed.includes(field.type)) continue;
      this.sound = false;
      const span = { start: field.span.start, end: field.span.start + field.type.length };
      this.reporter.report(rows.notForSolvers, { file: this.file, span }, { field: field.type });
    }
  }

  private single<T extends TrainField["type"]>(type: T): FieldOf<T> | undefined {
    const all = fieldsOf<TrainField, T>(this.declaration.fields, type);
    if (all.length > 1) this.sound = false;
    const { environment } = this.around;
    reportRepeated(all, type, "this training", this.file, environment, this.reporter);
    return all[0];
  }

  private number(
    type: "epochs" | "clip",
    limits: Parameters<typeof checkNumber>[2],
  ): number | undefined {
    const field = this.single(type);
    if (field === undefined) return undefined;
    const value = checkNumber(field.value, `\`${type}\``, limits, this.file, this.reporter);
    if (value === undefined) this.sound = false;
    return value;
  }

  private missing(field: string, because: string, example: string): void {
    this.sound = false;
    if (this.around.environment.hasSyntaxProblem(this.file, this.declaration.span)) return;
    const { text, span } = this.declaration.model;
    const words = { owner: `train \`${text}\``, field, because, example };
    this.reporter.report(fieldRows.missingField, { file: this.file, span }, words);
  }

  private checkOptimize(): readonly NamedNumbers[] {
    const field = this.single("optimize");
    if (field === undefined) {
      const because = "it says how the weights follow the gradient";
      this.missing("optimize", because, "optimize adam(rate: 1e-3) then lbfgs(most: 5000)");
      return [];
    }
    return field.calls.flatMap((one) => {
      const call = checkNamedCall(one, "optimiser", solverOptimisers, this.file, this.reporter);
      if (call === undefined) this.sound = false;
      return call === undefined ? [] : [{ name: call.name, args: call.args }];
    });
  }

  /** Steps of the optimisers that are no quasi-Newton methods. */
  private checkEpochs(optimize: readonly NamedNumbers[]): number | undefined {
    const value = this.number("epochs", { whole: true, least: 1 });
    const isGiven = fieldsOf<TrainField, "epochs">(this.declaration.fields, "epochs").length > 0;
    if (isGiven) return value;
    if (optimize.length > 0 && optimize.every(({ args }) => args.has("most"))) return 0;
    this.missing("epochs", "it is the number of steps of the first optimiser", "epochs 10000");
    return undefined;
  }

  private checkSchedule(): NamedNumbers | undefined {
    const field = this.single("schedule");
    if (field === undefined) return undefined;
    const call = checkNamedCall(field.call, "schedule", schedules, this.file, this.reporter);
    if (call === undefined) this.sound = false;
    const warmup = call?.args.get("warmup") ?? 0;
    const epochs = fieldsOf<TrainField, "epochs">(this.declaration.fields, "epochs")[0]?.value;
    if (epochs?.type === "number" && warmup > 0 && warmup >= epochs.value) {
      this.sound = false;
      const at = { file: this.file, span: field.call.span };
      this.reporter.report(training.warmupTooLong, at, { warmup, epochs: epochs.value });
    }
    return call && { name: call.name, args: call.args };
  }

  private checkSeeds(): readonly number[] {
    const field = this.single("seeds");
    if (field === undefined) return [1];
    const limits = { whole: true, least: 0, most: 2 ** 32 - 1 };
    const seeds: number[] = [];
    for (const value of field.values) {
      const seed = checkNumber(value, "a seed", limits, this.file, this.reporter);
      if (seed === undefined) this.sound = false;
      else if (!seeds.includes(seed)) seeds.push(seed);
      else {
        const at = { file: this.file, span: value.span };
        this.reporter.report(fieldRows.duplicateWord, at, { what: "seed", name: String(seed) });
      }
    }
    return seeds;
  }

  private checkReport(): readonly string[] {
    const report: string[] = [];
    for (const name of this.single("report")?.names ?? []) {
      if (!solverMetrics.some((one) => one === name.text)) {
        this.sound = false;
        reportUnknownWord("metric", name, solverMetrics, this.file, this.reporter);
      } else if (!report.includes(name.text)) {
        report.push(name.text);
      }
    }
    return report;
  }
}
