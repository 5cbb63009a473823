/** Problems as constants with their residual functions, and the solvers that `sgnnc train` runs. */
import type { Program } from "../ir/program.js";
import type {
  ChainStepIr,
  NamedNumbers,
  OperatorIr,
  ProblemIr,
  SiteIr,
  SolverTrainIr,
  TermIr,
} from "../ir/physics.js";
import {
  add,
  collectNames,
  mul,
  name as named,
  rename,
  ZERO,
  type Formula,
} from "../neurons/formula.js";
import { differentiate } from "../neurons/differentiate.js";
import type { Line } from "../neurons/lines.js";
import { Names, capitalised } from "../neurons/names.js";
import { printFormula, printLine } from "../neurons/print.js";
import { share } from "../neurons/share.js";
import { docOf } from "./classes.js";
import { docText, literal, propertyName, type Literal } from "./literals.js";
import type { Module } from "./module.js";

/** The residual functions of a problem, then the problem. */
export function problemStatements(problem: ProblemIr, module: Module): readonly string[] {
  const functions = problem.terms.map((term) => {
    const words = term.name.split(" ").map(capitalised).join("");
    const name = module.fresh(
      problem.name.slice(0, 1).toLowerCase() + problem.name.slice(1) + words,
    );
    return { name, text: termFunction(term, problem, name, module) };
  });
  const terms = problem.terms.map((term, k) => termText(term, functions[k].name, problem, module));
  const fields: string[] = [
    `name: ${literal(problem.name)}`,
    `variables: ${literal(problem.variables.map(({ name, low, high }) => ({ name, low, high })))}`,
    `fields: ${literal(problem.fields)}`,
    `terms: [${terms.join(", ")}]`,
    ...functionsText("enforced", problem.enforced, problem, problem.fields, module),
    ...functionsText("exact", problem.exact, problem, [], module),
    `samples: ${literal(samplesLiteral(problem))}`,
    ...(problem.weights === undefined ? [] : [`weights: ${namedText(problem.weights)}`]),
  ];
  const comment = docText(docOf({ ...problem, declaredName: problem.name }, module));
  return [
    ...functions.map(({ text }) => text),
    `${comment}\nexport const ${module.nameOf(problem)}: sg.ProblemSpec = { ${fields.join(", ")} };`,
  ];
}

/* ---------------------------------------------------------------- residuals */

