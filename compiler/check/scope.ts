/** What names mean inside one body: inputs, weights and `let`s, with where they were introduced. */
import type { Span } from "../../grammar/tree.js";
import type { Expr, GraphRef, Origin } from "../ir/ir.js";
import type { TensorType } from "../ir/types.js";

export interface Place {
  readonly file: string;
  readonly span: Span;
}

/** A graph as the value of an expression. */
export interface GraphValue {
  readonly tag: "graph";
  readonly ref: GraphRef;
  readonly origin: Origin;
}
/** The value of something already reported; absorbs every follow-up error. */
export interface ErrorValue {
  readonly tag: "error";
}
export const ERROR: ErrorValue = { tag: "error" };
export type Value = Expr | GraphValue | ErrorValue;

/** True for tensors: neither a graph nor the remains of an error. */
export function isTensor(value: Value): value is Expr {
  return value.tag !== "graph" && value.tag !== "error";
}

export type Sort = "input" | "let" | "param" | "running";

export type Entry = {
  readonly sort: Sort;
  readonly place: Place;
  used: boolean;
} & (
  | { readonly tag: "tensor"; readonly type: TensorType; readonly timed: boolean }
  | { readonly tag: "graph"; readonly ref: GraphRef }
  | { readonly tag: "error" }
);

/** A chain of blocks; inner blocks see outer names and may not redefine them. */
export class Scope {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly parent: Scope | undefined) {}

  find(name: string): Entry | undefined {
    return this.entries.get(name) ?? this.parent?.find(name);
  }

  define(name: string, entry: Entry): void {
    this.entries.set(name, entry);
  }

  /** Names of this block, in order. */
  own(): IterableIterator<[string, Entry]> {
    return this.entries.entries();
  }

  /** All visible names with their entries, inner ones first. */
  *all(): Iterable<[string, Entry]> {
    yield* this.entries;
    if (this.parent !== undefined) yield* this.parent.all();
  }
}
