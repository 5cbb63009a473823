/**
 * Names and facts of one generated module: what each declaration is called in it, which of them are
 * emitted, and what each takes.
 */
import type { Program } from "../ir/program.js";
import type { DataIr, FunctionIr, LayerIr, ModelIr, NeuronIr, TrainIr } from "../ir/ir.js";
import type { ProblemIr } from "../ir/physics.js";
import { HELPER_TEXT, Names, capitalised } from "../neurons/index.js";
import type { HelperName } from "../neurons/index.js";
import type { Callable } from "../plan/walk.js";
import { Equals } from "./equal.js";
import { NeedsTable } from "./needs.js";
import type { Needs } from "./needs.js";
import { Places } from "./places.js";

/** Types that generated code imports by name. */
export const IMPORTED = ["Graph", "Run", "Scope", "Tensor"] as const;

export class Module {
  readonly places: Places;
  private readonly names = new Names([...IMPORTED, "experiments", "solvers"]);
  private readonly given = new Map<object, string>();
  private readonly byName = new Map<string, string>();
  private readonly helpersUsed = new Map<HelperName, string>();
  private readonly needs: NeedsTable;
  private readonly equals: Equals;

  constructor(program: Program, mainFile: string) {
    this.places = new Places(mainFile);
    this.needs = new NeedsTable(program);
    this.equals = new Equals(program, (callable) => this.needs.of(callable));
    // Exported names come first: they keep the names from the source.
    for (const model of program.models) this.name(model, model.name);
    for (const neuron of program.neurons) this.nameShared(neuron);
    for (const layer of this.emitted(program.layers)) this.nameShared(layer);
    for (const fn of this.emitted(program.functions)) this.nameShared(fn);
    for (const data of program.data) this.name(data, data.name);
    for (const problem of program.problems) this.name(problem, problem.name);
    program.trains.forEach((train) => this.nameShared(train.loss));
  }

  /** Without those that are the same code as an earlier one. */
  emitted<C extends LayerIr | FunctionIr>(declarations: readonly C[]): readonly C[] {
    return declarations.filter((one) => this.equals.of(one).name === one.name);
  }

  private name(declaration: object, wanted: string): void {
    this.given.set(declaration, this.names.fresh(wanted));
  }

  /** Passes make copies of declarations, so that these are found by their (unique) name. */
  private nameShared(declaration: { readonly name: string; readonly tag: string }): void {
    const key = `${declaration.tag} ${declaration.name}`;
    if (!this.byName.has(key)) this.byName.set(key, this.names.fresh(declaration.name));
  }

  /** What a declaration is called in the module. */
  nameOf(declaration: ModelIr | NeuronIr | LayerIr | FunctionIr | DataIr | ProblemIr): string {
    const own = this.given.get(declaration);
    if (own !== undefined) return own;
    const isShared =
      "tag" in declaration && (declaration.tag === "layer" || declaration.tag === "function");
    const one = isShared ? this.equals.of(declaration) : declaration;
    const shared = "tag" in one ? `${one.tag} ${one.name}` : "";
    const name = this.byName.get(shared);
    if (name === undefined) throw new Error(`${declaration.name} has no name in the module`);
    return name;
  }

  /** What the functions of the page are called: a local of the same name would hide the function from its own call. */
  functionNames(): readonly string[] {
    return [...this.byName].filter(([key]) => key.startsWith("function ")).map(([, name]) => name);
  }

  /** A free name at the top of the module. */
  fresh(wanted: string): string {
    return this.names.fresh(wanted);
  }

  /** Name of a scalar helper function; the module then contains it. */
  helper(helper: HelperName): string {
    const known = this.helpersUsed.get(helper);
    if (known !== undefined) return known;
    const name = this.names.fresh(`scalar${capitalised(helper)}`);
    this.helpersUsed.set(helper, name);
    return name;
  }

  /** Texts of the helpers that were asked for, in a fixed order. */
  helperTexts(): readonly string[] {
    const order: readonly HelperName[] = ["sigmoid", "softplus", "clip"];
    return order.flatMap((helper) => {
      const name = this.helpersUsed.get(helper);
      return name === undefined ? [] : [HELPER_TEXT[helper](name)];
    });
  }

  /** What a class or function takes besides its inputs. */
  needsOf(callable: Callable): Needs {
    return this.needs.of(callable);
  }
}

/** Identifies a train declaration among several of the same model. */
export function experimentName(train: TrainIr, model: string, all: readonly TrainIr[]): string {
  const several = all.filter((other) => other.models.includes(model)).length > 1;
  return several ? `${model} on ${train.data}` : model;
}
