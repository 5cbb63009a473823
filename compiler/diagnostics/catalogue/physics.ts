/** P7xx: equilibrium blocks, physics problems, their solvers, and conversions. */
import { entry } from "../diagnostic.js";

const rightProblem = `problem Heat {
  const    k = 0.1
  domain   x in [0, 1], t in [0, 1]
  field    u(x, t)
  equation d(u, t) - k * d(u, x, x) = 0
  initial  u(x, 0) = sin(pi * x)
  boundary u(0, t) = 0, u(1, t) = 0
}`;

const rightRest = `equilibrium Rest<H>(x: real[N, H]) -> real[N, H] {
  neuron   LIF<beta: 0.95>
  param    w: real[H, H] = orthogonal  contraction 0.9
  fixpoint a = clip(a @ w + x, 0, 1)
  solve    anderson(memory: 5)
  gradient implicit(solver: anderson)
}`;

const rightConvert = `model Net(x: real[N, 4]) -> real[N, 1] {
  return x |> Dense<8> |> relu |> Dense<1>
}
convert Net to SpikingNet {
  steps     32
  rule      relu => IF
  rule      last Dense => keep
  calibrate weights, bias on training 1024
}`;

function inProblem(piece: string, by: string): string {
  return rightProblem.replace(piece, by);
}
function inRest(piece: string, by: string): string {
  return rightRest.replace(piece, by);
}
function inConvert(piece: string, by: string): string {
  return rightConvert.replace(piece, by);
}

