/** The generics of a neuron: its parameters, what they start from and where they may go. */
import type { Expression, Generic } from "../../../grammar/tree.js";
import { neurons } from "../../diagnostics/catalogue/neurons.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { Initialiser, InitialiserName, NeuronParamIr, NumberRange } from "../../ir/ir.js";
import { numberOf } from "../number.js";
import { checkRange, isInside, rangeText } from "../range.js";

/** Initialisers that make sense for one number, with how many arguments they take. */
const initialisers: Readonly<Partial<Record<InitialiserName, number>>> = {
  zeros: 0,
  ones: 0,
  constant: 1,
  uniform: 2,
  normal: 2,
};

/** The parameter, or undefined after reporting what is wrong with it. */
export function checkNeuronParameter(
  generic: Generic,
  file: string,
  reporter: Reporter,
): NeuronParamIr | undefined {
  const name = generic.name.text;
  const at = { file, span: generic.name.span };
  if (/^[A-Z]/.test(name)) {
    reporter.report(neurons.upperCaseParameter, at, { name });
    return undefined;
  }
  const range = generic.range === undefined ? undefined : checkRange(generic.range, file, reporter);
  if (generic.per === "node") {
    reporter.report(neurons.perNode, at, { name });
    return undefined;
  }
  if (generic.initial === undefined) {
    reporter.report(neurons.parameterWithoutValue, at, { name, learn: generic.learn });
    return undefined;
  }
  const initial = checkInitial(generic.initial, file, reporter);
  if (initial === undefined || (generic.range !== undefined && range === undefined))
    return undefined;
  if (range !== undefined && !startsInside(initial, range)) {
    reporter.report(
      neurons.valueOutsideRange,
      { file, span: generic.initial.span },
      { name, value: initialText(initial), range: rangeText(range) },
    );
    return undefined;
  }
  return { name, learn: generic.learn, per: generic.per ?? "shared", initial, range };
}

function checkInitial(
  expression: Expression,
  file: string,
  reporter: Reporter,
): Initialiser | undefined {
  if (expression.type === "invalid") return undefined;
  const value = numberOf(expression);
  if (value !== undefined && Number.isFinite(value)) return { name: "constant", args: [value] };
  const word =
    expression.type === "call"
      ? expression.callee
      : expression.type === "name"
        ? expression
        : undefined;
  const what = "the value of a parameter";
  if (word === undefined || value !== undefined) {
    reporter.report(neurons.notConstant, { file, span: expression.span }, { what });
    return undefined;
  }
  const at = { file, span: word.span };
  if (!isInitialiser(word.text)) {
    const known = Object.keys(initialisers);
    const suggestion = didYouMean(word.text, { right: known });
    if (expression.type === "name" && suggestion === undefined) {
      reporter.report(neurons.notConstant, at, { what });
    } else {
      reporter.report(neurons.unknownInitialiser, at, { name: word.text, known, suggestion });
    }
    return undefined;
  }
  const args = expression.type === "call" ? (expression.args ?? []) : [];
  const wanted = initialisers[word.text] ?? 0;
  if (args.length !== wanted) {
    const expected =
      wanted === 1 ? "1 number" : wanted === 0 ? "no arguments" : `${wanted} numbers`;
    reporter.report(neurons.badArguments, at, { what: word.text, expected, found: args.length });
    return undefined;
  }
  const numbers: number[] = [];
  for (const argument of args) {
    if (argument.value.type === "invalid") return undefined;
    const number = numberOf(argument.value);
    if (number === undefined || !Number.isFinite(number)) {
      const place = { file, span: argument.value.span };
      reporter.report(neurons.notConstant, place, { what: `an argument of \`${word.text}\`` });
      return undefined;
    }
    numbers.push(number);
  }
  if (word.text === "uniform" && numbers[0] > numbers[1]) {
    const [low, high] = numbers;
    const range = rangeText({ low, high, lowOpen: false, highOpen: false });
    reporter.report(neurons.emptyRange, { file, span: expression.span }, { range, low, high });
    return undefined;
  }
  return { name: word.text, args: numbers };
}

function isInitialiser(name: string): name is InitialiserName {
  return Object.hasOwn(initialisers, name);
}

/** Whether the first values can be outside; a normal distribution is judged by its mean. */
function startsInside(initial: Initialiser, range: NumberRange): boolean {
  switch (initial.name) {
    case "zeros":
      return isInside(0, range);
    case "ones":
      return isInside(1, range);
    case "uniform":
      return initial.args[0] >= range.low && initial.args[1] <= range.high;
    default:
      return isInside(initial.args[0], range);
  }
}

function initialText(initial: Initialiser): string {
  return initial.name === "constant"
    ? String(initial.args[0])
    : initial.args.length === 0
      ? initial.name
      : `${initial.name}(${initial.args.join(", ")})`;
}
