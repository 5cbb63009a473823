/**
 * Checks a neuron and gives it in the intermediate form.
 *
 * Order of one step: `update` lines top to bottom, then `spike` decides, `emit` reads the updated
 * states, `reset` lines run top to bottom where a spike fell. The order of the other fields in the
 * source is free. A state read before its `update` line has the value of the step before.
 */
import type {
  Comparison,
  Expression,
  NeuronDeclaration,
  NeuronField,
  SpikeField,
} from "../../grammar/tree.js";
import { neurons } from "../diagnostics/catalogue/neurons.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import type { NeuronIr, NeuronParamIr, NeuronStep, Scalar } from "../ir/ir.js";
import type { Kind } from "../ir/types.js";
import type { Found } from "../resolve/found.js";
import type { Environment } from "../resolve/environment.js";
import { NeuronNames, kindText } from "./neurons/names.js";
import { checkNeuronParameter } from "./neurons/parameters.js";
import type { Readable } from "./neurons/scalar.js";
import { ScalarReader, constantValue } from "./neurons/scalar.js";
import { checkSurrogate } from "./neurons/surrogate.js";

const checked = new WeakMap<Environment, Map<Found, NeuronIr | undefined>>();

/**
 * The neuron, or undefined after reporting every error in it. The same declaration is checked once
 * per program, so asking again reports nothing and returns the same object.
 */
export function checkNeuron(
  found: Found,
  environment: Environment,
  reporter: Reporter,
): NeuronIr | undefined {
  const { declaration } = found;
  if (declaration.type !== "neuron") return undefined;
  const known = checked.get(environment) ?? new Map<Found, NeuronIr | undefined>();
  checked.set(environment, known);
  if (!known.has(found)) {
    known.set(found, new NeuronChecker(found, declaration, environment, reporter).check());
  }
  return known.get(found);
}

type FieldOf<T extends NeuronField["type"]> = NeuronField & { readonly type: T };

class NeuronChecker {
  private readonly names: NeuronNames;
  private readonly reader: ScalarReader;
  private readonly file: string;
  /** Becomes false with the first error; the neuron is then undefined. */
  private sound = true;

  constructor(
    private readonly found: Found,
    private readonly declaration: NeuronDeclaration,
    private readonly environment: Environment,
    private readonly reporter: Reporter,
  ) {
    this.file = found.file;
    this.names = new NeuronNames((name) => environment.isUnread(name, this.file, declaration.span));
    this.reader = new ScalarReader(this.file, this.names, reporter);
    if (environment.hasSyntaxProblem(this.file, declaration.span)) {
      this.sound = false;
      this.names.silence();
    }
  }

  check(): NeuronIr | undefined {
    const { declaration } = this;
    this.declareInputs();
    const params = this.checkParams();
    const states = this.checkStates();
    const initial = new Map(states.map(({ name, initial }) => [name, constantValue(initial)]));
    const updates = this.checkUpdates(initial);
    const settled: Readable["first"] = (name) => initial.get(name);
    const spike = this.checkSpike(settled);
    const resets = this.checkResets();
    const emit = this.checkEmit(settled);
    this.checkWhatIsMissing();
    this.warn();
    if (!this.sound || emit === undefined) return undefined;
    return {
      tag: "neuron",
      name: this.environment.outputName(this.found),
      doc: declaration.doc,
      origin: this.environment.origin(this.file, declaration.name.span),
      inputs: this.names.of("input"),
      params,
      states,
      updates,
      spike,
      resets,
      emit,
      emits: kindOf(emit, spike !== undefined),
    };
  }

  private fields<T extends NeuronField["type"]>(type: T): readonly FieldOf<T>[] {
    return this.declaration.fields.filter((field): field is FieldOf<T> => field.type === type);
  }

  /** The one field of this type; reports further ones. */
  private single<T extends "spike" | "emit">(type: T): FieldOf<T> | undefined {
    const [first, ...more] = this.fields(type);
    for (const field of more) {
      const line = this.environment.origin(this.file, first.span).line;
      const span = { start: field.span.start, end: field.span.start + type.length };
      const firstSpan = { start: first.span.start, end: first.span.start + type.length };
      this.sound = false;
      this.reporter.report(
        neurons.duplicateField,
        { file: this.file, span },
        { field: type, line },
        { related: [{ file: this.file, span: firstSpan, message: "the first one" }] },
      );
    }
    return first;
  }

  private declareInputs(): void {
    const fields = this.fields("input");
    const identifiers = fields.flatMap((field) => field.names);
    if (fields.length === 0) {
      this.names.declare({ text: "input", span: this.declaration.name.span }, "input");
    }
    for (const name of identifiers) this.declare(name, "input");
  }

