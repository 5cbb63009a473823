/** What a hover says inside a `problem`: coordinates, constants, unknown fields and their derivatives. */
import type { ProblemDeclaration } from "../../grammar/tree.js";
import type { Analysis } from "./analysis.js";
import type { Occurrence } from "./occurrences.js";
import { contains } from "./symbols-at.js";

export function problemWords(analysis: Analysis, one: Occurrence): readonly string[] {
  const problem = problemOf(analysis, one);
  if (problem === undefined || one.role === "declaration") return [];
  if (one.role === "callee" && one.text === "d") return derivativeWords(analysis, one);
  if (one.text === "pi") return ["`pi` = 3.14159.."];
  for (const field of problem.fields) {
    if (field.type === "const" && field.name.text === one.text) {
      return [`\`${textOf(analysis, field)}\`: a constant`];
    }
    if (field.type === "domain") {
      const axis = field.axes.find(({ name }) => name.text === one.text);
      if (axis !== undefined) return [`\`${textOf(analysis, axis)}\`: a coordinate`];
    }
    if (field.type === "field") {
      const unknown = field.fields.find(({ name }) => name.text === one.text);
      if (unknown !== undefined) {
        return [`\`${textOf(analysis, unknown)}\`: the solution that is sought`];
      }
    }
  }
  return [];
}

/** The problem that a name stands in, or that the solver around it solves. */
function problemOf(analysis: Analysis, one: Occurrence): ProblemDeclaration | undefined {
  const declaration = analysis.tree.declarations[one.declaration];
  if (declaration?.type === "problem") return declaration;
  if (declaration?.type !== "solver" || one.role !== "value") return undefined;
  const solved = analysis.environment.lookup(declaration.problem.text, analysis.file)?.declaration;
  // Its text is read from this document.
  return solved?.type === "problem" && analysis.tree.declarations.includes(solved)
    ? solved
    : undefined;
}

/** `d(u, x, x)`: the second derivative of u in x, u_xx. */
function derivativeWords({ source, occurrences }: Analysis, one: Occurrence): readonly string[] {
  const inside = /^\s*\(([^()]*)\)/.exec(source.slice(one.span.end));
  if (inside === null) return ["`d(u, x)`: the derivative of a field in a coordinate"];
  const span = { start: one.span.end, end: one.span.end + inside[0].length };
  const names = occurrences.filter((other) => contains(span, other.span)).map(({ text }) => text);
  const [field, ...variables] = names;
  if (field === undefined || variables.length === 0) return [];
  const order = ["", "", "second ", "third ", "fourth "][variables.length] ?? "";
  const unique = [...new Set(variables)];
  return [
    `\`${field}_${variables.join("")}\`: the ${order}derivative of \`${field}\` in ${unique.map((name) => `\`${name}\``).join(" and ")}`,
  ];
}

function textOf({ source }: Analysis, { span }: { readonly span: { start: number; end: number } }) {
  return source.slice(span.start, span.end).replace(/\s+/g, " ");
}