/** The names, at most a dozen of them. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `\`${name}\``);
  const more = names.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
function didYouMean(suggestion: string | undefined): string | undefined {
  return suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`;
}

export const physics = {
  unknownValue: entry<{
    owner: string;
    name: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "P701",
    name: "unknown-problem-value",
    severity: "error",
    message: ({ owner, name }) => `there is no value \`${name}\` in this ${owner}`,
    why: ({ known }) =>
      known.length === 0 ? "only numbers have a meaning here" : `values here are ${list(known)}`,
    fix: ({ suggestion }) => didYouMean(suggestion),
    example: { wrong: inProblem("k * d", "nu * d"), right: rightProblem },
  }),
  unknownFunction: entry<{
    owner: string;
    name: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "P702",
    name: "unknown-problem-function",
    severity: "error",
    message: ({ owner, name }) => `there is no function \`${name}\` in this ${owner}`,
    why: ({ known }) => `functions here are ${list(known)}`,
    fix: ({ suggestion }) => didYouMean(suggestion),
    example: { wrong: inProblem("sin(pi", "snin(pi"), right: rightProblem },
  }),
  derivativeOf: entry<{
    name: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "P703",
    name: "derivative-of-unknown-field",
    severity: "error",
    message: ({ name }) => `\`d\` of \`${name}\`, which is not a field`,
    why: ({ known }) =>
      known.length === 0
        ? "derivatives are taken of what a `field` line declares, and there is none"
        : `derivatives are taken of fields, here ${list(known)}`,
    fix: ({ suggestion }) => didYouMean(suggestion),
    example: { wrong: inProblem("d(u, t)", "d(w, t)"), right: rightProblem },
  }),
  derivativeBy: entry<{
    field: string;
    name: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "P704",
    name: "derivative-by-unknown-variable",
    severity: "error",
    message: ({ field, name }) => `\`${field}\` does not depend on \`${name}\``,
    why: ({ field, known }) => `\`${field}\` is declared as a function of ${list(known)}`,
    fix: ({ suggestion }) => didYouMean(suggestion),
    example: { wrong: inProblem("d(u, x, x)", "d(u, x, y)"), right: rightProblem },
  }),
  derivativeForm: entry<{ found: number }>({
    code: "P705",
    name: "derivative-form",
    severity: "error",
    message: ({ found }) =>
      found < 2 ? "this derivative has no variable" : "a derivative is taken of a field by name",
    why: () => "`d(u, x, x)` is the second derivative of the field `u` by `x`",
    fix: () => "write the field first, then one variable for each order",
    example: { wrong: inProblem("d(u, t)", "d(u)"), right: rightProblem },
  }),
  fieldArguments: entry<{ field: string; variables: readonly string[]; found: number }>({
    code: "P706",
    name: "field-arguments",
    severity: "error",
    message: ({ field, variables, found }) =>
      `\`${field}\` takes ${variables.length} argument${variables.length === 1 ? "" : "s"}, found ${found}`,
    why: ({ field, variables }) => `it is declared as \`${field}(${variables.join(", ")})\``,
    fix: ({ field, variables }) =>
      `write \`${field}(${variables.join(", ")})\` with a value for each`,
    example: { wrong: inProblem("u(x, 0)", "u(0)"), right: rightProblem },
  }),
  notInProblem: entry<{ owner: string; what: string }>({
    code: "P707",
    name: "not-a-problem-expression",
    severity: "error",
    message: ({ owner, what }) => `${what} has no meaning in this ${owner}`,
    why: ({ owner }) => `the lines of a ${owner} are formulas at one point`,
    fix: () => "write it with numbers, `+ - * / ^`, derivatives and functions such as `sin`",
    example: { wrong: inProblem("k * d", "k @ d"), right: rightProblem },
  }),
  duplicateName: entry<{ name: string; what: string; first: string }>({
    code: "P708",
    name: "duplicate-problem-name",
    severity: "error",
    message: ({ what, name }) => `${what} \`${name}\` takes a name that is already used`,
    why: ({ name, first }) => `\`${name}\` is already ${first}`,
    fix: () => "give it another name",
    example: {
      wrong: inProblem("field    u(x, t)", "field    k(x, t), u(x, t)"),
      right: rightProblem,
    },
  }),
  unknownVariable: entry<{
    what: string;
    name: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "P709",
    name: "unknown-variable",
    severity: "error",
    message: ({ what, name }) => `${what} depends on \`${name}\`, which has no domain`,
    why: ({ known }) =>
      known.length === 0
        ? "a variable gets its range from a `domain` line, and there is none"
        : `the variables with a domain are ${list(known)}`,
    fix: ({ suggestion, name }) =>
      didYouMean(suggestion) ?? `add \`${name} in [0, 1]\` to \`domain\``,
    example: { wrong: inProblem("field    u(x, t)", "field    u(x, t, y)"), right: rightProblem },
  }),
  infiniteDomain: entry<{ name: string; range: string }>({
    code: "P710",
    name: "infinite-domain",
    severity: "error",
    message: ({ name, range }) => `the domain of \`${name}\` is ${range}`,
    why: () => "points are sampled in the domain, so both of its ends are finite",
    fix: () => "cut the domain at a finite number",
    example: { wrong: inProblem("t in [0, 1]", "t in [0, inf)"), right: rightProblem },
  }),
  conditionWithoutField: entry<{ field: string; known: readonly string[] }>({
    code: "P711",
    name: "condition-without-field",
    severity: "error",
    message: ({ field }) => `this \`${field}\` says nothing about a field`,
    why: ({ known }) => `its left or right side must contain ${list(known)}`,
    fix: ({ known, field }) =>
      field === "equation"
        ? `write an equation for ${list(known)}`
        : `write a condition such as \`${known[0] ?? "u"}(..) = 0\``,
    example: { wrong: inProblem("u(0, t) = 0, ", "0 = 0, "), right: rightProblem },
  }),
  missingVariables: entry<{
    solver: string;
    problem: string;
    missing: readonly string[];
  }>({
    code: "P712",
    name: "missing-variables",
    severity: "error",
    message: ({ solver, missing }) => `model \`${solver}\` does not read ${list(missing)}`,
    why: ({ problem, missing }) => `the fields of \`${problem}\` depend on ${list(missing)}`,
    fix: ({ missing }) => `add ${list(missing)} after \`over\``,
    example: {
      wrong: `${rightProblem}\nmodel HeatNet solves Heat { over (x) { Dense<20> |> tanh |> Dense<1> } }`,
      right: `${rightProblem}\nmodel HeatNet solves Heat { over (x, t) { Dense<20> |> tanh |> Dense<1> } }`,
    },
  }),
  noContraction: entry<{ name: string; state: string }>({
    code: "P713",
    name: "no-contraction",
    severity: "error",
    message: ({ name }) => `nothing bounds \`${name}\`, so this equilibrium may not exist`,
    why: ({ name, state }) =>
      `\`${state}\` is multiplied by \`${name}\`; the fixpoint is unique when its norm stays below 1`,
    fix: () => "add `contraction 0.9` to the parameter, or `unchecked` to the equilibrium",
    example: { wrong: inRest("  contraction 0.9", ""), right: rightRest },
  }),
  contractionRange: entry<{ found: string }>({
    code: "P714",
    name: "contraction-range",
    severity: "error",
    message: ({ found }) => `a contraction of ${found}`,
    why: () => "it bounds the spectral norm, which must be above 0 and at most 1",
    fix: () => "give a number above 0 and at most 1, e.g. 0.9",
    example: { wrong: inRest("contraction 0.9", "contraction 1.5"), right: rightRest },
  }),
  fixpointForm: entry<Record<never, never>>({
    code: "P715",
    name: "fixpoint-form",
    severity: "error",
    message: () => "the left side of a fixpoint must be a new name",
    why: () => "the equation defines that name: it holds where both sides are equal",
    fix: () => "write `fixpoint a = ..`",
    example: { wrong: inRest("fixpoint a =", "fixpoint a + 1 ="), right: rightRest },
  }),
  notAFixpoint: entry<{ name: string }>({
    code: "P716",
    name: "not-a-fixpoint",
    severity: "warning",
    message: ({ name }) => `\`${name}\` does not depend on itself`,
    why: () => "without its own name on the right this is a plain definition, solved in one step",
    fix: ({ name }) => `write \`let ${name} = ..\`, or use \`${name}\` on the right`,
    example: { wrong: inRest("a @ w + x", "x @ w + x"), right: rightRest },
  }),
  duplicateRule: entry<{ pattern: string; line: number }>({
    code: "P717",
    name: "duplicate-rule",
    severity: "error",
    message: ({ pattern }) => `a second rule for \`${pattern}\``,
    why: ({ line }) => `the rule in line ${line} already takes every place that matches`,
    fix: () => "keep one of the two rules",
    example: {
      wrong: inConvert("relu => IF", "relu => IF\n  rule      relu => LIF"),
      right: rightConvert,
    },
  }),
  duplicateStage: entry<{ name: string; line: number }>({
    code: "P718",
    name: "duplicate-stage",
    severity: "error",
    message: ({ name }) => `a second stage "${name}"`,
    why: ({ line }) => `stages are told apart by their names; the first is in line ${line}`,
    fix: () => "give the stage another name",
    example: {
      wrong: inConvert(
        "  steps     32",
        '  stage     "a" { epochs 1 }\n  stage     "a" { epochs 2 }\n  steps     32',
      ),
      right: inConvert(
        "  steps     32",
        '  stage     "a" { epochs 1 }\n  stage     "b" { epochs 2 }\n  steps     32',
      ),
    },
  }),
};
