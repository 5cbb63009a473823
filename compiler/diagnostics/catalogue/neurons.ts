/** U3xx: neurons. */
import { entry } from "../diagnostic.js";

/** A correct neuron that the examples change in one place. */
const rightNeuron = `neuron Leaky<beta: 0.9 in [0, 1], threshold: 1> {
  state  v = 0
  update v = beta * v + input
  spike  when v >= threshold
  reset  v = v - threshold
  emit   1
}`;

/** The correct neuron with one piece replaced, so that every example is wrong in one place only. */
function wrong(piece: string, by: string): string {
  return rightNeuron.replace(piece, by);
}

function didYouMean(suggestion: string | undefined, otherwise?: string): string | undefined {
  return suggestion === undefined ? otherwise : `did you mean \`${suggestion}\`?`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

export const neurons = {
  unknownValue: entry<{
    name: string;
    known: readonly string[];
    where: string;
    suggestion: string | undefined;
  }>({
    code: "U301",
    name: "unknown-neuron-value",
    severity: "error",
    message: ({ name }) => `there is no value \`${name}\` in this neuron`,
    why: ({ known, where }) =>
      known.length === 0 ? `${where} reads numbers only` : `${where} can read ${list(known)}`,
    fix: ({ suggestion }) => didYouMean(suggestion),
    example: { wrong: wrong("beta * v", "bta * v"), right: rightNeuron },
  }),
  unknownState: entry<{
    field: string;
    name: string;
    states: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "U302",
    name: "unknown-state",
    severity: "error",
    message: ({ field, name }) => `\`${field}\` of \`${name}\`, which is not a state`,
    why: ({ states }) =>
      states.length === 0
        ? "a neuron keeps only what a `state` line declares, and there is none"
        : `a neuron keeps only what a \`state\` line declares: ${list(states)}`,
    fix: ({ name, suggestion }) => didYouMean(suggestion, `add \`state ${name} = 0\``),
    example: { wrong: wrong("update v", "update u"), right: rightNeuron },
  }),
  withoutState: entry<{ name: string }>({
    code: "U303",
    name: "neuron-without-state",
    severity: "warning",
    message: ({ name }) => `neuron \`${name}\` has no state`,
    why: () => "without a state it remembers nothing from one time step to the next",
    fix: () => "add a state, e.g. `state v = 0` and `update v = 0.9 * v + input`",
    example: {
      wrong: "neuron Step {\n  spike when input > 0\n  emit  1\n}",
      right: rightNeuron,
    },
  }),
  withoutEmit: entry<{ name: string }>({
    code: "U304",
    name: "neuron-without-emit",
    severity: "error",
    message: ({ name }) => `neuron \`${name}\` emits nothing`,
    why: () => "`emit` says what the next layer receives when the neuron spikes",
    fix: () => "add `emit 1` for spikes, or `emit v` for a value",
    example: { wrong: wrong("  emit   1\n", ""), right: rightNeuron },
  }),
  withoutSpike: entry<{ because: string }>({
    code: "U305",
    name: "neuron-without-spike",
    severity: "error",
    message: () => "this neuron has no `spike` line",
    why: ({ because }) => because,
    fix: () => "add `spike when v >= threshold`, or emit a value of the state at every step",
    example: { wrong: wrong("  spike  when v >= threshold\n", ""), right: rightNeuron },
  }),
  duplicateName: entry<{ name: string; what: string; first: string }>({
    code: "U306",
    name: "duplicate-neuron-name",
    severity: "error",
    message: ({ name, what }) => `${what} \`${name}\` takes a name that is already used`,
    why: ({ name, first }) => `\`${name}\` is already ${first} of this neuron`,
    fix: () => "give it another name",
    example: {
      wrong: wrong("  state  v = 0\n", "  state  v = 0\n  state  v = 1\n"),
      right: rightNeuron,
    },
  }),
  duplicateField: entry<{ field: string; line: number }>({
    code: "U307",
    name: "duplicate-neuron-field",
    severity: "error",
    message: ({ field }) => `a second \`${field}\` line`,
    why: ({ field, line }) => `a neuron has one \`${field}\`; the first is in line ${line}`,
    fix: ({ field }) => `keep one \`${field}\` line`,
    example: { wrong: wrong("emit   1", "emit   1\n  emit   v"), right: rightNeuron },
  }),
  parameterWithoutValue: entry<{ name: string; learn: boolean }>({
    code: "U308",
    name: "parameter-without-value",
    severity: "error",
    message: ({ name }) => `parameter \`${name}\` has no value`,
    why: ({ learn }) =>
      learn
        ? "a learned parameter needs a value to start from"
        : "a neuron must be usable without arguments, so each parameter has a default",
    fix: ({ name, learn }) =>
      learn
        ? `write \`learn ${name}: 0.9\` or \`learn ${name}: uniform(0, 1)\``
        : `write \`${name}: 0.9\``,
    example: {
      wrong: wrong("beta: 0.9 in [0, 1]", "learn beta"),
      right: wrong("beta: 0.9 in [0, 1]", "learn beta: uniform(0, 1)"),
    },
  }),
  valueOutsideRange: entry<{ name: string; value: string; range: string }>({
    code: "U309",
    name: "value-outside-range",
    severity: "error",
    message: ({ name, value, range }) => `\`${name}\` is ${value}, outside its range ${range}`,
    why: ({ name, range }) => `\`${name}\` is declared \`in ${range}\``,
    fix: ({ range }) => `give a value in ${range}, or widen the range`,
    example: { wrong: wrong("beta: 0.9", "beta: 1.5"), right: rightNeuron },
  }),
  emptyRange: entry<{ range: string; low: number; high: number }>({
    code: "U310",
    name: "empty-range",
    severity: "error",
    message: ({ range }) => `the range ${range} contains no number`,
    why: ({ low, high }) =>
      low > high
        ? `its low end ${low} is above its high end ${high}`
        : `its ends are equal and not both included`,
    fix: ({ low, high }) =>
      low > high ? `write the ends in order: ${high}, ${low}` : "move the ends apart",
    example: { wrong: wrong("in [0, 1]", "in [1, 0]"), right: rightNeuron },
  }),
  notConstant: entry<{ what: string }>({
    code: "U311",
    name: "not-a-constant",
    severity: "error",
    message: ({ what }) => `${what} must be a number known now`,
    why: () => "it is part of the program, so it is computed from numbers, `pi`, `e` and `inf`",
    fix: () => "write a number",
    example: { wrong: wrong("beta: 0.9", "beta: threshold"), right: rightNeuron },
  }),
  unknownInitialiser: entry<{
    name: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "U312",
    name: "unknown-neuron-initialiser",
    severity: "error",
    message: ({ name }) => `there is no initialiser \`${name}\` for a neuron's parameter`,
    why: ({ known }) => `the initialisers of one number are ${list(known)}`,
    fix: ({ suggestion }) => didYouMean(suggestion, "write a number or `uniform(0, 1)`"),
    example: {
      wrong: wrong("beta: 0.9", "learn beta: unifrm(0, 1)"),
      right: wrong("beta: 0.9", "learn beta: uniform(0, 1)"),
    },
  }),
  badArguments: entry<{ what: string; expected: string; found: number }>({
    code: "U313",
    name: "wrong-argument-count",
    severity: "error",
    message: ({ what, expected, found }) => `\`${what}\` takes ${expected}, found ${found}`,
    why: ({ what, expected }) => `\`${what}\` is defined for ${expected}`,
    fix: ({ expected }) => `give ${expected}`,
    example: {
      wrong: wrong("beta * v + input", "exp(beta, v) + input"),
      right: wrong("beta * v + input", "exp(beta) * v + input"),
    },
  }),
  unknownSurrogate: entry<{
    name: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "U314",
    name: "unknown-surrogate",
    severity: "error",
    message: ({ name }) => `there is no surrogate \`${name}\``,
    why: ({ known }) =>
      `the surrogates are ${list(known)}, and \`custom(u) = ..\` with a derivative of your own`,
    fix: ({ suggestion }) => didYouMean(suggestion, "write `surrogate atan(alpha: 2)`"),
    example: {
      wrong: wrong("v >= threshold", "v >= threshold surrogate atn(alpha: 2)"),
      right: wrong("v >= threshold", "v >= threshold surrogate atan(alpha: 2)"),
    },
  }),
  unknownSurrogateArgument: entry<{
    surrogate: string;
    name: string;
    expected: string;
    suggestion: string | undefined;
  }>({
    code: "U315",
    name: "unknown-surrogate-argument",
    severity: "error",
    message: ({ surrogate, name }) => `surrogate \`${surrogate}\` has no argument \`${name}\``,
    why: ({ surrogate, expected }) => `\`${surrogate}\` has one argument, \`${expected}\``,
    fix: ({ expected }) => `did you mean \`${expected}\`?`,
    example: {
      wrong: wrong("v >= threshold", "v >= threshold surrogate atan(slope: 2)"),
      right: wrong("v >= threshold", "v >= threshold surrogate atan(alpha: 2)"),
    },
  }),
  surrogateNotPositive: entry<{ surrogate: string; argument: string; value: number }>({
    code: "U316",
    name: "surrogate-not-positive",
    severity: "error",
    message: ({ surrogate, argument, value }) =>
      `\`${argument}\` of surrogate \`${surrogate}\` is ${value}`,
    why: ({ argument }) =>
      `\`${argument}\` sets the width of the surrogate derivative, so it is above 0 and finite`,
    fix: () => "give a number above 0",
    example: {
      wrong: wrong("v >= threshold", "v >= threshold surrogate atan(alpha: 0)"),
      right: wrong("v >= threshold", "v >= threshold surrogate atan(alpha: 2)"),
    },
  }),
  unknownFunction: entry<{
    name: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "U317",
    name: "unknown-neuron-function",
    severity: "error",
    message: ({ name }) => `there is no function \`${name}\` inside a neuron`,
    why: ({ known }) => `a neuron computes with single numbers; its functions are ${list(known)}`,
    fix: ({ suggestion }) => didYouMean(suggestion),
    example: {
      wrong: wrong("beta * v + input", "beta * v + tahn(input)"),
      right: wrong("beta * v + input", "beta * v + tanh(input)"),
    },
  }),
  notScalar: entry<{ what: string }>({
    code: "U318",
    name: "not-a-neuron-expression",
    severity: "error",
    message: ({ what }) => `${what} has no meaning inside a neuron`,
    why: () => "the lines of a neuron compute one number for each unit and time step",
    fix: () => "write it with numbers, `+ - * / ^` and functions such as `exp`",
    example: {
      wrong: wrong("beta * v", "beta @ v"),
      right: rightNeuron,
    },
  }),
  spikeCondition: entry<{ found: string }>({
    code: "U319",
    name: "spike-condition",
    severity: "error",
    message: ({ found }) => `a spike cannot be decided by ${found}`,
    why: () => "a neuron spikes where a value passes a threshold, from below or from above",
    fix: () => "write `spike when v >= threshold`",
    example: { wrong: wrong("v >= threshold", "v == threshold"), right: rightNeuron },
  }),
  emitZero: entry<{ side: string }>({
    code: "U320",
    name: "emit-zero",
    severity: "error",
    message: ({ side }) => `${side} emits 0`,
    why: () => "0 is what a silent neuron emits, so the next layer could not see the spike",
    fix: () => "emit 1, or a value",
    example: { wrong: wrong("emit   1", "emit   0"), right: rightNeuron },
  }),
  emitSides: entry<{ spike: "one" | "two" }>({
    code: "U321",
    name: "emit-sides",
    severity: "error",
    message: ({ spike }) =>
      spike === "one"
        ? "`emit .. or ..` in a neuron that spikes on one side only"
        : "this `emit` gives no value for a spike below",
    why: ({ spike }) =>
      spike === "one"
        ? "the value after `or` is for a spike below, and `spike when` has no `below`"
        : "`spike when .. above .. / below ..` has two kinds of spike, and each needs its value",
    fix: ({ spike }) =>
      spike === "one"
        ? "remove `or ..`, or write `spike when v above threshold / below -threshold`"
        : "write `emit 1 or -1`",
    example: {
      wrong: wrong("emit   1", "emit   1 or -1"),
      right: wrong("v >= threshold", "v above threshold / below -threshold").replace(
        "emit   1",
        "emit   1 or -1",
      ),
    },
  }),
  stateNeverChanges: entry<{ name: string }>({
    code: "U322",
    name: "state-never-changes",
    severity: "warning",
    message: ({ name }) => `state \`${name}\` never changes`,
    why: () => "no `update` and no `reset` line sets it, so it is a constant",
    fix: ({ name }) => `add \`update ${name} = ..\`, or make it a parameter`,
    example: {
      wrong: wrong("  state  v = 0\n", "  state  v = 0\n  state  w = 1\n").replace(
        "+ input",
        "+ w * input",
      ),
      right: rightNeuron,
    },
  }),
  unusedName: entry<{ what: string; name: string }>({
    code: "U323",
    name: "unused-neuron-name",
    severity: "warning",
    message: ({ what, name }) => `${what} \`${name}\` is never read`,
    why: () => "it has no effect on what the neuron emits",
    fix: ({ what }) => (what === "input" ? "read it in an `update` line" : "use it, or remove it"),
    example: { wrong: wrong("beta * v", "0.9 * v"), right: rightNeuron },
  }),
  divisionByZero: entry<{ because: string }>({
    code: "U324",
    name: "division-by-zero",
    severity: "error",
    message: () => "this divides by zero",
    why: ({ because }) => because,
    fix: () => "add a small number to the divisor, or start the state at another value",
    example: {
      wrong: wrong("beta * v + input", "beta * v + input / v"),
      right: wrong("beta * v + input", "beta * v + input / (v + 1)"),
    },
  }),
  upperCaseParameter: entry<{ name: string }>({
    code: "U325",
    name: "neuron-parameter-not-a-number",
    severity: "error",
    message: ({ name }) => `parameter \`${name}\` of a neuron must be a number`,
    why: () => "capitalised names are declarations, and a neuron contains no other declaration",
    fix: ({ name }) =>
      `write it in lower case: \`${name.charAt(0).toLowerCase()}${name.slice(1)}\``,
    example: { wrong: wrong("<beta: 0.9", "<A: relu, beta: 0.9"), right: rightNeuron },
  }),
  perNode: entry<{ name: string }>({
    code: "U326",
    name: "parameter-per-node",
    severity: "error",
    message: ({ name }) => `parameter \`${name}\` is \`per node\``,
    why: () => "a value for each node would tie the model to one graph",
    fix: () => "write `per channel`",
    example: {
      wrong:
        "neuron Leaky<learn beta: 0.9 per node> {\n  state  v = 0\n  update v = beta * v + input\n  spike  when v >= 1\n  reset  v = 0\n  emit   1\n}",
      right:
        "neuron Leaky<learn beta: 0.9 per channel> {\n  state  v = 0\n  update v = beta * v + input\n  spike  when v >= 1\n  reset  v = 0\n  emit   1\n}",
    },
  }),
};
