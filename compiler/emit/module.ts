/**
 * Names and facts of one generated module: what each declaration is called in it, which sizes and
 * constants it takes, and whether its forward pass needs the run.
 */
import type { DataIr, FunctionIr, LayerIr, ModelIr, NeuronIr, Program, TrainIr } from "../ir/ir.js";
import type { Size } from "../ir/types.js";
import { symbolsOf } from "../check/size.js";
import { HELPER_TEXT, Names, capitalised } from "../neurons/index.js";
import type { HelperName } from "../neurons/index.js";
import { rootsOf, visit } from "../plan/walk.js";
import type { Callable } from "../plan/walk.js";
import { memberOf } from "../plan/walk.js";
import { Equals } from "./equal.js";
import { Places } from "./places.js";

/** Types that generated code imports by name. */
export const IMPORTED = ["Graph", "Run", "Scope", "Tensor"] as const;

/** Parameters a generated class or function takes besides its inputs. */
export interface Needs {
  /** Sizes its body reads, in the order of declaration. */
  readonly sizes: readonly string[];
  readonly constants: readonly string[];
  readonly run: boolean;
  /** Sizes and constants that its forward pass reads, so that the object must keep them. */
  readonly sizesInForward: readonly string[];
  readonly constantsInForward: readonly string[];
}

export class Module {
  readonly places: Places;
  private readonly names = new Names([...IMPORTED, "experiments"]);
  private readonly given = new Map<object, string>();
  private readonly byName = new Map<string, string>();
  private readonly needed = new Map<string, Needs>();
  private readonly helpersUsed = new Map<HelperName, string>();

  private readonly equals: Equals;

  constructor(program: Program, mainFile: string) {
    this.places = new Places(mainFile);
    this.equals = new Equals(program);
    // Exported names come first: they keep the names from the source.
    for (const model of program.models) this.name(model, model.name);
    for (const neuron of program.neurons) this.nameShared(neuron);
    for (const layer of this.emitted(program.layers)) this.nameShared(layer);
    for (const fn of this.emitted(program.functions)) this.nameShared(fn);
    for (const data of program.data) this.name(data, data.name);
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
  nameOf(declaration: ModelIr | NeuronIr | LayerIr | FunctionIr | DataIr): string {
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
    const key = `${callable.tag} ${callable.name}`;
    const known = this.needed.get(key);
    if (known !== undefined) return known;
    const needs = this.findNeeds(callable);
    this.needed.set(key, needs);
    return needs;
  }

  private findNeeds(callable: Callable): Needs {
    const inForward = new Set<string>();
    const inConstructor = new Set<string>();
    let run = false;
    const read = (size: Size | undefined, into: Set<string>): void => {
      if (size !== undefined) symbolsOf(size).forEach((symbol) => into.add(symbol));
    };
    for (const root of rootsOf(callable)) {
      visit(root, (part) => {
        if (part.tag === "size") read(part.size, inForward);
        if (part.tag === "time") read(part.steps, inForward);
        if (part.tag === "op") {
          read(part.attributes.steps, inForward);
          read(part.attributes.classes, inForward);
          if (part.op === "dropout" || part.op === "spikeRate") run = true;
        }
        if (part.tag === "call") {
          read(part.steps, inForward);
          const member = memberOf(callable, part.member);
          if (member?.target.tag === "neuron") run = true;
          else if (member !== undefined && this.needsOf(member.target as LayerIr).run) run = true;
        }
        if (part.tag === "function") {
          const needs = this.needsOf(part.callee);
          if (needs.run) run = true;
          needs.sizes.forEach((name) => read(part.sizes.get(name), inForward));
        }
        if (part.tag === "param" && callable.tag !== "function") {
          const param = callable.params.find((candidate) => candidate.name === part.name);
          if (param?.running !== undefined) run = true;
        }
      });
    }
    if (callable.tag !== "function") {
      for (const param of callable.params)
        param.type.dims.forEach((dim) => read(dim, inConstructor));
      for (const member of callable.members) {
        const { target } = member;
        const wanted = target.tag === "neuron" ? ["channels"] : this.needsOf(target).sizes;
        wanted.forEach((name) => read(member.sizes.get(name), inConstructor));
        for (const value of member.constants.values()) {
          if (typeof value === "number") continue;
          visit(value, (part) => {
            if (part.tag === "size") read(part.size, inConstructor);
          });
        }
      }
    }
    const used = new Set([...inForward, ...inConstructor]);
    const constants = [...callable.constants.keys()];
    return {
      sizes: callable.sizes.filter((name) => used.has(name)),
      constants: constants.filter((name) => used.has(name)),
      run,
      sizesInForward: callable.sizes.filter((name) => inForward.has(name)),
      constantsInForward: constants.filter((name) => inForward.has(name)),
    };
  }
}

/** Identifies a train declaration among several of the same model. */
export function experimentName(train: TrainIr, model: string, all: readonly TrainIr[]): string {
  const several = all.filter((other) => other.models.includes(model)).length > 1;
  return several ? `${model} on ${train.data}` : model;
}
