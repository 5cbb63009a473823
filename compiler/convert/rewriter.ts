/**
 * Copies the declaration of a model and replaces what rules match.
 *
 * At every stage of a pipeline the rules are tried in the order of the source, `last` rules first; the first
 * that matches takes its stages. A rule of one stage also takes calls: `Dense<8>(h)`.
 *
 * What a replaced stage was given goes on to the stage that takes its place: the one of the same name, else
 * the next one of the same sort (layer, neuron) that has no partner yet. A stage that names generics itself
 * adds them to those handed on, and replaces equal names.
 */
import type { Call, Expression, Stage } from "../../grammar/tree.js";
import { childrenOf, walk } from "../check/walk.js";
import type { Environment } from "../resolve/environment.js";
import type { Modifiers } from "./derived-layer.js";
import { derivedName } from "./derived-layer.js";
import type { Part, Rule } from "./matching.js";
import { genericsOf, genericsText, matches, merged, partOf } from "./matching.js";
import type { Place } from "./patchwork.js";
import { Patchwork } from "./patchwork.js";
import type { SourceModel } from "./source-model.js";

/** A layer that the rules make out of another: `Dense weights sign`. */
export interface DerivedLayer {
  readonly layer: string;
  readonly modifiers: Modifiers;
  readonly rule: Rule;
}

/** A stage or call that no rule covers. */
export interface Uncovered {
  readonly name: string;
  readonly place: Place;
}

export class Rewriter {
  readonly out = new Patchwork();
  readonly used = new Set<Rule>();
  readonly uncovered: Uncovered[] = [];
  readonly derived = new Map<string, DerivedLayer>();
  private readonly lastPlaces = new Map<Rule, Call>();

  constructor(
    readonly model: SourceModel,
    private readonly rules: readonly Rule[],
    /** Where the rules are written. */
    private readonly ruleFile: string,
    private readonly ruleSource: string,
    private readonly environment: Environment,
  ) {}

  /** Finds where each `last` rule matches for the last time; to be called before anything is written. */
  findLast(roots: readonly Expression[], chains: readonly (readonly Stage[])[]): void {
    const places: { readonly parts: readonly Part[] }[] = [];
    const chain = (stages: readonly Stage[]): void => {
      const parts = stages.map(({ call }) => this.part(call));
      parts.forEach((_, k) => places.push({ parts: parts.slice(k) }));
    };
    for (const root of roots) {
      const inPipes = new Set<Call>();
      walk(root, (inner) => {
        if (inner.type === "pipe") {
          chain(inner.stages);
          for (const { call } of inner.stages) inPipes.add(call);
        } else if (inner.type === "call" && !inPipes.has(inner)) {
          places.push({ parts: [this.part(inner)] });
        }
      });
    }
    chains.forEach(chain);
    places.sort((a, b) => a.parts[0].call.span.start - b.parts[0].call.span.start);
    for (const rule of this.rules) {
      if (!rule.last) continue;
      const all = places.filter(({ parts }) => this.isMatch(rule, parts));
      const place = all.at(-1);
      if (place !== undefined) this.lastPlaces.set(rule, place.parts[0].call);
    }
  }

  copy(start: number, end: number): void {
    this.out.copy(this.model.file, this.model.source, start, end);
  }

  /** Writes an expression. */
  expression(expr: Expression): void {
    if (expr.type === "pipe") {
      this.copy(expr.span.start, expr.head.span.start);
      this.expression(expr.head);
      this.stages(expr.stages, expr.head.span.end);
      this.copy(expr.stages.at(-1)?.span.end ?? expr.head.span.end, expr.span.end);
      return;
    }
    if (expr.type === "call") return this.call(expr);
    let at = expr.span.start;
    for (const child of childrenOf(expr)) {
      this.copy(at, child.span.start);
      this.expression(child);
      at = child.span.end;
    }
    this.copy(at, expr.span.end);
  }

  /** Writes the stages of a pipeline, with the `|>` before each as it is in the source from `at` on. */
  stages(stages: readonly Stage[], start: number): void {
    const parts = stages.map(({ call }) => this.part(call));
    let at = start;
    for (let k = 0; k < stages.length;) {
      this.copy(at, stages[k].span.start);
      const rest = parts.slice(k);
      const rule = this.ruleFor(rest);
      const count = rule?.pattern.length ?? 1;
      if (rule === undefined) this.unmatched(rest[0]);
      else this.replace(rule, rest.slice(0, count));
      at = stages[k + count - 1].span.end;
      k += count;
    }
  }

  private call(call: Call): void {
    const part = this.part(call);
    const rule = this.ruleFor([part]);
    if (rule === undefined) return this.unmatched(part);
    const { replacement } = rule;
    if (replacement === undefined || replacement.length <= 1) return this.replace(rule, [part]);
    // f(x, g) becomes (x |> a(g) |> b): the first argument is what flows through the pipeline.
    const [first, ...others] = call.args ?? [];
    if (first === undefined) return this.replace(rule, [part]);
    const from = this.placeOf(rule);
    this.out.add("(", from);
    this.expression(first.value);
    this.out.add(" |> ", from);
    this.replace(rule, [{ ...part, call: { ...call, args: others } }]);
    this.out.add(")", from);
  }

  private part(call: Call): Part {
    return partOf(call, this.model.bound);
  }

  private isMatch(rule: Rule, parts: readonly Part[]): boolean {
    return matches(rule, this.ruleSource, parts, this.model.source);
  }