/** `function burgersInterior(block, scale)`: residuals, and the gradient of their squares by the symbols. */
function termFunction(term: TermIr, problem: ProblemIr, name: string, module: Module): string {
  const names = new Names();
  const block = names.fresh("block");
  const scale = names.fresh("scale");
  const point = names.fresh("k");
  const locals = new Map<string, string>();
  const used = new Set<string>();
  term.residuals.forEach(({ value }) => collectNames(value, used));
  const outside: string[] = [];
  const lines: Line[] = [];
  const read = (of: string, list: string, at: number): void => {
    const local = names.fresh(of);
    const values = names.fresh(`${local}Values`);
    locals.set(of, local);
    outside.push(`const ${values} = ${block}.${list}[${at}];`);
    lines.push({ tag: "const", name: local, value: { tag: "read", text: `${values}[${point}]` } });
  };
  problem.variables.forEach(({ name: variable }, k) => {
    if (used.has(variable) || textNames(term, variable)) read(variable, "points", k);
  });
  term.symbols.forEach((symbol, k) => read(symbol.name, "values", k));
  const local = (formula: Formula): Formula =>
    rename(formula, (text) => named(locals.get(text) ?? text));

  const residuals = term.residuals.map(({ value, origin }, k) => {
    const residual = names.fresh(term.residuals.length === 1 ? "residual" : `residual${k + 1}`);
    const note = module.places.of(origin);
    lines.push({ tag: "const", name: residual, value: local(value), note });
    return residual;
  });
  const slopes = residuals.map((residual, k) => {
    const all = names.fresh(`${residual}s`);
    outside.push(`const ${all} = ${block}.residuals[${k}];`);
    lines.push({ tag: "store", to: `${all}[${point}]`, op: "=", value: named(residual) });
    const slope = names.fresh(`d${capitalised(residual)}`);
    const weight = names.fresh(term.residuals.length === 1 ? "weight" : `weight${k + 1}`);
    outside.push(`const ${weight} = ${scale}[${k}];`);
    lines.push({ tag: "const", name: slope, value: mul(named(weight), named(residual)) });
    return slope;
  });
  term.symbols.forEach((symbol, k) => {
    const symbolName = locals.get(symbol.name) ?? symbol.name;
    const gradient = names.fresh(`${symbolName}Gradient`);
    outside.push(`const ${gradient} = ${block}.gradients[${k}];`);
    const sum = term.residuals.reduce<Formula>((total, { value }, r) => {
      const partial = differentiate(local(value), symbolName);
      return add(total, mul(named(slopes[r]), partial));
    }, ZERO);
    lines.push({ tag: "store", to: `${gradient}[${point}]`, op: "=", value: sum });
  });
  const shared = share(lines, new Set(), names);
  const print = (line: Line): string => printLine(line, (helper) => module.helper(helper));
  return [
    docText(termDoc(term, problem)),
    `function ${name}(${block}: sg.TermBlock, ${scale}: ArrayLike<number>): void {`,
    ...outside,
    ...shared.hoisted.map(print),
    `for (let ${point} = 0; ${point} < ${block}.count; ${point}++) {`,
    ...shared.lines.map(print),
    "}",
    "}",
  ].join("\n");
}

/** True when a call of the runtime, already printed, names the variable. */
function textNames(term: TermIr, variable: string): boolean {
  const isIn = (formula: Formula): boolean => {
    switch (formula.tag) {
      case "read":
        return new RegExp(`\\b${variable}\\b`).test(formula.text);
      case "neg":
        return isIn(formula.operand);
      case "binary":
        return isIn(formula.left) || isIn(formula.right);
      case "call":
        return formula.args.some(isIn);
      case "choose":
        return isIn(formula.yes) || isIn(formula.no);
      default:
        return false;
    }
  };
  return term.residuals.some(({ value }) => isIn(value));
}

function termDoc(term: TermIr, problem: ProblemIr): string[] {
  const lines = term.residuals.map(({ text }) => text);
  const combined = term.symbols
    .filter(({ operator }) => operator.length > 1)
    .map(
      ({ name, field, operator }) =>
        `${name} is (${operatorText(operator, problem)}) ${problem.fields[field]}`,
    );
  return [
    `${problem.name}, ${term.name}: residuals, and the gradient of their weighed squares.`,
    "",
    ...lines.map((line) => `  ${line}`),
    ...(combined.length > 0 ? ["", ...combined.map((line) => `${line}.`)] : []),
  ];
}

/** `d/dt - 0.00318 d2/dx2` */
function operatorText(operator: OperatorIr, { variables }: ProblemIr): string {
  return operator
    .map(({ index, factor }, k) => {
      const order = index.reduce((sum, one) => sum + one, 0);
      const below = index
        .flatMap((one, v) => (one === 0 ? [] : [`d${variables[v].name}${one > 1 ? one : ""}`]))
        .join(" ");
      const size = Math.abs(factor);
      const text = `${size === 1 ? "" : `${Number(size.toPrecision(4))} `}d${order > 1 ? order : ""}/${below}`;
      if (k === 0) return factor < 0 ? `-${text}` : text;
      return factor < 0 ? `- ${text}` : `+ ${text}`;
    })
    .join(" ");
}

/* ---------------------------------------------------------------- the problem */

