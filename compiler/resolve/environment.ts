/**
 * Which declaration a name means, in which file.
 *
 * Order of lookup: the file itself, then what it imports, then the standard library, which is parsed
 * only as far as it is used. Inside the standard library user declarations are never seen.
 */
import type { Declaration, Identifier, Span } from "../../grammar/tree.js";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import { Lines } from "../diagnostics/place.js";
import type { Origin } from "../ir/ir.js";
import type { Found, VisibleName } from "./found.js";
import { standardLibrary } from "./standard.js";

/** What one file declares and imports. */
export interface FileScope {
  readonly file: string;
  readonly source: string;
  readonly declared: ReadonlyMap<string, Found>;
  readonly imported: ReadonlyMap<string, Found>;
  /** Names of imports that failed and were reported: no follow-up errors about them. */
  readonly broken: ReadonlySet<string>;
  /** Where the parser reported something. */
  readonly problems: readonly Span[];
}

/** The name a declaration has in its file; a `train` has none. */
export function declaredName(declaration: Declaration): Identifier | undefined {
  return declaration.type === "train" ? undefined : declaration.name;
}

/** A file that the compiler made: where each of its positions came from. */
type PlaceOf = (span: Span) => { readonly file: string; readonly span: Span };

export class Environment {
  private readonly scopes: Map<string, FileScope>;
  private readonly derived = new Map<string, PlaceOf>();
  private readonly lines = new Map<string, Lines>();
  private readonly outputNames = new Map<string, Found[]>();

  constructor(
    /** The file that is being checked. */
    readonly entry: string,
    scopes: ReadonlyMap<string, FileScope>,
  ) {
    this.scopes = new Map(scopes);
  }

  /**
   * Adds a file that the compiler made out of `base`, whose names it sees. Origins in it are those of the
   * places its text came from.
   */
  addDerived(
    file: string,
    source: string,
    declarations: readonly Found[],
    base: string,
    placeOf: PlaceOf,
  ): void {
    const declared = new Map<string, Found>();
    for (const found of declarations) {
      const name = declaredName(found.declaration);
      if (name !== undefined) declared.set(name.text, found);
    }
    const outer = this.scopes.get(base);
    const imported = new Map([...(outer?.imported ?? []), ...(outer?.declared ?? [])]);
    const broken = outer?.broken ?? new Set<string>();
    this.scopes.set(file, { file, source, declared, imported, broken, problems: [] });
    this.derived.set(file, placeOf);
  }

  /** The declaration `name` means in `fromFile`. */
  lookup(name: string, fromFile: string): Found | undefined {
    const scope = this.scopes.get(fromFile);
    return (
      scope?.declared.get(name) ?? scope?.imported.get(name) ?? standardLibrary.declaration(name)
    );
  }

  /** True when `name` is missing in `fromFile` because of an import that was already reported. */
  isReported(name: string, fromFile: string): boolean {
    return this.scopes.get(fromFile)?.broken.has(name) ?? false;
  }

  /** True when a syntax error lies inside `span`: what seems missing there may not have parsed. */
  hasSyntaxProblem(file: string, span: Span): boolean {
    const problems = this.scopes.get(file)?.problems ?? [];
    return problems.some((one) => one.start >= span.start && one.start <= span.end);
  }

  /**
   * True when `name` stands, inside `span`, on a part of a line that did not parse: `state v = 0, u = 1` is an
   * error at the comma, and `u` is then no unknown name.
   */
  isUnread(name: string, file: string, span: Span): boolean {
    const { problems = [], source = "" } = this.scopes.get(file) ?? {};
    return problems
      .filter((one) => one.start >= span.start && one.start <= span.end)
      .map(({ start }) => source.slice(start, endOfLine(source, start)))
      .some((rest) => rest.split(/[^\p{L}\p{N}_]+/u).includes(name));
  }

  /** Everything `lookup` finds from `fromFile`: own declarations first, in source order. */
  visible(fromFile: string): readonly VisibleName[] {
    const names = new Map<string, VisibleName>();
    const scope = this.scopes.get(fromFile);
    for (const found of [scope?.declared, scope?.imported].flatMap((m) => [...(m ?? [])])) {
      const [name, { declaration }] = found;
      if (!names.has(name)) names.set(name, { name, type: declaration.type });
    }
    for (const visible of standardLibrary.names()) {
      if (!names.has(visible.name)) names.set(visible.name, visible);
    }
    return [...names.values()];
  }

  /** The visible name that `name` probably misspells; declarations of the types `wanted` first. */
  suggest(
    name: string,
    fromFile: string,
    wanted: readonly Declaration["type"][],
  ): string | undefined {
    const visible = this.visible(fromFile);
    const isRight = (one: VisibleName): boolean => wanted.includes(one.type);
    return didYouMean(name, {
      right: visible.filter(isRight).map((one) => one.name),
      other: visible.filter((one) => !isRight(one)).map((one) => one.name),
    });
  }

  /** File, line and span, for the intermediate form. */
  origin(file: string, span: Span): Origin {
    const placeOf = this.derived.get(file);
    if (placeOf !== undefined) {
      const place = placeOf(span);
      return this.origin(place.file, place.span);
    }
    return { file, line: this.linesOf(file).lineOf(span.start), span };
  }

  /** Lines of a file of this program or of the standard library. */
  linesOf(file: string): Lines {
    let lines = this.lines.get(file);
    if (lines === undefined) {
      lines = new Lines(this.sourceOf(file) ?? "");
      this.lines.set(file, lines);
    }
    return lines;
  }

  /** Text of a file of this program or of the standard library. */
  sourceOf(file: string): string | undefined {
    return this.scopes.get(file)?.source ?? standardLibrary.source(file);
  }

  /**
   * The name of a declaration in the output: its own, unless another declaration of the same name (a
   * user's `LIF` beside the standard one) has it; then the name with a number. Names declared in the
   * entry file always keep theirs.
   */
  outputName(found: Found): string {
    const name = declaredName(found.declaration)?.text ?? "train";
    const taken = this.outputNames.get(name) ?? [];
    this.outputNames.set(name, taken);
    const own = this.scopes.get(this.entry)?.declared;
    const first = own?.get(name);
    // The name of a conversion belongs to the model it makes.
    if (taken.length === 0 && first !== undefined && first.declaration.type !== "convert") {
      taken.push(first);
    }
    if (!taken.includes(found)) taken.push(found);
    let number = taken.indexOf(found) + 1;
    if (number === 1) return name;
    while (own?.has(`${name}${number}`) === true) number += taken.length;
    return `${name}${number}`;
  }
}

function endOfLine(source: string, from: number): number {
  const at = source.indexOf("\n", from);
  return at < 0 ? source.length : at;
}