  private ruleFor(parts: readonly Part[]): Rule | undefined {
    const last = this.rules.find(
      (rule) => rule.last && this.lastPlaces.get(rule) === parts[0].call,
    );
    return last ?? this.rules.find((rule) => !rule.last && this.isMatch(rule, parts));
  }

  /** A part as it was, with what its generic stands for. */
  private unmatched(part: Part): void {
    const { name, call } = part;
    const { file } = this.model;
    if (this.isWorthARule(name)) this.uncovered.push({ name, place: { file, span: call.span } });
    this.unchanged(part);
  }

  private unchanged(part: Part): void {
    const { call, bound, name } = part;
    if (bound === undefined) {
      let at = call.span.start;
      for (const child of childrenOf(call)) {
        this.copy(at, child.span.start);
        this.boundName(child);
        at = child.span.end;
      }
      this.copy(at, call.span.end);
      return;
    }
    // `A<threshold: 2>` of `A: LIF<beta: 0.9>` is `LIF<beta: 0.9, threshold: 2>`.
    const generics = genericsText(genericsOf(part, this.model.source));
    this.out.add(name + generics, { file: bound.file, span: bound.value.span });
    if (call.args === undefined) return;
    let at = call.args[0]?.span.start ?? call.span.end;
    this.out.add("(", { file: this.model.file, span: call.span });
    for (const { value } of call.args) {
      this.copy(at, value.span.start);
      this.expression(value);
      at = value.span.end;
    }
    this.copy(at, call.span.end);
    if (call.args.length === 0) this.out.add(")", { file: this.model.file, span: call.span });
  }

  /** An argument; a name of a layer or neuron generic becomes what it stands for. */
  private boundName(expr: Expression): void {
    const bound = expr.type === "name" ? this.model.bound.get(expr.text) : undefined;
    if (bound === undefined || expr.type !== "name" || !/^[A-Z]/.test(expr.text)) {
      return this.expression(expr);
    }
    const { start, end } = bound.value.span;
    this.out.copy(bound.file, bound.source, start, end);
  }

  /** Layers, neurons and other declarations; the small functions between them need no rule. */
  private isWorthARule(name: string): boolean {
    return this.sortOf(name) === "layer" || this.sortOf(name) === "neuron";
  }

  private sortOf(name: string): string {
    return this.environment.lookup(name, this.ruleFile)?.declaration.type ?? "primitive";
  }

  private placeOf(rule: Rule): Place {
    const stages = rule.replacement ?? rule.pattern;
    const span =
      stages.length === 0
        ? rule.span
        : { start: stages[0].span.start, end: stages[stages.length - 1].span.end };
    return { file: this.ruleFile, span };
  }

  /* ---------------------------------------------------------------- replacements */

  private replace(rule: Rule, parts: readonly Part[]): void {
    this.used.add(rule);
    const { replacement } = rule;
    if (replacement === undefined) {
      parts.forEach((part, k) => {
        if (k > 0) this.copy(parts[k - 1].call.span.end, part.call.span.start);
        this.unchanged(part);
      });
      return;
    }
    const from = this.placeOf(rule);
    const partners = this.partners(replacement, parts);
    replacement.forEach((stage, k) => {
      if (k > 0) this.out.add(" |> ", from);
      this.newStage(stage, partners.get(stage), rule, from);
    });
  }

  /** Which replaced part each new stage takes the generics and arguments of. */
  private partners(
    replacement: readonly Stage[],
    parts: readonly Part[],
  ): ReadonlyMap<Stage, Part> {
    const partners = new Map<Stage, Part>();
    const free = new Set(parts);
    const pair = (stage: Stage, part: Part | undefined): void => {
      if (part === undefined) return;
      partners.set(stage, part);
      free.delete(part);
    };
    for (const stage of replacement) {
      pair(
        stage,
        [...free].find((part) => part.name === stage.call.callee.text),
      );
    }
    for (const stage of replacement) {
      const sort = this.sortOf(stage.call.callee.text);
      if (partners.has(stage) || sort === "primitive") continue;
      pair(
        stage,
        [...free].find((part) => this.sortOf(part.name) === sort),
      );
    }
    return partners;
  }

  private newStage(stage: Stage, part: Part | undefined, rule: Rule, from: Place): void {
    const { call } = stage;
    const word = (name: "weights" | "scale"): string | undefined =>
      stage.modifiers.find((one) => one.name === name)?.value.text;
    const modifiers: Modifiers = { weights: word("weights"), scale: word("scale") };
    let name = call.callee.text;
    if (modifiers.weights !== undefined || modifiers.scale !== undefined) {
      const derived = derivedName(name, modifiers);
      this.derived.set(derived, { layer: name, modifiers, rule });
      name = derived;
    }
    const own = call.generics.map((one) => ({
      name: one.name?.text,
      text: this.ruleText(one.value),
    }));
    const handed = part === undefined ? [] : genericsOf(part, this.model.source);
    this.out.add(name + genericsText(merged(handed, own)), from);
    if (call.args !== undefined) {
      this.out.add(`(${call.args.map((one) => this.ruleText(one.value)).join(", ")})`, from);
    } else if (part?.call.args !== undefined && part.call.args.length > 0) {
      this.out.add("(", from);
      part.call.args.forEach((argument, k) => {
        if (k > 0) this.out.add(", ", from);
        this.copy(argument.span.start, argument.value.span.start);
        this.expression(argument.value);
      });
      this.out.add(")", from);
    }
  }

  /** What the conversion says, as it stands there. */
  ruleText(value: Expression): string {
    return this.ruleSource.slice(value.span.start, value.span.end);
  }
}
