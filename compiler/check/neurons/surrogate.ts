/** `surrogate atan(alpha: 2)` or `surrogate custom(u) = ..`. */
import type { Surrogate } from "../../../grammar/tree.js";
import { neurons } from "../../diagnostics/catalogue/neurons.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { NeuronIr, SurrogateName } from "../../ir/ir.js";
import { SURROGATE_DEFAULTS } from "../../neurons/surrogate.js";
import { numberOf } from "../number.js";
import type { ScalarReader } from "./scalar.js";

type SurrogateIr = NonNullable<NeuronIr["spike"]>["surrogate"];
type NamedSurrogate = Exclude<SurrogateName, "custom">;

/** The one argument of each surrogate. */
const argumentNames: Readonly<Record<NamedSurrogate, string>> = {
  atan: "alpha",
  sigmoid: "alpha",
  fast_sigmoid: "slope",
  super: "beta",
  triangle: "width",
  piecewise: "width",
  straight_through: "width",
};

/** Used when a neuron names none. */
const defaultSurrogate: SurrogateIr = {
  name: "atan",
  args: [SURROGATE_DEFAULTS.atan],
  variable: undefined,
  derivative: undefined,
};

/** The surrogate with its argument; without one written, `atan(alpha: 2)`. */
export function checkSurrogate(
  surrogate: Surrogate | undefined,
  file: string,
  reader: ScalarReader,
  reporter: Reporter,
): SurrogateIr | undefined {
  if (surrogate === undefined) return defaultSurrogate;
  const name = surrogate.name.text;
  if (name === "custom") return checkCustom(surrogate, file, reader, reporter);
  if (!isNamedSurrogate(name)) {
    const known = Object.keys(argumentNames);
    const at = { file, span: surrogate.name.span };
    const suggestion = didYouMean(name, { right: known });
    reporter.report(neurons.unknownSurrogate, at, { name, known, suggestion });
    return undefined;
  }
  const expected = argumentNames[name];
  if (surrogate.args.length > 1) {
    const at = { file, span: surrogate.args[1].span };
    const found = surrogate.args.length;
    reporter.report(neurons.badArguments, at, { what: name, expected: "1 number", found });
    return undefined;
  }
  if (surrogate.args.length === 0) {
    return { name, args: [SURROGATE_DEFAULTS[name]], variable: undefined, derivative: undefined };
  }
  const [argument] = surrogate.args;
  if (argument.name !== undefined && argument.name.text !== expected) {
    const at = { file, span: argument.name.span };
    const suggestion = expected;
    const wrong = { surrogate: name, name: argument.name.text, expected, suggestion };
    reporter.report(neurons.unknownSurrogateArgument, at, wrong, {
      edits: [{ span: argument.name.span, text: expected }],
    });
    return undefined;
  }
  if (argument.value.type === "invalid") return undefined;
  const value = numberOf(argument.value);
  const at = { file, span: argument.value.span };
  if (value === undefined) {
    const what = `\`${expected}\` of surrogate \`${name}\``;
    reporter.report(neurons.notConstant, at, { what });
    return undefined;
  }
  if (!(value > 0 && Number.isFinite(value))) {
    reporter.report(neurons.surrogateNotPositive, at, {
      surrogate: name,
      argument: expected,
      value,
    });
    return undefined;
  }
  return { name, args: [value], variable: undefined, derivative: undefined };
}

function checkCustom(
  surrogate: Surrogate,
  file: string,
  reader: ScalarReader,
  reporter: Reporter,
): SurrogateIr | undefined {
  const { variable, derivative } = surrogate;
  if (variable === undefined || derivative === undefined) {
    const at = { file, span: surrogate.name.span };
    const known = Object.keys(argumentNames);
    const suggestion = "custom(u) = 1 / (1 + abs(u)) ^ 2";
    reporter.report(neurons.unknownSurrogate, at, { name: "custom", known, suggestion });
    return undefined;
  }
  const scalar = reader.read(derivative, {
    kinds: ["parameter"],
    variable: variable.text,
    where: "a custom surrogate",
  });
  if (scalar === undefined) return undefined;
  return { name: "custom", args: [], variable: variable.text, derivative: scalar };
}

function isNamedSurrogate(name: string): name is NamedSurrogate {
  return Object.hasOwn(argumentNames, name);
}
