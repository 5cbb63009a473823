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

const rightSolver = `model HeatNet solves Heat { over (x, t) { Dense<20> |> tanh |> Dense<1> } }
train HeatNet on Heat {
  optimize adam(rate: 1e-3) then lbfgs(most: 500)
  epochs   1000
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
  fieldPlace: entry<{ variable: string }>({
    code: "P750",
    name: "field-place",
    severity: "error",
    message: ({ variable }) => `this is neither \`${variable}\` nor a number`,
    why: () => "a condition holds where some variables have fixed values and the others are free",
    fix: ({ variable }) => `write \`${variable}\`, or the number it has there`,
    example: { wrong: inProblem("u(x, 0)", "u(2 * x, 0)"), right: rightProblem },
  }),
  outsideDomain: entry<{ variable: string; value: number; low: number; high: number }>({
    code: "P751",
    name: "outside-domain",
    severity: "error",
    message: ({ variable, value }) => `${variable} = ${value} lies outside the domain`,
    why: ({ variable, low, high }) => `the domain of \`${variable}\` is [${low}, ${high}]`,
    fix: ({ low, high }) => `use a value from ${low} to ${high}, or widen the domain`,
    example: { wrong: inProblem("u(1, t)", "u(2, t)"), right: rightProblem },
  }),
  orderTooHigh: entry<{ order: number }>({
    code: "P752",
    name: "order-too-high",
    severity: "error",
    message: ({ order }) => `a derivative of order ${order}`,
    why: () => "networks carry derivatives up to the fourth order",
    fix: () => "introduce a field for a lower derivative, and an equation that says so",
    example: { wrong: inProblem("d(u, x, x)", "d(u, x, x, x, x, x)"), right: rightProblem },
  }),
  exactNotSatisfied: entry<{ text: string; value: string; size: string; point: string }>({
    code: "P753",
    name: "exact-not-satisfied",
    severity: "warning",
    message: ({ text, value, point }) =>
      `the exact solution does not satisfy \`${text}\`: it is off by ${value} at ${point}`,
    why: ({ size }) =>
      `both sides were compared at points spread over the domain; their terms there are about ${size}`,
    fix: () => "correct the line or the exact solution; errors are measured against the latter",
    example: {
      wrong: `${rightProblem.replace("}", "  exact    u = exp(-k * t) * sin(pi * x)\n}")}`,
      right: `${rightProblem.replace("}", "  exact    u = exp(-k * pi ^ 2 * t) * sin(pi * x)\n}")}`,
    },
  }),
  tooFewConditions: entry<{ field: string; variable: string; order: number; found: number }>({
    code: "P754",
    name: "too-few-conditions",
    severity: "warning",
    message: ({ field, variable, found }) =>
      `${found === 0 ? "nothing fixes" : "only one condition fixes"} \`${field}\` in \`${variable}\``,
    why: ({ field, variable, order }) =>
      `an equation differentiates \`${field}\` ${order === 1 ? "once" : `${order} times`} by \`${variable}\`, so its solution needs ${order} condition${order === 1 ? "" : "s"} there`,
    fix: ({ variable }) =>
      variable === "t"
        ? "add an `initial` line; for a second derivative also one such as `d(u, t) = 0`"
        : "add `boundary` lines for both ends, or `boundary periodic u`",
    example: { wrong: inProblem("u(0, t) = 0, ", ""), right: rightProblem },
  }),
  fieldsDiffer: entry<{ field: string; first: string; variables: readonly string[] }>({
    code: "P755",
    name: "fields-differ",
    severity: "error",
    message: ({ field, variables }) => `\`${field}\` does not depend on ${list(variables)}`,
    why: ({ first }) =>
      `one network computes all fields from the variables of the domain, as \`${first}\` does`,
    fix: ({ field }) => `give \`${field}\` all variables, in the order of the domain`,
    example: {
      wrong: inProblem("field    u(x, t)", "field    u(x, t), v(x)"),
      right: rightProblem,
    },
  }),
  noExact: entry<{ field: string; hasOne: boolean }>({
    code: "P756",
    name: "no-exact",
    severity: "error",
    message: ({ field, hasOne }) =>
      hasOne
        ? `the exact solution of \`${field}\` cannot be differentiated`
        : `there is no exact solution of \`${field}\``,
    why: ({ hasOne }) =>
      hasOne
        ? "`exact` on the right is the left side applied to the exact solution, here an integral without a closed form"
        : "`exact` on the right is the left side applied to the exact solution",
    fix: ({ field }) => `add \`exact ${field} = ..\`, or write the right side out`,
    example: { wrong: inProblem("u(x, 0) = sin(pi * x)", "u(x, 0) = exact"), right: rightProblem },
  }),
  exactForm: entry<{ fields: readonly string[] }>({
    code: "P757",
    name: "exact-form",
    severity: "error",
    message: () => "this does not say which field it is the solution of",
    why: ({ fields }) => `the fields are ${list(fields)}`,
    fix: ({ fields }) => `write \`exact ${fields[0] ?? "u"} = ..\``,
    example: {
      wrong: rightProblem.replace("}", "  exact    2 * u = 0\n}"),
      right: rightProblem,
    },
  }),
  enforceForm: entry<{ fields: readonly string[] }>({
    code: "P758",
    name: "enforce-form",
    severity: "error",
    message: () => "the left side of `enforce` must be a field",
    why: ({ fields }) =>
      `\`enforce\` says how a field follows from the output of the network; the fields are ${list(fields)}`,
    fix: ({ fields }) =>
      `write \`enforce ${fields[0] ?? "u"} = x * (1 - x) * ${fields[0] ?? "u"}\``,
    example: {
      wrong: rightProblem.replace("}", "  enforce  2 * u = x * u\n}"),
      right: rightProblem,
    },
  }),
  solverStage: entry<{ stage: string; known: readonly string[] }>({
    code: "P759",
    name: "solver-stage",
    severity: "error",
    message: ({ stage }) => `\`${stage}\` has no derivatives that an equation could use`,
    why: ({ known }) =>
      `a network that solves a problem is a chain of \`Dense\` layers and smooth activations: ${list(known)}`,
    fix: () => "use one of these",
    example: {
      wrong: `${rightProblem}\nmodel HeatNet solves Heat { over (x, t) { Dense<20> |> relu |> Dense<1> } }`,
      right: `${rightProblem}\nmodel HeatNet solves Heat { over (x, t) { Dense<20> |> tanh |> Dense<1> } }`,
    },
  }),
  solverWidth: entry<{ solver: string; fields: readonly string[]; found: string }>({
    code: "P760",
    name: "solver-width",
    severity: "error",
    message: ({ solver, found, fields }) =>
      `\`${solver}\` has ${found} outputs for ${fields.length} field${fields.length === 1 ? "" : "s"}`,
    why: ({ fields }) => `the last layer gives the fields in order: ${list(fields)}`,
    fix: ({ fields }) => `end the chain with \`Dense<${fields.length}>\``,
    example: {
      wrong: `${rightProblem}\nmodel HeatNet solves Heat { over (x, t) { Dense<20> |> tanh |> Dense<2> } }`,
      right: `${rightProblem}\nmodel HeatNet solves Heat { over (x, t) { Dense<20> |> tanh |> Dense<1> } }`,
    },
  }),
  notItsProblem: entry<{ solver: string; problem: string; found: string }>({
    code: "P761",
    name: "not-its-problem",
    severity: "error",
    message: ({ solver, found }) => `\`${solver}\` does not solve \`${found}\``,
    why: ({ solver, problem }) => `\`${solver}\` is declared as a solver of \`${problem}\``,
    fix: ({ solver, problem }) => `write \`train ${solver} on ${problem}\``,
    example: {
      wrong: `${rightProblem}\n${rightProblem.replace("Heat", "Cold")}\n${rightSolver.replace("on Heat", "on Cold")}`,
      right: `${rightProblem}\n${rightSolver}`,
    },
  }),
  notForSolvers: entry<{ field: string }>({
    code: "P762",
    name: "not-for-solvers",
    severity: "error",
    message: ({ field }) => `\`${field}\` has no meaning for a network that solves a problem`,
    why: () =>
      "its loss is the sum of the squared residuals of the problem, and its points are those of `sample`",
    fix: ({ field }) =>
      field === "loss"
        ? "take the line out; `weights` in the problem weighs its parts"
        : "take the line out",
    example: {
      wrong: `${rightProblem}\n${rightSolver.replace("epochs", "batch 8\n  epochs")}`,
      right: `${rightProblem}\n${rightSolver}`,
    },
  }),
  variantOfSolver: entry<{ name: string; model: string }>({
    code: "P763",
    name: "variant-of-solver",
    severity: "warning",
    message: ({ name, model }) =>
      `\`${name}\` is a variant of \`${model}\`, which solves a problem`,
    why: () =>
      "such a network is trained under its own name; a variant of it can only be converted",
    fix: ({ name }) => `declare \`${name}\` as a \`model .. solves ..\` of its own`,
    example: {
      wrong: `${rightProblem}\n${rightSolver}\nvariant Other = HeatNet`,
      right: `${rightProblem}\n${rightSolver}`,
    },
  }),
};