function termText(term: TermIr, evaluate: string, problem: ProblemIr, module: Module): string {
  const spec: Literal = {
    name: term.name,
    kind: term.kind,
    sites: term.sites.map((site) => siteLiteral(site, problem)),
    symbols: term.symbols.map(({ field, site, operator }) => ({
      field,
      site,
      operator: operator.map(({ index, factor }) => ({ index, factor })),
    })),
    residuals: term.residuals.map(({ text, origin }) => ({
      text,
      place: module.places.of(origin),
    })),
  };
  return `${literal(spec).slice(0, -1)}, evaluate: ${evaluate} }`;
}

function siteLiteral(site: SiteIr, { variables }: ProblemIr): Literal {
  if (typeof site === "string") return site;
  return new Map([...site].map(([variable, value]) => [variables[variable].name, value]));
}

/** `exact: { u: (x, t) => .. }`, by field. */
function functionsText(
  key: string,
  formulas: readonly (Formula | undefined)[],
  { variables, fields }: ProblemIr,
  more: readonly string[],
  module: Module,
): string[] {
  const names = new Names();
  const locals = new Map(
    [...variables.map(({ name }) => name), ...more].map((name) => [name, names.fresh(name)]),
  );
  const entries = fields.flatMap((field, k) => {
    const formula = formulas[k];
    if (formula === undefined) return [];
    const body = rename(formula, (text) => named(locals.get(text) ?? text));
    const text = printFormula(body, (helper) => module.helper(helper));
    const isUsed = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);
    const all = [...locals.values()];
    // The last that is used ends the list; those before it that are not get an underscore.
    const shown = all.slice(0, all.findLastIndex(isUsed) + 1);
    const parameters = shown.map((name) => `${isUsed(name) ? name : `_${name}`}: number`);
    return [`${propertyName(field)}: (${parameters.join(", ")}): number => ${text}`];
  });
  return entries.length === 0 ? [] : [`${key}: { ${entries.join(", ")} }`];
}

function samplesLiteral({ samples }: ProblemIr): Literal {
  return new Map(
    [...samples].map(([kind, { count, name, args }]) => [kind, { count, method: { name, args } }]),
  );
}

function namedText({ name, args }: NamedNumbers): string {
  return literal({ name, args });
}

/* ---------------------------------------------------------------- solvers */

/** Every solver that a train declaration names. */
export function solversText(program: Program, module: Module, hash: string): string {
  const label = module.places.labelOf(program.file);
  const entries = program.solverTrains.map((train) =>
    solverText(train, program, module, label, hash),
  );
  return [
    "/** What `sgnnc train` solves. */",
    `export const solvers: sg.SolverExperiment[] = [${entries.join(", ")}];`,
  ].join("\n");
}

function solverText(
  train: SolverTrainIr,
  program: Program,
  module: Module,
  file: string,
  hash: string,
): string {
  const { solver } = train;
  const model = program.models.find(({ name }) => name === solver.model.name) ?? solver.model;
  const className = module.nameOf(model);
  const { doc, optimize, schedule, epochs, seeds, clip, report } = train;
  const chains = solver.chains.map((chain) => chain.map(stepLiteral));
  const network: Literal = { chains, readout: solver.readout };
  const spec: Literal = {
    doc,
    optimize: optimize.map(({ name, args }) => ({ name, args })),
    schedule: schedule && { name: schedule.name, args: schedule.args },
    ...{ epochs, seeds, clip, report },
  };
  const fields = [
    `name: ${literal(model.name)}`,
    `model: ${literal(model.name)}`,
    `create: (scope) => new ${className}(scope)`,
    `info: ${className}.info`,
    `problem: ${module.nameOf(solver.problem)}`,
    `network: ${literal(network)}`,
    `train: ${literal(spec)}`,
    `source: ${literal({ file, hash })}`,
  ];
  return `{ ${fields.join(", ")} }`;
}

function stepLiteral(step: ChainStepIr): Literal {
  return step.type === "dense" ? { dense: step.path } : { activation: step.kind };
}
