/**
 * What a generated class or function takes besides its inputs: sizes and constants its code reads, and
 * the run. Sizes that are only known when the model runs (the number of steps of a sequence that is an
 * input) are handed to `forward`, all others to the constructor.
 */
import { spaceOf, symbolSize, symbolsOf } from "../check/size.js";
import type { Program } from "../ir/program.js";
import type { OpName } from "../ir/ir.js";
import type { Size } from "../ir/types.js";
import { memberOf, rootsOf, visit } from "../plan/walk.js";
import type { Callable } from "../plan/walk.js";

export interface Needs {
  /** Sizes that the constructor (of a function: the call) takes, in the order of declaration. */
  readonly sizes: readonly string[];
  readonly constants: readonly string[];
  /** Sizes that `forward` takes. */
  readonly runtimeSizes: readonly string[];
  readonly run: boolean;
  /** Sizes and constants that the forward pass reads, so that the object must keep them. */
  readonly sizesInForward: readonly string[];
  readonly constantsInForward: readonly string[];
}

const NEEDS_RUN: ReadonlySet<OpName> = new Set<OpName>([
  "dropout",
  "spikeRate",
  "sign",
  "knn",
  "radius",
  "sampleNeighbours",
]);

export class NeedsTable {
  private readonly known = new Map<string, Needs>();
  private readonly runtime = new Map<string, Set<string>>();

  constructor(program: Program) {
    // Callers before callees: layers come after those they use.
    for (const owner of [...program.models, ...[...program.layers].reverse()]) {
      const own = this.runtime.get(owner.name);
      for (const { target, sizes } of owner.members) {
        if (target.tag === "neuron") continue;
        for (const [name, size] of sizes) {
          const isOpen = (symbol: string): boolean =>
            spaceOf(symbolSize(symbol)) !== undefined ||
            (owner.tag === "layer" && own?.has(symbol) === true);
          if ([...symbolsOf(size)].some(isOpen)) this.addRuntime(target.name, name);
        }
      }
    }
  }

  private addRuntime(layer: string, size: string): void {
    const sizes = this.runtime.get(layer) ?? new Set();
    sizes.add(size);
    this.runtime.set(layer, sizes);
  }

  of(callable: Callable): Needs {
    const key = `${callable.tag} ${callable.name}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const needs = this.find(callable);
    this.known.set(key, needs);
    return needs;
  }

  private find(callable: Callable): Needs {
    const inForward = new Set<string>();
    const inConstructor = new Set<string>();
    const read = (size: Size | undefined, into: Set<string>): void => {
      if (size !== undefined) symbolsOf(size).forEach((symbol) => into.add(symbol));
    };
    const run = this.readForward(callable, (size) => read(size, inForward));
    if (callable.tag !== "function") {
      for (const { type, initial } of callable.params) {
        type.dims.forEach((dim) => read(dim, inConstructor));
        if (initial.times !== undefined) inConstructor.add(initial.times);
      }
      for (const { target, sizes, constants } of callable.members) {
        const wanted = target.tag === "neuron" ? ["channels"] : this.of(target).sizes;
        wanted.forEach((name) => read(sizes.get(name), inConstructor));
        for (const value of constants.values()) {
          if (typeof value === "number") continue;
          visit(value, (part) => {
            if (part.tag === "size") read(part.size, inConstructor);
          });
        }
      }
    }
    const used = new Set([...inForward, ...inConstructor]);
    const runtime = callable.tag === "layer" ? this.runtime.get(callable.name) : undefined;
    const isFixed = (name: string): boolean => runtime?.has(name) !== true;
    const sizes = callable.sizes.filter((name) => used.has(name));
    const constants = [...callable.constants.keys()].filter((name) => used.has(name));
    return {
      sizes: sizes.filter(isFixed),
      constants,
      runtimeSizes: sizes.filter((name) => !isFixed(name)),
      run,
      sizesInForward: sizes.filter((name) => inForward.has(name) && isFixed(name)),
      constantsInForward: constants.filter((name) => inForward.has(name)),
    };
  }

  /** Reports the sizes that the forward pass reads; true when it needs the run. */
  private readForward(callable: Callable, read: (size: Size | undefined) => void): boolean {
    let run = false;
    for (const root of rootsOf(callable)) {
      visit(root, (part) => {
        switch (part.tag) {
          case "size":
            read(part.size);
            break;
          case "time":
            read(part.steps);
            break;
          case "fixpoint":
            run = true;
            part.type.dims.forEach(read);
            for (const { neuron } of part.equations) {
              for (const number of neuron === undefined ? [] : [neuron.threshold, neuron.leak]) {
                if (number.tag === "size") read(number.size);
              }
            }
            break;
          case "op":
            read(part.attributes.steps);
            read(part.attributes.classes);
            read(part.attributes.start);
            read(part.attributes.count);
            if (NEEDS_RUN.has(part.op)) run = true;
            break;
          case "call": {
            read(part.steps);
            const member = memberOf(callable, part.member);
            if (member === undefined) break;
            if (member.target.tag === "neuron") {
              run = true;
              break;
            }
            const needs = this.of(member.target);
            if (needs.run) run = true;
            needs.runtimeSizes.forEach((name) => read(member.sizes.get(name)));
            break;
          }
          case "function": {
            const needs = this.of(part.callee);
            if (needs.run) run = true;
            needs.sizes.forEach((name) => read(part.sizes.get(name)));
            break;
          }
          case "param": {
            const params = callable.tag === "function" ? [] : callable.params;
            const param = params.find((candidate) => candidate.name === part.name);
            if (param?.running !== undefined || param?.type.kind === "sign") run = true;
            break;
          }
          default:
            break;
        }
      });
    }
    return run;
  }
}

/** Sizes and constants by which two declarations can differ. */
export function numbersIn(needs: Needs): readonly string[] {
  return [...needs.sizes, "|", ...needs.constants, "|", ...needs.runtimeSizes];
}
