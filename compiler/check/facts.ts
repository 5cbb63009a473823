/**
 * What the checker found out about the expressions of a file, for editors. Collected while declarations are
 * checked as they stand: sizes are symbols, generics have their defaults. Nothing in the compiler reads it.
 */
import type { Span } from "../../grammar/tree.js";
import type { GraphType, Size, TensorType } from "../ir/types.js";

/** One expression, or a name where it is introduced. */
export interface Fact {
  readonly file: string;
  readonly span: Span;
  readonly type: TensorType | GraphType;
  readonly sort: "expression" | "stage" | "name";
  /** Has one slice per step of the surrounding time block. */
  readonly timed: boolean;
  /** For a call: what the callee's sizes are here. */
  readonly sizes: ReadonlyMap<string, Size>;
}

export class Facts {
  private readonly found = new Map<string, Fact>();

  add(fact: Fact): void {
    this.found.set(`${fact.file}:${fact.span.start}:${fact.span.end}:${fact.sort}`, fact);
  }

  /** All facts about one file, in no particular order. */
  of(file: string): readonly Fact[] {
    return [...this.found.values()].filter((fact) => fact.file === file);
  }
}
