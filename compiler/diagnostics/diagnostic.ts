/**
 * What a diagnostic is, and the typed table entry it comes from.
 *
 * An entry names its arguments in its type, so reporting one with a missing argument does not compile.
 */
import type { Span } from "../../grammar/tree.js";

export type Severity = "error" | "warning" | "information";

/** One row of the catalogue. `A` holds the words that the texts need. */
export interface DiagnosticEntry<A> {
  /** Stable, never reused: a letter for the phase and three digits. */
  readonly code: string;
  /** Readable and stable, e.g. `unknown-name`. */
  readonly name: string;
  readonly severity: Severity;
  /** One sentence, says what is wrong with this very token. */
  readonly message: (args: A) => string;
  /** Why the rule holds, with the origin of the expectation where there is one. */
  readonly why: (args: A) => string;
  /** The repair, as an instruction; undefined when no single repair is likely. */
  readonly fix: (args: A) => string | undefined;
  /** Shown by `sgnnc explain` and in the docs; both are compiled in tests. */
  readonly example: { readonly wrong: string; readonly right: string };
}

/** Gives an entry its argument type: `entry<{ name: string }>({ .. })`. */
export function entry<A>(row: DiagnosticEntry<A>): DiagnosticEntry<A> {
  return row;
}

export interface SourcePlace {
  readonly file: string;
  readonly span: Span;
}
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}
export interface RelatedPlace {
  readonly file: string;
  readonly span: Span;
  readonly message: string;
}
export interface Diagnostic {
  readonly code: string;
  readonly name: string;
  readonly severity: Severity;
  readonly message: string;
  readonly why: string;
  readonly fix: string | undefined;
  /** Machine-applicable form of `fix`, when there is one. */
  readonly edits: readonly TextEdit[];
  readonly file: string;
  readonly span: Span;
  readonly related: readonly RelatedPlace[];
}

/** Collects the diagnostics of one file set: at most one error per position, in source order. */
export class Reporter {
  private readonly found = new Map<string, Diagnostic>();
  private readonly relocated = new Map<string, (span: Span) => SourcePlace>();

  /**
   * From now on what is reported in `file`, a text that the compiler made (a converted model), is shown
   * where that text came from.
   */
  relocate(file: string, placeOf: (span: Span) => SourcePlace): void {
    this.relocated.set(file, placeOf);
  }

  private original(at: SourcePlace): SourcePlace {
    return this.relocated.get(at.file)?.(at.span) ?? at;
  }

  report<A>(
    row: DiagnosticEntry<A>,
    reported: SourcePlace,
    args: A,
    more: { readonly related?: readonly RelatedPlace[]; readonly edits?: readonly TextEdit[] } = {},
  ): void {
    const at = this.original(reported);
    const related = (more.related ?? []).map((one) => ({ ...one, ...this.original(one) }));
    // An edit of a text that nobody wrote has no place.
    const edits = at === reported ? (more.edits ?? []) : [];
    const key = `${at.file}:${at.span.start}:${row.severity === "error" ? "error" : row.code}`;
    if (this.found.has(key)) return;
    const fix = row.fix(args);
    this.found.set(key, {
      code: row.code,
      name: row.name,
      severity: row.severity,
      message: shortened(row.message(args)),
      why: shortened(row.why(args)),
      fix: fix === undefined ? undefined : shortened(fix),
      edits,
      file: at.file,
      span: at.span,
      related,
    });
  }

  /** How many there are so far. */
  get count(): number {
    return this.found.size;
  }

  /** Those after the first `count`, in the order of their report. */
  since(count: number): Diagnostic[] {
    return [...this.found.values()].slice(count);
  }

  get diagnostics(): readonly Diagnostic[] {
    return [...this.found.values()].sort(
      (a, b) => inOrder(a.file, b.file) || a.span.start - b.span.start || inOrder(a.code, b.code),
    );
  }

  get hasErrors(): boolean {
    return [...this.found.values()].some((d) => d.severity === "error");
  }
}

/** A name of a megabyte is data by mistake; its beginning is enough to find it. */
function shortened(text: string): string {
  return text.replace(
    /\S{200,}/g,
    (word) => `${word.slice(0, 60)}...${/\W*$/.exec(word)?.[0] ?? ""}`,
  );
}

/** Order of character codes: the same in every locale, and without loading one. */
function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
