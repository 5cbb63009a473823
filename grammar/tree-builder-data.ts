/** Fields of `data` and `train`. */
import type { CstNode, IToken } from "chevrotain";
import { buildCallExpression, buildExpression } from "./tree-builder-expressions.js";
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
  tokens,
} from "./tree-builder.js";
import type { Building } from "./tree-builder.js";
import type { DataField, Expression, GraphPart, SplitField, TrainField } from "./tree.js";

export function buildDataFields(cst: CstNode, building: Building): DataField[] {
  return all(cst, "dataField").flatMap((one) => buildDataField(one, building) ?? []);
}

function buildDataField(cst: CstNode, building: Building): DataField | undefined {
  const span = spanOfNode(cst);
  if (token(cst, "FileWord") !== undefined) {
    const format = token(cst, "AsWord");
    return {
      type: "file",
      path: stringLiteral(token(cst, "String"), cst),
      format: format === undefined ? undefined : identifier(token(cst, "Name"), cst),
      span,
    };
  }
  if (token(cst, "GenerateWord") !== undefined) {
    const call = buildCallExpression(child(cst, "call"), cst, building);
    return { type: "generate", call, span };
  }
  if (token(cst, "GraphWord") !== undefined) {
    const parts = all(cst, "graphPart").map((one) => buildGraphPart(one, building));
    return { type: "graph", name: identifier(token(cst, "Name"), cst), parts, span };
  }
  if (token(cst, "SampleWord") !== undefined) {
    const entries = all(cst, "sampleEntry").map((one) => ({
      name: identifier(token(one, "Name"), one),
      source: buildSource(child(one, "source"), one, building),
      span: spanOfNode(one),
    }));
    return { type: "sample", entries, span };
  }
  if (token(cst, "SplitWord") !== undefined) {
    const rule = child(cst, "splitRule");
    return rule === undefined ? invalidSplit(cst) : { ...buildSplit(rule, building), span };
  }
  if (token(cst, "AugmentWord") !== undefined) {
    const names = child(cst, "variables");
    return {
      type: "augment",
      names: names === undefined ? [] : identifiers(names, "Name"),
      calls: all(cst, "call").map((one) => buildCallExpression(one, cst, building)),
      span,
    };
  }
  if (token(cst, "ScaleWord") !== undefined) {
    const names = child(cst, "variables");
    return {
      type: "scale",
      names: names === undefined ? [] : identifiers(names, "Name"),
      method: identifier(token(cst, "method"), cst),
      span,
    };
  }
  return undefined;
}

function buildGraphPart(cst: CstNode, building: Building): GraphPart {
  const name = token(cst, "Name");
  const by = token(cst, "String");
  return {
    on: token(cst, "NodesWord") !== undefined ? "nodes" : "edges",
    name: name === undefined ? undefined : identifier(name, cst),
    source: buildSource(child(cst, "source"), cst, building),
    by: by === undefined ? undefined : stringLiteral(by, cst),
    span: spanOfNode(cst),
  };
}

function buildSource(cst: CstNode | undefined, parent: CstNode, building: Building): Expression {
  if (cst === undefined) return invalid(endOf(parent));
  const span = spanOfNode(cst);
  if (cst.recoveredNode === true) return invalid(span);
  const string = token(cst, "String");
  if (string !== undefined) return stringLiteral(string, cst);
  const list = child(cst, "sourceList");
  if (list !== undefined) {
    return {
      type: "list",
      items: tokens(list, "String").map((one) => stringLiteral(one, list)),
      span,
    };
  }
  return buildCallExpression(child(cst, "call"), cst, building);
}

function invalidSplit(cst: CstNode): SplitField {
  return {
    type: "split",
    rule: "invalid",
    by: undefined,
    ratio: [],
    folds: undefined,
    masks: [],
    span: spanOfNode(cst),
  };
}

function buildSplit(cst: CstNode, building: Building): SplitField {
  const blank = invalidSplit(cst);
  if (cst.recoveredNode === true) return blank;
  const by = token(cst, "by");
  const shares = child(cst, "shares");
  if (shares?.recoveredNode === true) return blank;
  const ratioRule = child(shares ?? cst, "ratio");
  const field = {
    ...blank,
    by: by === undefined ? undefined : identifier(by, cst),
    ratio: ratioRule === undefined ? [] : buildRatio(ratioRule, 3, building),
  };
  if (ratioRule?.recoveredNode === true) return blank;
  if (token(cst, "RandomWord") !== undefined) return { ...field, rule: "random" };
  if (shares !== undefined) {
    const rule = token(cst, "GroupedWord") === undefined ? "stratified" : "grouped";
    if (token(shares, "FoldsWord") === undefined) return { ...field, rule };
    return {
      ...field,
      rule,
      folds: buildExpression(child(shares, "expression"), shares, building),
    };
  }
  if (token(cst, "GivenWord") !== undefined) {
    const masks = all(cst, "mask").map((one) => ({
      name: identifier(token(one, "Name"), one),
      array: stringLiteral(token(one, "String"), one),
      span: spanOfNode(one),
    }));
    return { ...field, rule: "given", masks };
  }
  if (token(cst, "PerWord") !== undefined) {
    return { ...field, rule: "perClass", ratio: buildRatio(cst, 2, building) };
  }
  return blank;
}

function buildRatio(cst: CstNode, parts: number, building: Building): Expression[] {
  return Array.from({ length: parts }, (_, k) =>
    buildExpression(child(cst, "expression", k), cst, building),
  );
}

/* ---------------------------------------------------------------- training */

export function buildTrainFields(cst: CstNode, building: Building): TrainField[] {
  return all(cst, "trainField").flatMap((one) => buildTrainField(one, building) ?? []);
}

const valueFields = {
  LossWord: "loss",
  EpochsWord: "epochs",
  BatchWord: "batch",
  ClipWord: "clip",
  PatienceWord: "patience",
} as const;

function buildTrainField(cst: CstNode, building: Building): TrainField | undefined {
  const span = spanOfNode(cst);
  const has = (word: string): IToken | undefined => token(cst, word);
  for (const [word, type] of Object.entries(valueFields)) {
    if (has(word) === undefined) continue;
    return { type, value: buildExpression(child(cst, "expression"), cst, building), span };
  }
  if (has("OptimizeWord") !== undefined) {
    const calls = [buildCallExpression(child(cst, "call"), cst, building)];
    if (has("ThenWord") !== undefined) {
      calls.push(buildCallExpression(child(cst, "call", 1), cst, building));
    }
    return { type: "optimize", calls, span };
  }
  if (has("SeedsWord") !== undefined) {
    const values = all(cst, "expression").map((one) => buildExpression(one, cst, building));
    return { type: "seeds", values, span };
  }
  if (has("ScheduleWord") !== undefined) {
    const call = buildCallExpression(child(cst, "call"), cst, building);
    return { type: "schedule", call, span };
  }
  if (has("SelectWord") !== undefined) {
    return { type: "select", name: identifier(has("Name"), cst), span };
  }
  if (has("ReportWord") !== undefined) {
    const names = child(cst, "variables");
    return { type: "report", names: names === undefined ? [] : identifiers(names, "Name"), span };
  }
  return undefined;
}
