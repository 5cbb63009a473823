/** One `convert` declaration: the source of the model it makes, and that source as a model. */
import { parse } from "../../grammar/index.js";
import type {
  ConvertDeclaration,
  ConvertField,
  Expression,
  Generic,
  ModelDeclaration,
  SolverDeclaration,
} from "../../grammar/tree.js";
import { conversions as rows } from "../diagnostics/catalogue/conversions.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import type { Found } from "../resolve/found.js";
import type { Environment } from "../resolve/environment.js";
import { deriveLayer } from "./derived-layer.js";
import type { Rule } from "./matching.js";
import { Patchwork } from "./patchwork.js";
import type { DerivedLayer } from "./rewriter.js";
import { Rewriter } from "./rewriter.js";
import type { SourceModel } from "./source-model.js";
import { sourceModel } from "./source-model.js";

export interface Conversion {
  /** The converted model as `.sgnn` source: the layers it needs, then the model. */
  readonly text: string;
  /** The model in that source. */
  readonly found: Found;
  /** The model that was converted, where it is declared. */
  readonly original: Found;
}

/**
 * Rewrites the model of a conversion whose fields have been checked; undefined after a report. Positions in
 * the result are known to the environment, so that whatever is wrong in it is shown where it came from.
 */
export function convertModel(
  found: Found,
  environment: Environment,
  reporter: Reporter,
): Conversion | undefined {
  const { declaration } = found;
  if (declaration.type !== "convert") return undefined;
  const original = environment.lookup(declaration.model.text, found.file);
  const model = sourceModel(declaration.model.text, found.file, environment);
  if (model === undefined || original === undefined) return undefined;
  const rules = declaration.fields.filter((field): field is Rule => field.type === "rule");
  const rewriter = new Rewriter(model, rules, found.file, found.source, environment);
  writeModel(rewriter, model, found, declaration, environment);
  reportLeftOver(rewriter, rules, found, declaration, reporter);
  const whole = new Patchwork();
  const at = { file: found.file, span: declaration.name.span };
  for (const derived of rewriter.derived.values()) {
    const layer = derivedText(derived, found, environment, reporter);
    if (layer === undefined) return undefined;
    whole.append(layer);
    whole.add("\n\n", at);
  }
  whole.append(rewriter.out);
  whole.add("\n", at);
  return readBack(whole, found, declaration, original, environment, reporter);
}

/** Parses the text as a file of its own, which sees everything that the file of the conversion sees. */
function readBack(
  whole: Patchwork,
  found: Found,
  declaration: ConvertDeclaration,
  original: Found,
  environment: Environment,
  reporter: Reporter,
): Conversion | undefined {
  const { text } = whole;
  const file = `${found.file}#${declaration.name.text}`;
  const { file: tree, problems } = parse(text);
  // Rules have been parsed, so this is a model that did not parse itself: reported there.
  if (problems.length > 0) return undefined;
  const declarations = tree.declarations.map((one) => ({ file, source: text, declaration: one }));
  const place = whole.placeOf.bind(whole);
  reporter.relocate(file, place);
  environment.addDerived(file, text, declarations, found.file, place);
  const made = declarations.find(
    ({ declaration: one }) => one.type !== "train" && one.name.text === declaration.name.text,
  );
  return made === undefined ? undefined : { text, found: made, original };
}

function derivedText(
  { layer, modifiers, rule }: DerivedLayer,
  { file }: Found,
  environment: Environment,
  reporter: Reporter,
): Patchwork | undefined {
  const stages = rule.replacement ?? [];
  const stage = stages.find((one) => one.call.callee.text === layer);
  const at = { file, span: stage?.span ?? rule.span };
  const found = environment.lookup(layer, file);
  if (found?.declaration.type !== "layer") {
    reporter.report(rows.weightsOfNoLayer, at, { name: layer });
    return undefined;
  }
  if (modifiers.weights === "trit") {
    reporter.report(rows.tritWeights, at, { name: layer });
    return undefined;
  }
  return deriveLayer(found, found.declaration, modifiers, at);
}

function reportLeftOver(
  rewriter: Rewriter,
  rules: readonly Rule[],
  { file, source }: Found,
  declaration: ConvertDeclaration,
  reporter: Reporter,
): void {
  const model = declaration.model.text;
  for (const rule of rules) {
    if (rewriter.used.has(rule) || rule.pattern.length === 0) continue;
    const span = {
      start: rule.pattern[0].span.start,
      end: rule.pattern[rule.pattern.length - 1].span.end,
    };
    const pattern = source.slice(span.start, span.end).replace(/\s+/g, " ");
    reporter.report(rows.ruleMatchesNothing, { file, span }, { pattern, model });
  }
  const { uncovered } = rewriter;
  if (uncovered.length === 0) return;
  const names = [...new Set(uncovered.map(({ name }) => name))];
  const related = uncovered.map(({ name, place }) => ({
    ...place,
    message: `\`${name}\` stays as it is`,
  }));
  reporter.report(
    rows.uncovered,
    { file, span: declaration.name.span },
    { names, model },
    { related },
  );
}

