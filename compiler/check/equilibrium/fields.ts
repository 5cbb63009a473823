/** Checks the fields of an `equilibrium` block: names, solver, gradient, carry, contraction. */
import type {
  EquilibriumDeclaration,
  EquilibriumField,
  Expression,
  ParamField,
  TypeExpression,
} from "../../../grammar/tree.js";
import { fields as fieldRows } from "../../diagnostics/catalogue/fields.js";
import { neurons as neuronRows } from "../../diagnostics/catalogue/neurons.js";
import { physics as rows } from "../../diagnostics/catalogue/physics.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { NeuronIr } from "../../ir/ir.js";
import type { Found } from "../../resolve/found.js";
import type { Environment } from "../../resolve/environment.js";
import { fieldsOf, findDeclaration, reportRepeated } from "../fields.js";
import { checkNamedCall, reportUnknownWord } from "../named-arguments.js";
import { checkNeuron } from "../neuron.js";
import { numberOf } from "../number.js";
import { isInside, rangeText } from "../range.js";
import { walk } from "../walk.js";
import { carries, gradients, solvers } from "./tables.js";
import { FormulaChecker, mentionsAny } from "../physics/formula.js";
import { NameTable } from "../name-table.js";
import { stageNames } from "../stages.js";

/** True when the block is right; else everything wrong in it has been reported. */
export function checkEquilibrium(
  found: Found,
  environment: Environment,
  reporter: Reporter,
): boolean {
  const { declaration } = found;
  if (declaration.type !== "equilibrium") return false;
  return new EquilibriumChecker(found.file, declaration, environment, reporter).check();
}

type FieldOf<T extends EquilibriumField["type"]> = EquilibriumField & { readonly type: T };

class EquilibriumChecker {
  private readonly names: NameTable;
  private readonly broken: boolean;
  private sound = true;

  constructor(
    private readonly file: string,
    private readonly declaration: EquilibriumDeclaration,
    private readonly environment: Environment,
    private readonly reporter: Reporter,
  ) {
    this.names = new NameTable(file, reporter);
    this.broken = environment.hasSyntaxProblem(file, declaration.span);
    if (this.broken) this.sound = false;
  }

  check(): boolean {
    const neuron = this.checkNeuronField();
    const states = this.declareNames();
    this.checkFormulas(neuron);
    this.checkFixpoints(states);
    this.checkContractions(states);
    this.checkCall("solve", "solver", solvers, "solve anderson(memory: 5)");
    this.checkCall("gradient", "gradient", gradients, "gradient implicit(solver: anderson)");
    this.checkCarry();
    return this.sound;
  }

  private of<T extends EquilibriumField["type"]>(type: T): readonly FieldOf<T>[] {
    return fieldsOf<EquilibriumField, T>(this.declaration.fields, type);
  }

  private single<T extends EquilibriumField["type"]>(type: T): FieldOf<T> | undefined {
    const all = this.of(type);
    if (all.length > 1) this.sound = false;
    const owner = "this equilibrium";
    reportRepeated(all, type, owner, this.file, this.environment, this.reporter);
    return all[0];
  }

  private missing(field: string, because: string, example: string): void {
    this.sound = false;
    if (this.broken) return;
    const owner = `equilibrium \`${this.declaration.name.text}\``;
    const at = { file: this.file, span: this.declaration.name.span };
    this.reporter.report(fieldRows.missingField, at, { owner, field, because, example });
  }

  private checkNeuronField(): NeuronIr | undefined {
    const field = this.single("neuron");
    if (field === undefined) {
      this.missing("neuron", "its spikes are what the equilibrium is a rate of", "neuron LIF");
      return undefined;
    }
    const { call } = field;
    if (call.type === "invalid") return undefined;
    if (call.type !== "name" && call.type !== "call") {
      this.sound = false;
      const at = { file: this.file, span: call.span };
      const what = "the neuron of an equilibrium";
      this.reporter.report(fieldRows.badExpression, at, { what, expected: "a neuron by name" });
      return undefined;
    }
    const name = call.type === "name" ? call : call.callee;
    const found = findDeclaration(
      name,
      "neuron",
      ["neuron"],
      "`neuron`",
      this.file,
      this.environment,
      this.reporter,
    );
    const neuron = found && checkNeuron(found, this.environment, this.reporter);
    if (neuron === undefined) this.sound = false;
    else if (call.type === "call") this.checkNeuronArguments(call, neuron);
    return neuron;
  }

  private checkNeuronArguments(
    call: Extract<Expression, { type: "call" }>,
    neuron: NeuronIr,
  ): void {
    const known = neuron.params.map((param) => param.name);
    call.generics.forEach(({ name, value, span }, index) => {
      const text = name?.text ?? known[index] ?? "";
      const param = neuron.params.find((one) => one.name === text);
      const at = { file: this.file, span: name?.span ?? span };
      if (param === undefined) {
        this.sound = false;
        const suggestion = didYouMean(text, { right: known });
        const words = { callee: call.callee.text, name: text, known, suggestion };
        this.reporter.report(fieldRows.unknownArgument, at, words);
        return;
      }
      if (value.type === "invalid") return;
      const number = numberOf(value);
      const isGeneric =
        value.type === "name" &&
        this.declaration.generics.some((generic) => generic.name.text === value.text);
      const place = { file: this.file, span: value.span };
      if (number === undefined && !isGeneric) {
        this.sound = false;
        this.reporter.report(neuronRows.notConstant, place, { what: `\`${text}\`` });
      }
      if (number === undefined || param.range === undefined) return;
      if (isInside(number, param.range)) return;
      this.sound = false;
      const range = rangeText(param.range);
      this.reporter.report(neuronRows.valueOutsideRange, place, {
        name: text,
        value: String(number),
        range,
      });
    });
  }