  private declare(
    name: { readonly text: string; readonly span: { start: number; end: number } },
    kind: "input" | "parameter" | "state",
  ): boolean {
    const earlier = this.names.declare(name, kind);
    if (earlier === undefined) return true;
    this.sound = false;
    this.reporter.report(
      neurons.duplicateName,
      { file: this.file, span: name.span },
      { name: name.text, what: kind, first: kindText(earlier.kind) },
      { related: [{ file: this.file, span: earlier.span, message: "first used here" }] },
    );
    return false;
  }

  private checkParams(): readonly NeuronParamIr[] {
    const params: NeuronParamIr[] = [];
    for (const generic of this.declaration.generics) {
      const fresh = this.declare(generic.name, "parameter");
      const param = checkNeuronParameter(generic, this.file, this.reporter);
      if (param === undefined) this.sound = false;
      else if (fresh) params.push(param);
    }
    return params;
  }

  private checkStates(): NeuronIr["states"] {
    const states: { name: string; initial: Scalar }[] = [];
    const fields = this.fields("state");
    // Declared first, so that a state is not a misspelt parameter in another state's initial value.
    const fresh = fields.map((field) => this.declare(field.name, "state"));
    fields.forEach((field, index) => {
      const initial = this.read(field.value, {
        kinds: ["parameter"],
        where: "the initial value of a state",
      });
      if (initial !== undefined && fresh[index]) states.push({ name: field.name.text, initial });
    });
    return states;
  }

  private read(expression: Expression, readable: Readable): Scalar | undefined {
    const scalar = this.reader.read(expression, readable);
    if (scalar === undefined) this.sound = false;
    return scalar;
  }

  /** Reads update lines; removes each updated state from `initial`, as its value is no longer known. */
  private checkUpdates(initial: Map<string, number | undefined>): readonly NeuronStep[] {
    const steps: NeuronStep[] = [];
    for (const field of this.fields("update")) {
      const step = this.step(field, "an `update` line", (name) => initial.get(name));
      initial.delete(field.name.text);
      if (step !== undefined) steps.push(step);
    }
    return steps;
  }

  private checkResets(): readonly NeuronStep[] {
    return this.fields("reset")
      .map((field) => this.step(field, "a `reset` line", undefined))
      .filter((step) => step !== undefined);
  }

  private step(
    field: FieldOf<"update"> | FieldOf<"reset">,
    where: string,
    first: Readable["first"],
  ): NeuronStep | undefined {
    const name = field.name.text;
    const sets = this.names.get(name)?.kind === "state";
    if (!sets) {
      const states = this.names.of("state");
      const suggestion = didYouMean(name, { right: states });
      this.sound = false;
      this.names.silence();
      if (!this.names.isUnread(name)) {
        this.reporter.report(
          neurons.unknownState,
          { file: this.file, span: field.name.span },
          { field: field.type, name, states, suggestion },
          { edits: suggestion === undefined ? [] : [{ span: field.name.span, text: suggestion }] },
        );
      }
    }
    const kinds = ["input", "parameter", "state"] as const;
    const value = this.read(field.value, { kinds, where, first, sets: name });
    if (value === undefined || !sets) return undefined;
    const line = this.environment.origin(this.file, field.span).line;
    return { state: name, value, detached: field.detached, line };
  }

  private checkSpike(first: Readable["first"]): NeuronIr["spike"] {
    const field = this.single("spike");
    if (field === undefined) return undefined;
    const margins =
      field.condition === undefined
        ? this.twoSided(field, first)
        : this.oneSided(field.condition, first);
    const surrogate = checkSurrogate(field.surrogate, this.file, this.reader, this.reporter);
    if (margins === undefined || surrogate === undefined) {
      this.sound = false;
      return undefined;
    }
    return { ...margins, surrogate, line: this.environment.origin(this.file, field.span).line };
  }

  private oneSided(condition: Expression, first: Readable["first"]): Margins | undefined {
    if (condition.type === "invalid") {
      this.names.silence();
      return undefined;
    }
    if (condition.type !== "comparison" || condition.operator === "==") {
      const [span, found] =
        condition.type === "comparison"
          ? [condition.operatorSpan, "`==`, which almost never holds between numbers"]
          : [condition.span, "a value alone"];
      this.names.silence();
      this.reporter.report(neurons.spikeCondition, { file: this.file, span }, { found });
      return undefined;
    }
    return this.comparison(condition, first);
  }

  private comparison(condition: Comparison, first: Readable["first"]): Margins | undefined {
    const left = this.read(condition.left, this.inSpike(first));
    const right = this.read(condition.right, this.inSpike(first));
    if (left === undefined || right === undefined) return undefined;
    const rises = condition.operator === ">" || condition.operator === ">=";
    const margin: Scalar = rises ? minus(left, right) : minus(right, left);
    const inclusive = condition.operator === ">=" || condition.operator === "<=";
    return { margin, inclusive, below: undefined };
  }