/* ---------------------------------------------------------------- the declaration */

function writeModel(
  rewriter: Rewriter,
  model: SourceModel,
  found: Found,
  declaration: ConvertDeclaration,
  environment: Environment,
): void {
  const { out } = rewriter;
  const at = { file: found.file, span: declaration.name.span };
  const doc = (declaration.doc ?? model.declaration.doc)?.trim();
  if (doc !== undefined) {
    out.add(
      doc
        .split("\n")
        .map((line) => `/// ${line}`.trimEnd() + "\n")
        .join(""),
      at,
    );
  }
  out.add("model ", at);
  out.copy(found.file, found.source, declaration.name.span.start, declaration.name.span.end);
  writeGenerics(rewriter, model, at);
  if (model.declaration.type === "solver") writeSolver(rewriter, model.declaration);
  else writeBody(rewriter, model.declaration, declaration, at, environment, found.file);
}

/** Generics that stand for numbers stay, with the values of the variant; the others are filled in. */
function writeGenerics(
  rewriter: Rewriter,
  model: SourceModel,
  at: { readonly file: string; readonly span: Generic["span"] },
): void {
  const { declaration, source } = model;
  const kept = declaration.generics.filter(({ name }) => !/^[A-Z]/.test(name.text));
  const texts = kept.map((generic) => {
    const value = model.bound.get(generic.name.text);
    if (value === undefined) return source.slice(generic.span.start, generic.span.end);
    const { span } = value.value;
    return `${generic.name.text}: ${value.source.slice(span.start, span.end)}`;
  });
  rewriter.out.add(texts.length === 0 ? "" : `<${texts.join(", ")}>`, at);
}

/** The end of the generics, or of the name when there are none. */
function headerEnd({ declaration, source }: SourceModel): number {
  const last = declaration.generics.at(-1);
  return last === undefined ? declaration.name.span.end : source.indexOf(">", last.span.end) + 1;
}

function writeSolver(rewriter: Rewriter, declaration: SolverDeclaration): void {
  const { stages } = declaration;
  rewriter.findLast([], [stages]);
  const first = stages[0]?.span.start ?? declaration.span.end;
  rewriter.copy(headerEnd(rewriter.model), first);
  rewriter.stages(stages, first);
  rewriter.copy(stages.at(-1)?.span.end ?? first, declaration.span.end);
}

function writeBody(
  rewriter: Rewriter,
  declaration: ModelDeclaration,
  convert: ConvertDeclaration,
  at: { readonly file: string; readonly span: Generic["span"] },
  environment: Environment,
  file: string,
): void {
  const roots: Expression[] = [];
  for (const item of declaration.items) {
    if (item.type === "let") roots.push(item.value);
    if (item.type === "running") roots.push(item.follows);
  }
  roots.push(declaration.result);
  roots.sort((a, b) => a.span.start - b.span.start);
  rewriter.findLast(roots, []);
  const steps = stepsOf(convert, environment, file);
  let cursor = headerEnd(rewriter.model);
  const firstLet = declaration.items.find((item) => item.type === "let");
  const begin = firstLet?.span.start ?? resultStart(rewriter.model, declaration);
  if (steps !== undefined) {
    // Neurons need time: everything from the first `let` on runs at every step, and the rate is the result.
    rewriter.copy(cursor, begin);
    const count = rewriter.ruleText(steps);
    rewriter.out.add(`return rate(over time ${count} {\n    `, at);
    cursor = begin;
  }
  for (const root of roots) {
    const start = root.span.start;
    if (root === declaration.result && steps !== undefined) {
      rewriter.copy(cursor, resultStart(rewriter.model, declaration));
      cursor = start;
    }
    rewriter.copy(cursor, start);
    rewriter.expression(root);
    cursor = root.span.end;
  }
  if (steps !== undefined) rewriter.out.add("\n  })", at);
  rewriter.copy(cursor, declaration.span.end);
}

/** Where `return` stands, or the result itself. */
function resultStart({ source }: SourceModel, { result }: ModelDeclaration): number {
  const before = source.slice(0, result.span.start);
  const word = /return\s*$/.exec(before);
  return word === null ? result.span.start : word.index;
}

/** The number of steps, when a rule brings in neurons. */
function stepsOf(
  convert: ConvertDeclaration,
  environment: Environment,
  file: string,
): Expression | undefined {
  const steps = convert.fields.find(
    (field): field is ConvertField & { readonly type: "steps" } => field.type === "steps",
  );
  const brings = convert.fields.some(
    (field) =>
      field.type === "rule" &&
      (field.replacement ?? []).some(
        ({ call }) => environment.lookup(call.callee.text, file)?.declaration.type === "neuron",
      ),
  );
  return brings ? steps?.value : undefined;
}
