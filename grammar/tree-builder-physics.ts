/** Fields of equilibrium blocks, problems and conversions; bodies of solvers. */
import type { CstNode } from "chevrotain";
import { buildItems, buildRange } from "./tree-builder-callables.js";
import {
  buildCallExpression,
  buildExpression,
  buildNumber,
  buildStage,
  buildSum,
} from "./tree-builder-expressions.js";
import {
  all,
  child,
  identifier,
  identifiers,
  spanOfNode,
  spanOfToken,
  stringLiteral,
  token,
} from "./tree-builder.js";
import type { Building } from "./tree-builder.js";
import type {
  ConvertField,
  Equation,
  EquilibriumField,
  Expression,
  Identifier,
  ProblemField,
  Stage,
} from "./tree.js";

export function buildEquilibriumFields(cst: CstNode, building: Building): EquilibriumField[] {
  return all(cst, "equilibriumField").flatMap((one) => buildEquilibriumField(one, building));
}

function buildEquilibriumField(cst: CstNode, building: Building): EquilibriumField[] {
  const span = spanOfNode(cst);
  const items = buildItems(cst, building);
  if (items.length > 0) return items;
  if (token(cst, "FixpointWord") !== undefined) {
    return [{ type: "fixpoint", equations: buildEquations(cst, building), span }];
  }
  if (token(cst, "UncheckedWord") !== undefined) return [{ type: "unchecked", span }];
  if (token(cst, "CarryWord") !== undefined) {
    return [{ type: "carry", word: identifier(token(cst, "carried"), cst), span }];
  }
  const kinds = { NeuronWord: "neuron", SolveWord: "solve", GradientWord: "gradient" } as const;
  for (const [word, type] of Object.entries(kinds)) {
    if (token(cst, word) === undefined) continue;
    return [{ type, call: buildCallExpression(child(cst, "call"), cst, building), span }];
  }
  return [];
}

function buildEquations(cst: CstNode, building: Building): Equation[] {
  return all(cst, "equation").map((one) => buildEquation(one, building));
}

function buildEquation(cst: CstNode, building: Building): Equation {
  return {
    left: buildExpression(child(cst, "expression", 0), cst, building),
    right: buildExpression(child(cst, "expression", 1), cst, building),
    span: spanOfNode(cst),
  };
}

/* ---------------------------------------------------------------- problems */

export function buildProblemFields(cst: CstNode, building: Building): ProblemField[] {
  return all(cst, "problemField").flatMap((one) => buildProblemField(one, building) ?? []);
}

function buildProblemField(cst: CstNode, building: Building): ProblemField | undefined {
  const span = spanOfNode(cst);
  if (token(cst, "ConstWord") !== undefined) {
    const value = buildExpression(child(cst, "expression"), cst, building);
    return { type: "const", name: identifier(token(cst, "Name"), cst), value, span };
  }
  if (token(cst, "DomainWord") !== undefined) {
    const axes = all(cst, "axis").map((one) => ({
      name: identifier(token(one, "Name"), one),
      range: buildRange(child(one, "range"), one, building),
      span: spanOfNode(one),
    }));
    return { type: "domain", axes, span };
  }
  if (token(cst, "FieldWord") !== undefined) {
    const fields = all(cst, "fieldOf").map((one) => ({
      name: identifier(token(one, "Name"), one),
      variables: identifiers(one, "variable"),
      span: spanOfNode(one),
    }));
    return { type: "field", fields, span };
  }
  if (token(cst, "ExactWord") !== undefined) {
    const solutions = all(cst, "solution").map((one) => {
      const first = buildExpression(child(one, "expression", 0), one, building);
      if (token(one, "Equals") === undefined) {
        return { left: undefined, right: first, span: spanOfNode(one) };
      }
      const right = buildExpression(child(one, "expression", 1), one, building);
      return { left: first, right, span: spanOfNode(one) };
    });
    return { type: "exact", solutions, span };
  }
  if (token(cst, "SampleWord") !== undefined) {
    const counts = all(cst, "sampleCount").map((one) => {
      const method = child(one, "call");
      return {
        where: identifier(token(one, "Name"), one),
        count: buildNumber(token(one, "Number"), one, building),
        method: method === undefined ? undefined : buildCallExpression(method, one, building),
        span: spanOfNode(one),
      };
    });
    return { type: "sample", counts, span };
  }
  if (token(cst, "WeightsWord") !== undefined) {
    return { type: "weights", call: buildCallExpression(child(cst, "call"), cst, building), span };
  }
  const equations = child(cst, "equations");
  return equations === undefined ? undefined : buildConditions(equations, building);
}

