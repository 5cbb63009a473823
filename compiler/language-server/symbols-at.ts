/** What a name in a document means, and where else it stands. */
import type { Declaration, Span } from "../../grammar/tree.js";
import { primitiveNamed } from "../check/primitives.js";
import type { Found } from "../resolve/found.js";
import type { Analysis } from "./analysis.js";
import type { Occurrence } from "./occurrences.js";
import { occurrencesOf } from "./occurrences.js";

export type Meaning =
  /** A declaration of this file, an imported one or a standard one. */
  | { readonly tag: "declaration"; readonly found: Found }
  /** A name of one declaration; `definition` is where it is introduced. */
  | { readonly tag: "local"; readonly definition: Occurrence; readonly in: Found }
  /** A function that is not written in the language. */
  | { readonly tag: "primitive"; readonly name: string };

/** The name at an offset: under it, or ending at it. */
export function occurrenceAt(analysis: Analysis, offset: number): Occurrence | undefined {
  const { occurrences } = analysis;
  return (
    occurrences.find(({ span }) => span.start <= offset && offset < span.end) ??
    occurrences.find(({ span }) => span.end === offset)
  );
}

/** What an occurrence means; undefined for kinds, index spaces and unknown names. */
export function meaningOf(analysis: Analysis, one: Occurrence): Meaning | undefined {
  const { environment, file } = analysis;
  if (one.role === "kind") return undefined;
  if (one.role === "declaration") {
    const declaration = analysis.tree.declarations[one.declaration];
    return { tag: "declaration", found: { file, source: analysis.source, declaration } };
  }
  if (one.role === "generic argument" || one.role === "argument") return argumentOf(analysis, one);
  if (one.role === "member") return memberOf(analysis, one);
  const local = localOf(analysis.occurrences, one);
  if (local !== undefined) {
    const declaration = analysis.tree.declarations[one.declaration];
    return { tag: "local", definition: local, in: { file, source: analysis.source, declaration } };
  }
  const found = environment.lookup(one.text, file);
  if (found !== undefined) return { tag: "declaration", found };
  if (primitiveNamed(one.text) !== undefined) return { tag: "primitive", name: one.text };
  return undefined;
}

/** The place that introduces a name in its declaration: the nearest definition that is visible. */
export function localOf(all: readonly Occurrence[], one: Occurrence): Occurrence | undefined {
  if (one.declaration < 0) return undefined;
  const same = inDeclaration(all, one.declaration).filter(
    (other) =>
      other.text === one.text &&
      isLocal(other) &&
      other.scope.start <= one.span.start &&
      one.span.end <= other.scope.end,
  );
  const definitions = same.filter((other) => other.role === "definition");
  const innermost = definitions.sort((a, b) => b.scope.start - a.scope.start);
  const nearest = innermost[0]?.scope.start;
  const first = innermost
    .filter((other) => other.scope.start === nearest)
    .sort((a, b) => a.span.start - b.span.start)[0];
  if (first !== undefined) return first;
  // A size that only stands in the types of parameters is introduced where it stands first.
  const isSize = /^(?!pi$)[a-z_]/.test(one.text) && same.length > 1 && one.role === "value";
  return isSize ? same[0] : undefined;
}

const byDeclaration = new WeakMap<readonly Occurrence[], ReadonlyMap<number, Occurrence[]>>();

/** The occurrences of one declaration; grouped once per list. */
function inDeclaration(all: readonly Occurrence[], index: number): readonly Occurrence[] {
  let groups = byDeclaration.get(all);
  if (groups === undefined) {
    const found = new Map<number, Occurrence[]>();
    for (const one of all) {
      const group = found.get(one.declaration);
      if (group === undefined) found.set(one.declaration, [one]);
      else group.push(one);
    }
    byDeclaration.set(all, (groups = found));
  }
  return groups.get(index) ?? [];
}

function isLocal(one: Occurrence): boolean {
  return one.role === "definition" || one.role === "value" || one.role === "callee";
}

function argumentOf(analysis: Analysis, one: Occurrence): Meaning | undefined {
  const found = analysis.environment.lookup(one.of ?? "", analysis.file);
  return found === undefined ? undefined : definitionIn(analysis, found, one.text);
}

/** `x` of `g.x`: the feature in the type of the graph. */
function memberOf(analysis: Analysis, one: Occurrence): Meaning | undefined {
  const definition = analysis.occurrences.find(
    (other) =>
      other.declaration === one.declaration && other.sort === "feature" && other.text === one.text,
  );
  if (definition === undefined) return undefined;
  const declaration = analysis.tree.declarations[one.declaration];
  const { file, source } = analysis;
  return { tag: "local", definition, in: { file, source, declaration } };
}

/** A generic or parameter of another declaration, which may be in another file. */
function definitionIn(analysis: Analysis, found: Found, text: string): Meaning | undefined {
  const all =
    found.file === analysis.file
      ? analysis.occurrences
      : occurrencesOf({
          source: found.source,
          imports: [],
          declarations: [found.declaration],
          trivia: [],
        });
  const definition = all.find(
    (other) =>
      other.text === text &&
      (other.sort === "generic" || other.sort === "parameter" || other.sort === "variable") &&
      contains(found.declaration.span, other.span),
  );
  return definition === undefined ? undefined : { tag: "local", definition, in: found };
}

export function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Equal for two meanings of the same thing. */
export function keyOf(meaning: Meaning): string {
  if (meaning.tag === "primitive") return `primitive ${meaning.name}`;
  const { file } = meaning.tag === "local" ? meaning.in : meaning.found;
  const span =
    meaning.tag === "local" ? meaning.definition.span : nameSpan(meaning.found.declaration);
  return `${file}:${span.start}`;
}

/** Where the name of a declaration stands; of a training, the model's. */
export function nameSpan(declaration: Declaration): Span {
  return declaration.type === "train" ? declaration.model.span : declaration.name.span;
}