  private twoSided(field: SpikeField, first: Readable["first"]): Margins | undefined {
    const parts = [field.value, field.above, field.below].map((part) =>
      part === undefined ? undefined : this.read(part, this.inSpike(first)),
    );
    const [value, above, below] = parts;
    if (value === undefined || above === undefined || below === undefined) return undefined;
    return { margin: minus(value, above), inclusive: false, below: minus(below, value) };
  }

  private inSpike(first: Readable["first"]): Readable {
    return { kinds: ["input", "parameter", "state"], where: "a `spike` line", first };
  }

  private checkEmit(first: Readable["first"]): NeuronIr["emit"] | undefined {
    const field = this.single("emit");
    if (field === undefined) return undefined;
    const readable: Readable = {
      kinds: ["input", "parameter", "state"],
      where: "an `emit` line",
      first,
    };
    const above = this.read(field.above, readable);
    const below = field.below === undefined ? undefined : this.read(field.below, readable);
    const sides = [
      { value: above, expression: field.above, side: "a spike" },
      { value: below, expression: field.below, side: "a spike below" },
    ];
    for (const { value, expression, side } of sides) {
      if (value === undefined || expression === undefined || constantValue(value) !== 0) continue;
      this.sound = false;
      const at = { file: this.file, span: expression.span };
      this.reporter.report(neurons.emitZero, at, { side });
    }
    this.checkSides(field, above);
    if (above === undefined || (field.below !== undefined && below === undefined)) return undefined;
    return { above, below, line: this.environment.origin(this.file, field.span).line };
  }

  /** One value for each kind of spike, and a spike for each value. */
  private checkSides(field: FieldOf<"emit">, above: Scalar | undefined): void {
    const [spike] = this.fields("spike");
    const broken = this.environment.hasSyntaxProblem(this.file, this.declaration.span);
    if (broken) return;
    if (spike === undefined) {
      if (field.below !== undefined) {
        this.missingSpike(field.below, "the value after `or` is for a spike below");
      } else if (above !== undefined && constantValue(above) !== undefined) {
        this.missingSpike(
          field.above,
          "without spikes this neuron would emit the same at every step",
        );
      }
      return;
    }
    const two = spike.condition === undefined;
    if (two === (field.below !== undefined)) return;
    this.sound = false;
    const at = { file: this.file, span: (field.below ?? field.above).span };
    this.reporter.report(neurons.emitSides, at, { spike: two ? "two" : "one" });
  }

  private missingSpike(
    at: Expression | { span: { start: number; end: number } },
    because: string,
  ): void {
    this.sound = false;
    this.reporter.report(neurons.withoutSpike, { file: this.file, span: at.span }, { because });
  }

  private checkWhatIsMissing(): void {
    if (this.environment.hasSyntaxProblem(this.file, this.declaration.span)) return;
    const at = { file: this.file, span: this.declaration.name.span };
    const name = this.declaration.name.text;
    if (this.fields("emit").length === 0) {
      this.sound = false;
      this.reporter.report(neurons.withoutEmit, at, { name });
    }
    if (this.fields("state").length === 0 && this.fields("update").length === 0) {
      this.reporter.report(neurons.withoutState, at, { name });
    }
    const [reset] = this.fields("reset");
    if (reset !== undefined && this.fields("spike").length === 0) {
      this.missingSpike(reset.name, "`reset` lines run where a spike fell");
    }
  }

  /** Warnings, only of a neuron without errors: what is unused may be what an error is about. */
  private warn(): void {
    if (!this.sound) return;
    const changed = new Set(
      [...this.fields("update"), ...this.fields("reset")].map((field) => field.name.text),
    );
    for (const value of this.names.unused()) {
      const at = { file: this.file, span: value.span };
      this.reporter.report(neurons.unusedName, at, { what: value.kind, name: value.name });
      changed.add(value.name);
    }
    for (const { name } of this.fields("state")) {
      if (changed.has(name.text)) continue;
      const at = { file: this.file, span: name.span };
      this.reporter.report(neurons.stateNeverChanges, at, { name: name.text });
    }
  }
}

interface Margins {
  readonly margin: Scalar;
  readonly inclusive: boolean;
  readonly below: Scalar | undefined;
}

function minus(left: Scalar, right: Scalar): Scalar {
  return { tag: "binary", op: "-", left, right };
}

/** What the next layer may rely on: docs/language.md, `emit`. */
function kindOf(emit: NeuronIr["emit"], spikes: boolean): Kind {
  if (!spikes) return "real";
  const above = constantValue(emit.above);
  const below = emit.below === undefined ? undefined : constantValue(emit.below);
  if (emit.below === undefined) return above === 1 ? "spike" : above === -1 ? "trit" : "graded";
  const isUnit = (value: number | undefined): boolean => value === 1 || value === -1;
  return isUnit(above) && isUnit(below) ? "trit" : "graded";
}