const conditionTypes = {
  EquationWord: "equation",
  InitialWord: "initial",
  BoundaryWord: "boundary",
  EnforceWord: "enforce",
} as const;

function buildConditions(cst: CstNode, building: Building): ProblemField | undefined {
  const found = Object.entries(conditionTypes).find(([word]) => token(cst, word) !== undefined);
  if (found === undefined) return undefined;
  const equations = buildEquations(cst, building);
  const periodic: Expression[] = [];
  for (const list of all(cst, "periodic")) {
    for (const one of all(list, "solution")) {
      if (token(one, "Equals") !== undefined) equations.push(buildEquation(one, building));
      else periodic.push(buildExpression(child(one, "expression"), one, building));
    }
  }
  return { type: found[1], equations, periodic, span: spanOfNode(cst) };
}

/* ---------------------------------------------------------------- solvers */

/** The body of `model X solves P`. */
export function buildSolverBody(
  cst: CstNode,
  building: Building,
): {
  separableRank: Expression | undefined;
  variables: Identifier[];
  stages: Stage[];
} {
  const variables = child(cst, "variables");
  const chain = child(cst, "chain");
  return {
    separableRank:
      token(cst, "SeparableWord") === undefined
        ? undefined
        : buildSum(child(cst, "sum"), cst, building),
    variables: variables === undefined ? [] : identifiers(variables, "Name"),
    stages: chain === undefined ? [] : buildChain(chain, building),
  };
}

function buildChain(cst: CstNode, building: Building): Stage[] {
  return all(cst, "stage").map((one) => buildStage(one, building));
}

/* ---------------------------------------------------------------- conversions */

export function buildConvertFields(cst: CstNode, building: Building): ConvertField[] {
  return all(cst, "convertField").flatMap((one) => buildConvertField(one, building) ?? []);
}

function buildConvertField(cst: CstNode, building: Building): ConvertField | undefined {
  const span = spanOfNode(cst);
  if (token(cst, "StepsWord") !== undefined) {
    return { type: "steps", value: buildExpression(child(cst, "expression"), cst, building), span };
  }
  if (token(cst, "RuleWord") !== undefined) {
    const pattern = child(cst, "chain");
    const replacement = child(cst, "replacement");
    return {
      type: "rule",
      last: token(cst, "LastWord") !== undefined,
      pattern: pattern === undefined ? [] : buildChain(pattern, building),
      replacement:
        replacement === undefined
          ? undefined
          : all(replacement, "modifiedStage").map((one) => buildStage(one, building)),
      span,
    };
  }
  if (token(cst, "ThresholdWord") !== undefined) {
    const written = child(cst, "thresholdWords") ?? cst;
    const names = identifiers(written, "Name");
    const number = written.children["Number"] ?? [];
    const values = number.flatMap((one) =>
      "image" in one ? [buildNumber(one, written, building)] : [],
    );
    const words = [...names, ...values].sort((a, b) => a.span.start - b.span.start);
    return { type: "threshold", words, span };
  }
  if (token(cst, "CalibrateWord") !== undefined) {
    const what = child(cst, "variables");
    const count = token(cst, "Number");
    return {
      type: "calibrate",
      what: what === undefined ? [] : identifiers(what, "Name"),
      on: identifier(token(cst, "Name"), cst),
      count: count === undefined ? undefined : buildNumber(count, cst, building),
      span,
    };
  }
  const stage = token(cst, "StageWord");
  if (stage !== undefined) {
    const settings = all(cst, "setting").map((one) => ({
      name: identifier(token(one, "Name"), one),
      value: buildExpression(child(one, "expression"), one, building),
      span: spanOfNode(one),
    }));
    const name = stringLiteral(token(cst, "String"), cst);
    return { type: "stage", name, settings, span: { ...span, start: spanOfToken(stage).start } };
  }
  if (token(cst, "DistillWord") !== undefined) {
    const terms = all(cst, "call").map((one) => buildCallExpression(one, cst, building));
    return { type: "distill", terms, span };
  }
  return undefined;
}