  /** Declares parameters, weights, lets and fixpoints; returns the names of the fixpoints. */
  private declareNames(): ReadonlySet<string> {
    for (const { name } of this.declaration.parameters) this.declare(name, "an input");
    const states = new Set<string>();
    for (const field of this.declaration.fields) {
      if (field.type === "param") field.names.forEach((name) => this.declare(name, "a parameter"));
      if (field.type === "running") this.declare(field.name, "a statistic");
      if (field.type === "let") this.declare(field.name, "a value");
      if (field.type !== "fixpoint") continue;
      for (const { left } of field.equations) {
        if (left.type === "name") {
          this.declare(left, "a fixpoint");
          states.add(left.text);
        } else {
          this.sound = false;
          if (left.type === "invalid") continue;
          this.reporter.report(rows.fixpointForm, { file: this.file, span: left.span }, {});
        }
      }
    }
    return states;
  }

  private declare(name: Parameters<NameTable["declare"]>[0], what: string): void {
    if (!this.names.declare(name, what)) this.sound = false;
  }

  private checkFormulas(neuron: NeuronIr | undefined): void {
    const { generics, parameters } = this.declaration;
    const fixpoints = this.of("fixpoint").flatMap((field) => field.equations);
    const sizes = parameters.flatMap((parameter) => sizesOf(parameter.declaredType));
    const formula = new FormulaChecker(
      this.file,
      {
        owner: "equilibrium",
        values: [
          ...this.names.names(),
          ...(neuron?.params.map((param) => param.name) ?? []),
          "previous",
        ],
        hidden: [...generics.map((generic) => generic.name.text), ...sizes, "i", "j", "e"],
        fields: new Map(),
        functions: [
          ...stageNames(this.environment, this.file),
          ...generics.map((generic) => generic.name.text),
        ],
        tensors: true,
      },
      this.reporter,
    );
    const isWhole = fixpoints.every(({ left }) => left.type === "name");
    if (neuron === undefined || !isWhole) {
      // Which names the neuron or a fixpoint would give is not known, so none can be called unknown.
      return;
    }
    for (const field of this.declaration.fields) {
      if (field.type === "let") formula.check(field.value);
      if (field.type === "running") formula.check(field.follows);
      if (field.type === "fixpoint") field.equations.forEach(({ right }) => formula.check(right));
    }
    if (!formula.sound) this.sound = false;
  }

  private checkFixpoints(states: ReadonlySet<string>): void {
    const equations = this.of("fixpoint").flatMap((field) => field.equations);
    if (equations.length === 0) {
      this.missing(
        "fixpoint",
        "it is the equation that holds at rest",
        "fixpoint a = clip(a @ w, 0, 1)",
      );
    }
    for (const { left, right } of equations) {
      // In coupled equations a state may depend on itself through the others.
      if (left.type !== "name" || mentionsAny(right, states)) continue;
      const at = { file: this.file, span: left.span };
      this.reporter.report(rows.notAFixpoint, at, { name: left.text });
    }
  }

  /** Each weight that a fixpoint's state is multiplied by has a bound, or the author takes the risk. */
  private checkContractions(states: ReadonlySet<string>): void {
    const params = new Map<string, ParamField>();
    for (const field of this.of("param")) {
      for (const name of field.names) params.set(name.text, field);
      const { contraction } = field;
      if (contraction === undefined || contraction.type === "invalid") continue;
      const value = numberOf(contraction);
      if (value !== undefined && value > 0 && value <= 1) continue;
      this.sound = false;
      const found = value === undefined ? "no known size" : String(value);
      this.reporter.report(
        rows.contractionRange,
        { file: this.file, span: contraction.span },
        { found },
      );
    }
    if (this.of("unchecked").length > 0) return;
    const [state] = states;
    for (const { right } of this.of("fixpoint").flatMap((field) => field.equations)) {
      walk(right, (inner) => {
        if (inner.type !== "binary" || inner.operator !== "@") return;
        const sides = [inner.left, inner.right];
        if (!sides.some((side) => mentionsAny(side, states))) return;
        for (const side of sides) {
          if (side.type !== "name" || params.get(side.text) === undefined) continue;
          if (params.get(side.text)?.contraction !== undefined) continue;
          this.sound = false;
          const at = { file: this.file, span: side.span };
          this.reporter.report(rows.noContraction, at, { name: side.text, state });
        }
      });
    }
  }

  /** `carry exact`: how a snapshot begins; without the field every snapshot stands alone. */
  private checkCarry(): void {
    const field = this.single("carry");
    if (field === undefined || carries.some((one) => one === field.word.text)) return;
    this.sound = false;
    if (field.word.text === "") return;
    reportUnknownWord("carry", field.word, carries, this.file, this.reporter);
  }

  private checkCall(
    type: "solve" | "gradient",
    what: string,
    tables: typeof solvers,
    example: string,
  ): void {
    const field = this.single(type);
    if (field === undefined) {
      const because =
        type === "solve"
          ? "it says how the equilibrium is found"
          : "it says how learning passes through the equilibrium";
      this.missing(type, because, example);
      return;
    }
    const call = checkNamedCall(field.call, what, tables, this.file, this.reporter);
    if (call === undefined) this.sound = false;
  }
}

/** Lower-case sizes in a type, which may be used as numbers. */
function sizesOf(type: TypeExpression): readonly string[] {
  if (type.type !== "tensorType") return [];
  return (type.dims ?? []).flatMap((dim) => (dim.type === "name" ? [dim.text] : []));
}
