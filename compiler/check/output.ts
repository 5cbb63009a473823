/**
 * What a program needs of everything that was elaborated: reached layers, functions and neurons in
 * dependency order, with unique names.
 */
import type { FunctionIr, LayerIr, ModelIr, NeuronIr } from "../ir/ir.js";
import { walkCallable } from "../ir/walk.js";
import type { Kind } from "../ir/types.js";
import type { Found } from "../resolve/found.js";
import type { Environment } from "../resolve/environment.js";
import { lowerCamel } from "./members.js";
import type { CallableRef } from "./services.js";

interface Description {
  readonly found: Found;
  readonly callables: ReadonlyMap<string, CallableRef>;
  readonly kinds: readonly (Kind | undefined)[];
  readonly steps: string | undefined;
}

/** Names are given when something is reached; until then an instance has its declared name. */
type Renamed<T> = { -readonly [K in keyof T]: T[K] };

export class Output {
  readonly layers: LayerIr[] = [];
  readonly functions: FunctionIr[] = [];
  readonly neurons: NeuronIr[] = [];
  private readonly descriptions = new Map<LayerIr | FunctionIr, Description>();
  private readonly reached = new Set<LayerIr | FunctionIr | NeuronIr>();
  private readonly names = new Set<string>();

  constructor(private readonly environment: Environment) {}

  /** Remembers how an instance came about, for its name. */
  describe(ir: LayerIr | FunctionIr, description: Description): void {
    this.descriptions.set(ir, description);
  }

  reachModel(model: ModelIr): void {
    this.names.add(model.name);
    this.reachParts(model);
  }

  /** Gives the loss function a name of its own and reaches what it calls. */
  reachLoss(loss: FunctionIr, model: string): void {
    this.reachParts(loss);
    (loss as Renamed<FunctionIr>).name = this.unique(`${lowerCamel(model)}Loss`, []);
  }

  private reachParts(callable: LayerIr | FunctionIr | ModelIr): void {
    if (callable.tag !== "function") {
      for (const { target } of callable.members) {
        if (target.tag === "layer") this.reach(target);
        else if (!this.reached.has(target)) {
          this.reached.add(target);
          this.names.add(target.name);
          this.neurons.push(target);
        }
      }
    }
    walkCallable(callable, (expr) => {
      if (expr.tag === "function") this.reach(expr.callee);
    });
  }

  private reach(ir: LayerIr | FunctionIr): void {
    if (this.reached.has(ir)) return;
    this.reached.add(ir);
    this.reachParts(ir);
    const description = this.descriptions.get(ir);
    if (description !== undefined) {
      const base = this.environment.outputName(description.found);
      (ir as Renamed<LayerIr | FunctionIr>).name = this.unique(base, suffixes(description));
    }
    if (ir.tag === "layer") this.layers.push(ir);
    else this.functions.push(ir);
  }

  /** The base name, else with the first suffix that makes it unique, else with a number. */
  private unique(base: string, more: readonly string[]): string {
    const candidates = [base, ...more.map((suffix) => `${base}${suffix}`)];
    const isFree = (name: string): boolean =>
      !this.names.has(name) &&
      (name === base || this.environment.lookup(name, this.environment.entry) === undefined);
    let name = candidates.find(isFree);
    for (let number = 2; name === undefined; number++) {
      if (isFree(`${base}${number}`)) name = `${base}${number}`;
    }
    this.names.add(name);
    return name;
  }
}

function suffixes({ callables, kinds, steps }: Description): string[] {
  const capital = (word: string): string => word[0].toUpperCase() + lowerCamel(word).slice(1);
  const called = [...callables.values()]
    .map((ref) => (/^[A-Z]/.test(ref.name) ? ref.name : capital(ref.name)))
    .join("");
  const kind = kinds.find((k) => k !== undefined && k !== "real");
  const ofKind = kind === undefined ? "" : capital(kind);
  const time = steps === undefined ? "" : "OverTime";
  const parts = [called, time, ofKind, called + time, called + ofKind, ofKind + time];
  return [...new Set([...parts, called + ofKind + time])].filter((part) => part !== "");
}
