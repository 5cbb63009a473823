/** Types, generics, neurons, and the bodies of layers, functions and models. */
import type { CstNode } from "chevrotain";
import {
  buildArguments,
  buildCallExpression,
  buildExpression,
  buildLet,
  buildSum,
} from "./tree-builder-expressions.js";
import {
  all,
  child,
  endOf,
  identifier,
  identifiers,
  invalid,
  spanOfNode,
  stringLiteral,
  token,
} from "./tree-builder.js";
import type { Building } from "./tree-builder.js";
import type {
  BodyItem,
  Dim,
  Expression,
  Generic,
  GraphField,
  Identifier,
  Import,
  Let,
  NeuronField,
  ParamField,
  Parameter,
  Range,
  RunningField,
  Surrogate,
  TypeExpression,
} from "./tree.js";

export function buildImport(cst: CstNode): Import {
  return {
    names: all(cst, "anyName").map((one) => anyName(one)),
    from: stringLiteral(token(cst, "String"), cst),
    span: spanOfNode(cst),
  };
}

function anyName(cst: CstNode): Identifier {
  return identifier(token(cst, "Name") ?? token(cst, "TypeName"), cst);
}

export function buildGenerics(header: CstNode, building: Building): Generic[] {
  const generics = child(header, "generics");
  if (generics === undefined) return [];
  return all(generics, "generic").map((one) => buildGeneric(one, building));
}

function buildGeneric(cst: CstNode, building: Building): Generic {
  const written = child(cst, "anyName");
  const range = child(cst, "range");
  const initial = token(cst, "Colon") ?? child(cst, "sum");
  return {
    name: written === undefined ? identifier(undefined, cst) : anyName(written),
    learn: token(cst, "LearnWord") !== undefined,
    initial: initial === undefined ? undefined : buildSum(child(cst, "sum"), cst, building),
    range: range === undefined ? undefined : buildRange(range, cst, building),
    per:
      token(cst, "ChannelWord") !== undefined
        ? "channel"
        : token(cst, "NodeWord") !== undefined
          ? "node"
          : undefined,
    span: spanOfNode(cst),
  };
}

/** A range; both ends `Invalid` when it is missing. */
export function buildRange(cst: CstNode | undefined, parent: CstNode, building: Building): Range {
  if (cst === undefined) {
    const span = endOf(parent);
    return { low: invalid(span), high: invalid(span), lowOpen: false, highOpen: false, span };
  }
  return {
    low: buildExpression(child(cst, "expression", 0), cst, building),
    high: buildExpression(child(cst, "expression", 1), cst, building),
    lowOpen: token(cst, "LeftParen") !== undefined,
    highOpen: token(cst, "RightParen") !== undefined,
    span: spanOfNode(cst),
  };
}

export function buildParameters(header: CstNode, building: Building): Parameter[] {
  const signature = child(header, "signature");
  const parameters = signature && child(signature, "parameters");
  if (parameters === undefined) return [];
  return all(parameters, "parameter").map((one) => ({
    name: identifier(token(one, "Name"), one),
    declaredType: buildType(child(one, "type"), one, building),
    span: spanOfNode(one),
  }));
}

export function buildResultType(header: CstNode, building: Building): TypeExpression {
  const signature = child(header, "signature");
  return buildType(signature && child(signature, "type"), header, building);
}

export function buildType(
  cst: CstNode | undefined,
  parent: CstNode,
  building: Building,
): TypeExpression {
  if (cst === undefined) return invalid(endOf(parent));
  const span = spanOfNode(cst);
  if (cst.recoveredNode === true) return invalid(span);
  if (token(cst, "GraphWord") !== undefined) {
    const fields = all(cst, "graphField").map((one) => buildGraphField(one, building));
    return { type: "graphType", fields, span };
  }
  const kind = token(cst, "Name");
  if (kind === undefined || kind.image === "") return invalid(span);
  const bracketed = token(cst, "LeftSquare") !== undefined || all(cst, "dim").length > 0;
  return {
    type: "tensorType",
    kind: identifier(kind, cst),
    dims: bracketed ? all(cst, "dim").map((one) => buildDim(one, building)) : undefined,
    span,
  };
}

function buildDim(cst: CstNode, building: Building): Dim {
  if (token(cst, "Ellipsis") !== undefined) return { type: "ellipsis", span: spanOfNode(cst) };
  return buildExpression(child(cst, "expression"), cst, building);
}

function buildGraphField(cst: CstNode, building: Building): GraphField {
  const onEdges = token(cst, "Dot") !== undefined;
  const first = token(cst, "Name");
  if (onEdges && first !== undefined && first.image !== "e") {
    building.problems.add(
      "S001",
      { start: first.startOffset, end: first.startOffset + first.image.length },
      { expected: "`e.` before the name of an edge feature", found: `\`${first.image}\`` },
    );
  }
  return {
    on: onEdges ? "edges" : "nodes",
    name: identifier(onEdges ? token(cst, "Name", 1) : first, cst),
    fieldType: buildType(child(cst, "type"), cst, building),
    span: spanOfNode(cst),
  };
}

