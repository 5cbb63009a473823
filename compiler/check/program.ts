/**
 * Checks a whole file: resolves names, checks its declarations in source order and collects what is
 * to be emitted.
 *
 * Which models are emitted: a model that has variants in the file stands for them, so only the variants
 * are emitted; a model without variants is emitted itself when all its generics have defaults, or when
 * a `train` names it. Neurons and data of the file are emitted even when no model uses them.
 */
import type { ParseResult } from "../../grammar/index.js";
import type { Declaration, ModelDeclaration, TrainDeclaration } from "../../grammar/tree.js";
import type { Conversion } from "../convert/index.js";
import { convertModel } from "../convert/index.js";
import { conversions } from "../diagnostics/catalogue/conversions.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import type { Program } from "../ir/program.js";
import type { ConversionIr, DataIr, ModelIr, NeuronIr, TrainIr } from "../ir/ir.js";
import type { ProblemIr, SolverIr, SolverTrainIr } from "../ir/physics.js";
import type { Found } from "../resolve/found.js";
import type { Environment } from "../resolve/environment.js";
import type { ModuleHost } from "../resolve/modules.js";
import { describe, resolveModules } from "../resolve/modules.js";
import { checkData } from "./data.js";
import { Elaborator } from "./elaborator.js";
import type { Facts } from "./facts.js";
import { checkConvert, isConvertible, trainingOf } from "./convert/convert.js";
import { checkProblem } from "./physics/problem.js";
import { checkSolver } from "./physics/solver.js";
import { checkSolverTrain } from "./physics/solver-train.js";
import { checkInstances } from "./instances.js";
import { checkNeuron } from "./neuron.js";
import { checkTrain } from "./train.js";
import { checkVariant } from "./variant.js";

/** What an editor wants of a check: facts about expressions, and maybe only some declarations checked. */
export interface EditorView {
  readonly facts: Facts;
  /** Called before anything is checked. */
  resolved(environment: Environment, parsed: ParseResult): void;
  isReached(declaration: Declaration): boolean;
  /** Called after each declaration that was checked. */
  checked?(declaration: Declaration): void;
}

/**
 * The typed program of one file. It is complete only when `reporter` has no errors; with errors it
 * holds what could be checked.
 */
export function checkProgram(
  entry: { readonly file: string; readonly source: string },
  host: ModuleHost,
  reporter: Reporter,
  editor?: EditorView,
): Program {
  const { environment, declarations, parsed } = resolveModules(entry, host, reporter);
  editor?.resolved(environment, parsed);
  const reached = declarations.filter(({ declaration }) => editor?.isReached(declaration) ?? true);
  const checker = new ProgramChecker(declarations, environment, reporter, editor?.facts);
  return checker.check(entry.file, reached, (one) => editor?.checked?.(one));
}

class ProgramChecker {
  private readonly elaborator: Elaborator;
  private readonly models = new Map<Found, ModelIr | undefined>();
  private readonly conversions = new Map<Found, Conversion | undefined>();
  private readonly data = new Map<Found, DataIr>();
  private readonly neurons: NeuronIr[] = [];
  private readonly trains: TrainIr[] = [];
  private readonly problems = new Map<Found, ProblemIr | undefined>();
  private readonly solvers = new Map<Found, SolverIr | undefined>();
  private readonly solverTrains: SolverTrainIr[] = [];

  constructor(
    private readonly declarations: readonly Found[],
    private readonly environment: Environment,
    private readonly reporter: Reporter,
    facts: Facts | undefined,
  ) {
    const neuron = (found: Found): NeuronIr | undefined =>
      checkNeuron(found, environment, reporter);
    this.elaborator = new Elaborator(environment, reporter, neuron, facts);
  }

  check(
    file: string,
    reached: readonly Found[],
    checked: (declaration: Declaration) => void,
  ): Program {
    for (const found of reached) {
      this.checkOne(found);
      checked(found.declaration);
    }
    const models = [...this.models.values()].filter((model) => model !== undefined);
    const { neurons, functions, layers } = this.elaborator;
    return {
      file,
      neurons: [...new Set([...neurons, ...this.neurons])],
      functions,
      layers,
      models,
      data: [...this.data.values()],
      trains: this.trains,
      conversions: this.conversionIrs(),
      problems: [...this.problems.values()].filter((problem) => problem !== undefined),
      solvers: [...this.solvers.values()].filter((solver) => solver !== undefined),
      solverTrains: this.solverTrains,
    };
  }

