/** N12x: the fields of `data`, `train`, `equilibrium`, .. and their words, numbers and arguments. */
import { entry } from "../diagnostic.js";

const rightData = `data Bars {
  generate trusses(count: 40)
  graph    g { nodes x = "x" by "node_ptr"; edges = "edge_index" by "edge_ptr" }
  sample   target = "y"
  split    random 80 : 10 : 10
}`;

function wrong(piece: string, by: string): string {
  return rightData.replace(piece, by);
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

function didYouMean(suggestion: string | undefined): string | undefined {
  return suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`;
}

export const fields = {
  missingField: entry<{ owner: string; field: string; because: string; example: string }>({
    code: "N120",
    name: "missing-field",
    severity: "error",
    message: ({ owner, field }) => `${owner} has no \`${field}\``,
    why: ({ because }) => because,
    fix: ({ example }) => `add \`${example}\``,
    example: { wrong: wrong("  split    random 80 : 10 : 10\n", ""), right: rightData },
  }),
  duplicateField: entry<{ owner: string; field: string; line: number }>({
    code: "N121",
    name: "duplicate-field",
    severity: "error",
    message: ({ owner, field }) => `a second \`${field}\` in ${owner}`,
    why: ({ field, line }) => `there is one \`${field}\`; the first is in line ${line}`,
    fix: ({ field }) => `keep one \`${field}\``,
    example: {
      wrong: wrong("80 : 10 : 10", "80 : 10 : 10\n  split    random 70 : 15 : 15"),
      right: rightData,
    },
  }),
  unknownWord: entry<{
    what: string;
    name: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "N122",
    name: "unknown-word",
    severity: "error",
    message: ({ what, name }) => `there is no ${what} \`${name}\``,
    why: ({ what, known }) =>
      known.length === 0 ? `nothing here is a ${what}` : `possible here: ${list(known)}`,
    fix: ({ suggestion }) => didYouMean(suggestion),
    example: { wrong: wrong("trusses", "truses"), right: rightData },
  }),
  unknownArgument: entry<{
    callee: string;
    name: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "N123",
    name: "unknown-named-argument",
    severity: "error",
    message: ({ callee, name }) => `\`${callee}\` has no argument \`${name}\``,
    why: ({ callee, known }) =>
      known.length === 0
        ? `\`${callee}\` takes no arguments`
        : `the arguments of \`${callee}\` are ${list(known)}`,
    fix: ({ known, suggestion }) =>
      known.length === 0 ? "remove the argument" : didYouMean(suggestion),
    example: { wrong: wrong("count: 40", "cuont: 40"), right: rightData },
  }),
  argumentWithoutName: entry<{ callee: string; known: readonly string[] }>({
    code: "N124",
    name: "argument-without-name",
    severity: "error",
    message: ({ callee }) => `this argument of \`${callee}\` has no name`,
    why: ({ callee }) => `the arguments of \`${callee}\` are given by name, in any order`,
    fix: ({ known }) =>
      known.length === 0 ? "remove the argument" : `write \`${known[0]}: ..\` before the value`,
    example: { wrong: wrong("count: 40", "40"), right: rightData },
  }),
  duplicateArgument: entry<{ callee: string; name: string }>({
    code: "N125",
    name: "duplicate-argument",
    severity: "error",
    message: ({ name }) => `\`${name}\` is given twice`,
    why: ({ callee }) => `each argument of \`${callee}\` has one value`,
    fix: () => "keep one of them",
    example: { wrong: wrong("count: 40", "count: 40, count: 50"), right: rightData },
  }),
  missingArgument: entry<{ callee: string; name: string; example: string }>({
    code: "N126",
    name: "missing-named-argument",
    severity: "error",
    message: ({ callee, name }) => `\`${callee}\` needs the argument \`${name}\``,
    why: ({ name }) => `\`${name}\` has no default`,
    fix: ({ example }) => `write \`${example}\``,
    example: {
      wrong: `equilibrium Rest<H>(x: real[N, H]) -> real[N, H] {
  neuron   LIF
  param    w: real[H, H] = orthogonal  contraction 0.9
  fixpoint a = clip(a @ w + x, 0, 1)
  solve    simulate
  gradient unroll(steps: 30)
}`,
      right: `equilibrium Rest<H>(x: real[N, H]) -> real[N, H] {
  neuron   LIF
  param    w: real[H, H] = orthogonal  contraction 0.9
  fixpoint a = clip(a @ w + x, 0, 1)
  solve    simulate(steps: 30)
  gradient unroll(steps: 30)
}`,
    },
  }),
  badNumber: entry<{ what: string; expected: string; found: string; reason: string }>({
    code: "N127",
    name: "bad-number",
    severity: "error",
    message: ({ what, expected, found }) => `${what} is ${found}, expected ${expected}`,
    why: ({ reason }) => reason,
    fix: ({ expected }) => `give ${expected}`,
    example: { wrong: wrong("count: 40", "count: 0.5"), right: rightData },
  }),
  badExpression: entry<{ what: string; expected: string }>({
    code: "N128",
    name: "not-expected-here",
    severity: "error",
    message: ({ what, expected }) => `${what} must be ${expected}`,
    why: ({ expected }) => `only ${expected} has a meaning here`,
    fix: ({ expected }) => `write ${expected}`,
    example: { wrong: wrong("count: 40", "count: many"), right: rightData },
  }),
  duplicateWord: entry<{ what: string; name: string }>({
    code: "N129",
    name: "duplicate-word",
    severity: "warning",
    message: ({ what, name }) => `${what} \`${name}\` is listed twice`,
    why: () => "the second one changes nothing",
    fix: () => "remove it",
    example: {
      wrong: `${rightData}
model Net(g: graph(x: real[N, 4])) -> real[G, 1] {
  return pool mean g.x over g |> Dense<1>
}
train Net on Bars {
  loss     mse(output, target)
  optimize adam(rate: 1e-3)
  epochs   10
  seeds    1, 1
}`,
      right: `${rightData}
model Net(g: graph(x: real[N, 4])) -> real[G, 1] {
  return pool mean g.x over g |> Dense<1>
}
train Net on Bars {
  loss     mse(output, target)
  optimize adam(rate: 1e-3)
  epochs   10
  seeds    1, 2
}`,
    },
  }),
};
