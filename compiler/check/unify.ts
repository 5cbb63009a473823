/**
 * Matches the declared dims of parameters against the dims of arguments and collects what the sizes
 * of the callee are at this call.
 */
import type { GraphType, Size, TensorType } from "../ir/types.js";
import type { SolveResult } from "./size.js";
import {
  equalSizes,
  isEllipsis,
  isSpace,
  solveSize,
  spaceOf,
  substituteSize,
  symbolsOf,
} from "./size.js";

export type Mismatch =
  | { readonly reason: "rank" }
  | { readonly reason: "size" | "residency"; readonly pattern: Size; readonly value: Size }
  | {
      readonly reason: "indivisible";
      readonly pattern: Size;
      readonly value: Size;
      readonly symbol: string;
      readonly factor: Size;
    };

interface Open {
  readonly pattern: Size;
  readonly value: Size;
  readonly from: number;
}

export class Unifier {
  readonly bindings = new Map<string, Size>();
  /** In words, where the value of a symbol was found: "`x`, line 4". */
  readonly reasons = new Map<string, string>();
  /** What `...` stands for at this call. */
  ellipsis: readonly Size[] | undefined;
  private open: Open[] = [];

  constructor(private readonly unknown: ReadonlySet<string>) {}

  bind(symbol: string, value: Size, reason: string): void {
    if (this.bindings.has(symbol)) return;
    this.bindings.set(symbol, value);
    this.reasons.set(symbol, reason);
  }

  /** Matches one parameter; `from` identifies the argument for problems found later. */
  match(
    pattern: readonly Size[],
    dims: readonly Size[],
    from: number,
    reason: string,
  ): Mismatch | undefined {
    const open = pattern.length > 0 && isEllipsis(pattern[0]);
    const tail = open ? pattern.slice(1) : pattern;
    const lead = dims.length - tail.length;
    if (open ? lead < 0 : lead !== 0) return { reason: "rank" };
    if (open) {
      const leading = dims.slice(0, lead);
      if (this.ellipsis === undefined) this.ellipsis = leading;
      else if (this.ellipsis.length !== leading.length) return { reason: "rank" };
      else {
        const bound = this.ellipsis;
        const at = leading.findIndex((dim, i) => !equalSizes(dim, bound[i]));
        if (at >= 0) return differ(bound[at], leading[at]);
      }
    }
    for (const [i, one] of tail.entries()) {
      const value = dims[lead + i];
      const problem = this.solve({ pattern: one, value, from }, reason);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** Matches index spaces of graphs; the fields the parameter names are matched as tensors are. */
  matchGraph(
    parameter: GraphType,
    argument: GraphType,
    from: number,
    reason: string,
  ): { readonly field: string; readonly mismatch: Mismatch } | undefined {
    for (const key of ["nodes", "edges", "graphs", "snapshots"] as const) {
      const mismatch = this.solve({ pattern: parameter[key], value: argument[key], from }, reason);
      if (mismatch !== undefined) return { field: "", mismatch };
    }
    for (const on of ["nodeFields", "edgeFields"] as const) {
      for (const [name, type] of parameter[on]) {
        const given = argument[on].get(name);
        if (given === undefined) continue;
        const mismatch = this.match(type.dims, given.dims, from, reason);
        if (mismatch !== undefined) return { field: name, mismatch };
      }
    }
    return undefined;
  }

  private solve(one: Open, reason: string): Mismatch | undefined {
    const result = solveSize(one.pattern, one.value, this.bindings, this.unknown);
    return this.settle(one, result, reason);
  }

  private settle(one: Open, result: SolveResult, reason: string): Mismatch | undefined {
    switch (result.outcome) {
      case "equal":
        return undefined;
      case "open":
        this.open.push(one);
        return undefined;
      case "different":
        return differ(substituteSize(one.pattern, this.bindings), one.value);
      case "indivisible":
        return { ...result, reason: "indivisible", pattern: one.pattern, value: one.value };
      case "bound": {
        const wanted = spaceOf(one.pattern);
        const isIndexSpace = wanted !== undefined && wanted !== "T";
        if (isIndexSpace && !isSpace(one.value)) return differ(one.pattern, one.value);
        this.bind(result.symbol, result.value, reason);
        return undefined;
      }
    }
  }

  /** Tries the sizes that had several unknowns again; gives the first argument that does not fit. */
  finish(): { readonly from: number; readonly mismatch: Mismatch } | undefined {
    for (let progress = true; progress;) {
      const left = this.open;
      this.open = [];
      for (const one of left) {
        const mismatch = this.solve(one, "the other arguments");
        if (mismatch !== undefined) return { from: one.from, mismatch };
      }
      progress = this.open.length < left.length;
    }
    return undefined;
  }

  /** The type at this call: symbols replaced, `...` expanded. */
  apply(type: TensorType): TensorType {
    const dims = type.dims.flatMap((dim) =>
      isEllipsis(dim) && this.ellipsis !== undefined
        ? this.ellipsis
        : [substituteSize(dim, this.bindings)],
    );
    return { tag: "tensor", kind: type.kind, dims };
  }

  /** Where the symbols of a size came from, when an argument decided them. */
  reasonFor(pattern: Size): string | undefined {
    for (const symbol of symbolsOf(pattern)) {
      const reason = this.reasons.get(symbol);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }
}

function differ(pattern: Size, value: Size): Mismatch {
  const wanted = spaceOf(pattern);
  const given = spaceOf(value);
  const isResidency = (wanted !== undefined || given !== undefined) && !equalSizes(pattern, value);
  return { reason: isResidency ? "residency" : "size", pattern, value };
}