  private checkOne(found: Found): void {
    const { declaration } = found;
    switch (declaration.type) {
      case "neuron": {
        const neuron = checkNeuron(found, this.environment, this.reporter);
        if (neuron !== undefined) this.neurons.push(neuron);
        return;
      }
      case "layer":
      case "function":
      case "equilibrium":
        return this.elaborator.checkDeclaration(found);
      case "model":
        this.elaborator.checkDeclaration(found);
        if (this.isEmittedItself(found, declaration)) this.model(found);
        return;
      case "variant":
        this.model(found);
        return;
      case "data":
        this.dataOf(found);
        return;
      case "problem":
        this.problem(found);
        return;
      case "solver":
        this.solver(found);
        return;
      case "train": {
        if (this.isOfSolver(found, declaration)) {
          const train = checkSolverTrain(found, {
            environment: this.environment,
            reporter: this.reporter,
            solver: (solver) => this.solver(solver),
          });
          if (train !== undefined) this.solverTrains.push(train);
          return;
        }
        const train = checkTrain(found, {
          environment: this.environment,
          reporter: this.reporter,
          modelsOf: (model) => this.modelsOf(model),
          model: (model) => this.model(model),
          data: (data) => this.dataOf(data),
          loss: (expression, file, models) => this.elaborator.loss(expression, file, models),
        });
        if (train !== undefined) this.trains.push(train);
        return;
      }
      case "convert":
        this.convert(found);
        return;
    }
  }

  /** Makes and checks the converted model, once. */
  private convert(found: Found): Conversion | undefined {
    if (this.conversions.has(found)) return this.conversions.get(found);
    const { environment, reporter, elaborator } = this;
    this.conversions.set(found, undefined);
    if (!checkConvert(found, environment, reporter)) return undefined;
    const conversion = isConvertible(found, environment)
      ? convertModel(found, environment, reporter)
      : undefined;
    this.conversions.set(found, conversion);
    const made = conversion?.found.declaration;
    if (conversion === undefined || made?.type !== "model") {
      this.reportConverted(found);
      return conversion;
    }
    elaborator.checkDeclaration(conversion.found);
    if (this.isEmittedItself(conversion.found, made)) this.model(conversion.found);
    return conversion;
  }

  private conversionIrs(): ConversionIr[] {
    const { environment } = this;
    return [...this.conversions].flatMap(([found, conversion]) => {
      if (conversion === undefined) return [];
      const { text, found: made, original } = conversion;
      const origin = environment.origin(found.file, found.declaration.span);
      const name = environment.outputName(made);
      const from = environment.outputName(original);
      return [{ origin, name, from, text, ...trainingOf(found, this.reporter) }];
    });
  }

  private isOfSolver({ file }: Found, train: TrainDeclaration): boolean {
    return this.environment.lookup(train.model.text, file)?.declaration.type === "solver";
  }

  private problem(found: Found): ProblemIr | undefined {
    if (!this.problems.has(found)) {
      this.problems.set(found, checkProblem(found, this.environment, this.reporter));
    }
    return this.problems.get(found);
  }

  private solver(found: Found): SolverIr | undefined {
    if (!this.solvers.has(found)) {
      const { environment, reporter, elaborator } = this;
      const solver = checkSolver(found, {
        environment,
        reporter,
        problem: (problem) => this.problem(problem),
        elaborate: (declaration, owner) =>
          elaborator.model(
            { ...owner, declaration },
            [],
            environment.outputName(owner),
            false,
            undefined,
          ),
      });
      this.solvers.set(found, solver);
      if (solver !== undefined) this.models.set(found, solver.model);
    }
    return this.solvers.get(found);
  }

  private reportConverted({ file, declaration }: Found): void {
    if (declaration.type === "train") return;
    const at = { file, span: declaration.name.span };
    this.reporter.report(conversions.afterTraining, at, { what: describe(declaration) });
  }

  private isEmittedItself(found: Found, declaration: ModelDeclaration): boolean {
    const complete = declaration.generics.every((generic) => generic.initial !== undefined);
    return complete && this.variantsOf(found).length === 0;
  }

  /** The variants of a model in this file, in source order. */
  private variantsOf(model: Found): readonly Found[] {
    return this.declarations.filter(
      ({ file, declaration }) =>
        declaration.type === "variant" &&
        this.environment.lookup(declaration.model.text, file) === model,
    );
  }

  private modelsOf(found: Found): readonly Found[] {
    if (found.declaration.type === "convert") {
      const conversion = this.convert(found);
      return conversion === undefined ? [] : [conversion.found];
    }
    const variants = found.declaration.type === "model" ? this.variantsOf(found) : [];
    return variants.length > 0 ? variants : [found];
  }

  /** A model or variant, elaborated once. */
  private model(found: Found): ModelIr | undefined {
    if (!this.models.has(found)) {
      const { environment, reporter, elaborator } = this;
      const { type } = found.declaration;
      const model =
        type === "variant"
          ? checkVariant(found, environment, reporter, elaborator)
          : elaborator.model(found, [], environment.outputName(found), false, undefined);
      this.models.set(found, model);
      if (model !== undefined) checkInstances(model, reporter);
    }
    return this.models.get(found);
  }

  private dataOf(found: Found): DataIr | undefined {
    const data = checkData(found, this.environment, this.reporter);
    if (data !== undefined) this.data.set(found, data);
    return data;
  }
}
