/**
 * What can be wrong with the text of a file. The grammar knows the codes, the places and the words; the
 * sentences live in the compiler's catalogue.
 *
 * Invariant: one problem per broken place, at the smallest wrong token; for something missing, the empty
 * span at the end of the previous token.
 */
import type { Span } from "./tree.js";

/** The words that the sentences of each code need. Names and symbols are given bare, phrases as shown. */
export interface SyntaxArguments {
  /** An unexpected token. `expected` is a phrase ("`=`", "an expression"), `found` too. */
  readonly S001: {
    readonly expected: string;
    readonly found: string;
    /** The keyword that was meant. */
    readonly suggestion?: string | undefined;
  };
  /** Something is missing after `after`. */
  readonly S002: { readonly expected: string; readonly after: string };
  /** A bracket is never closed. */
  readonly S003: { readonly opening: string; readonly closing: string };
  readonly S004: { readonly text: string };
  readonly S005: Record<string, never>;
  /** `shown` is printable; `hint` says what to write instead. */
  readonly S006: { readonly shown: string; readonly hint: string | undefined };
  readonly S007: { readonly marker: string };
  readonly S008: { readonly word: string; readonly suggestion: string | undefined };
  /** `owner` is a phrase ("a neuron"), `valid` its field keywords. */
  readonly S009: {
    readonly word: string;
    readonly owner: string;
    readonly suggestion: string | undefined;
    readonly valid: readonly string[];
  };
  readonly S010: { readonly limit: number };
  readonly S011: { readonly limit: number; readonly size: number };
  readonly S012: { readonly limit: number };
  readonly S013: { readonly name: string };
  /** A name in the wrong case; `wanted` is the same name in the right one. */
  readonly S014: { readonly name: string; readonly what: string; readonly wanted: string };
  readonly S015: { readonly word: string };
  /** One symbol in the place of another, both bare. */
  readonly S016: { readonly found: string; readonly wanted: string };
  /** A `;` that separates nothing. */
  readonly S017: Record<string, never>;
  readonly S018: { readonly owner: string };
  /** A closing bracket with nothing open. */
  readonly S019: { readonly found: string };
  /** Something after the end of a declaration. */
  readonly S020: { readonly found: string };
  readonly S021: { readonly path: string };
  /** Left of `:` stands no name. */
  readonly S022: Record<string, never>;
  readonly S023: { readonly text: string; readonly wanted: string | undefined };
  readonly S024: { readonly escape: string };
  readonly S025: { readonly operator: string };
  /** Something in a body after its result. */
  readonly S026: { readonly found: string };
}

export type SyntaxCode = keyof SyntaxArguments;

/** Another place that explains the problem. */
export interface RelatedSpan {
  readonly span: Span;
  readonly role: "opening" | "closing" | "result";
}

/** Replaces the text of `span`. */
export interface SyntaxEdit {
  readonly span: Span;
  readonly text: string;
}

export interface SyntaxProblemOf<C extends SyntaxCode> {
  readonly code: C;
  readonly span: Span;
  readonly args: SyntaxArguments[C];
  readonly related: readonly RelatedSpan[];
  /** The repair, when it is certain. */
  readonly edits: readonly SyntaxEdit[];
}

export type SyntaxProblem = { [C in SyntaxCode]: SyntaxProblemOf<C> }[SyntaxCode];

/** Collects problems; later ones at a place that already has one are dropped. */
export class ProblemList {
  private readonly byStart = new Map<number, SyntaxProblem>();

  add<C extends SyntaxCode>(
    code: C,
    span: Span,
    args: SyntaxArguments[C],
    more: {
      readonly related?: readonly RelatedSpan[];
      readonly edits?: readonly SyntaxEdit[];
    } = {},
  ): void {
    const problem: SyntaxProblemOf<C> = {
      code,
      span,
      args,
      related: more.related ?? [],
      edits: more.edits ?? [],
    };
    // A SyntaxProblemOf<C> is a member of the union for every C; the compiler cannot see that by itself.
    if (!this.byStart.has(span.start)) this.byStart.set(span.start, problem as SyntaxProblem);
  }

  get size(): number {
    return this.byStart.size;
  }

  /** In source order. */
  sorted(): SyntaxProblem[] {
    return [...this.byStart.values()].sort((a, b) => a.span.start - b.span.start);
  }
}