/* ---------------------------------------------------------------- neurons */

export function buildNeuronFields(cst: CstNode, building: Building): NeuronField[] {
  return all(cst, "neuronField").flatMap((one) => buildNeuronField(one, building) ?? []);
}

function buildNeuronField(cst: CstNode, building: Building): NeuronField | undefined {
  const span = spanOfNode(cst);
  const expression = (index = 0): Expression =>
    buildExpression(child(cst, "expression", index), cst, building);
  if (token(cst, "InputWord") !== undefined) {
    return { type: "input", names: identifiers(cst, "Name"), span };
  }
  if (token(cst, "StateWord") !== undefined) {
    return { type: "state", name: identifier(token(cst, "Name"), cst), value: expression(), span };
  }
  const update = token(cst, "UpdateWord") !== undefined;
  if (update || token(cst, "ResetWord") !== undefined) {
    const assignment = child(cst, "assignment") ?? cst;
    return {
      type: update ? "update" : "reset",
      detached: token(assignment, "DetachedWord") !== undefined,
      name: identifier(token(assignment, "Name"), assignment),
      value: buildExpression(child(assignment, "expression"), assignment, building),
      span,
    };
  }
  if (token(cst, "EmitWord") !== undefined) {
    const below = token(cst, "OrWord") === undefined ? undefined : expression(1);
    return { type: "emit", above: expression(), below, span };
  }
  if (token(cst, "SpikeWord") !== undefined) return buildSpike(cst, building);
  return undefined;
}

function buildSpike(cst: CstNode, building: Building): NeuronField {
  const span = spanOfNode(cst);
  const spike = child(cst, "spike") ?? cst;
  const expression = (index: number): Expression =>
    buildExpression(child(spike, "expression", index), spike, building);
  const surrogate = child(spike, "surrogate");
  const twoSided = token(spike, "AboveWord") !== undefined;
  return {
    type: "spike",
    condition: twoSided ? undefined : expression(0),
    value: twoSided ? expression(0) : undefined,
    above: twoSided ? expression(1) : undefined,
    below: twoSided ? expression(2) : undefined,
    surrogate: surrogate === undefined ? undefined : buildSurrogate(surrogate, building),
    span,
  };
}

function buildSurrogate(cst: CstNode, building: Building): Surrogate {
  const custom = token(cst, "CustomWord");
  const args = child(cst, "arguments");
  return {
    name: identifier(custom ?? token(cst, "Name"), cst),
    args: args === undefined ? [] : buildArguments(args, building),
    variable: custom === undefined ? undefined : identifier(token(cst, "variable"), cst),
    derivative:
      custom === undefined ? undefined : buildExpression(child(cst, "expression"), cst, building),
    span: spanOfNode(cst),
  };
}

/* ---------------------------------------------------------------- bodies */

/** Items and results of a piece of a body, each kind in source order. */
export function buildBodyParts(
  cst: CstNode,
  building: Building,
): { items: BodyItem[]; results: Expression[] } {
  const items = buildItems(cst, building);
  const results = all(cst, "result").map((one) =>
    buildExpression(child(one, "expression"), one, building),
  );
  return { items, results };
}

/** Params, runnings and lets of a rule, in source order. */
export function buildItems(cst: CstNode, building: Building): BodyItem[] {
  const items: BodyItem[] = [
    ...all(cst, "let").map((one): Let => buildLet(one, building)),
    ...all(cst, "param").map((one) => buildParam(one, building)),
    ...all(cst, "running").map((one) => buildRunning(one, building)),
  ];
  return items.sort((a, b) => a.span.start - b.span.start);
}

function buildInitialiser(cst: CstNode, building: Building): Expression {
  const initialiser = child(cst, "initialiser");
  if (initialiser === undefined) return invalid(endOf(cst));
  if (initialiser.recoveredNode === true) return invalid(spanOfNode(initialiser));
  return buildCallExpression(child(initialiser, "call"), initialiser, building);
}

function buildParam(cst: CstNode, building: Building): ParamField {
  const range = token(cst, "InWord");
  const contraction = token(cst, "ContractionWord");
  return {
    type: "param",
    names: identifiers(cst, "Name"),
    declaredType: buildType(child(cst, "type"), cst, building),
    initial: buildInitialiser(cst, building),
    range: range === undefined ? undefined : buildRange(child(cst, "range"), cst, building),
    contraction:
      contraction === undefined
        ? undefined
        : buildExpression(child(cst, "expression"), cst, building),
    span: spanOfNode(cst),
  };
}

function buildRunning(cst: CstNode, building: Building): RunningField {
  return {
    type: "running",
    name: identifier(token(cst, "Name"), cst),
    declaredType: buildType(child(cst, "type"), cst, building),
    initial: buildInitialiser(cst, building),
    follows: buildExpression(child(cst, "expression", 0), cst, building),
    rate: buildExpression(child(cst, "expression", 1), cst, building),
    span: spanOfNode(cst),
  };
}
