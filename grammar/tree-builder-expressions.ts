/**
 * Expressions. The parser gives flat chains of operands and operators; here they get their precedence,
 * from loosest to tightest: `|>`, comparison, `+ -`, `* / @`, unary `-`, `^` (right associative).
 */
import type { CstNode, IToken } from "chevrotain";
import { maximumOperators } from "./source.js";
import {
  all,
  child,
  endOf,
  identifier,
  invalid,
  join,
  spanOfNode,
  spanOfToken,
  stringLiteral,
  token,
  tokens,
} from "./tree-builder.js";
import type { Building } from "./tree-builder.js";
import type {
  Aggregator,
  Argument,
  BinaryOperator,
  Block,
  Call,
  ComparisonOperator,
  Expression,
  GenericArgument,
  Identifier,
  Invalid,
  Let,
  Name,
  NumberLiteral,
  Stage,
} from "./tree.js";

function depthOf(expression: Expression, building: Building): number {
  return building.depths.get(expression) ?? 1;
}

/** Notes how deep the tree below an expression is, so that no later pass overflows the stack. */
function deeper<E extends Expression>(
  expression: E,
  parts: readonly Expression[],
  building: Building,
): E {
  let deepest = 0;
  for (const part of parts) deepest = Math.max(deepest, depthOf(part, building));
  if (deepest > 0) building.depths.set(expression, deepest + 1);
  return expression;
}

/** Throws nothing; a part that is missing is `Invalid`. */
export function buildExpression(
  cst: CstNode | undefined,
  parent: CstNode,
  building: Building,
): Expression {
  if (cst === undefined) return invalid(endOf(parent));
  const span = spanOfNode(cst);
  if (cst.recoveredNode === true) return invalid(span);
  let head = buildSum(child(cst, "sum"), cst, building);
  const comparison = token(cst, "ComparisonOperator");
  if (comparison !== undefined) {
    const left = head;
    const right = buildSum(child(cst, "sum", 1), cst, building);
    head = {
      type: "comparison",
      operator: comparison.image as ComparisonOperator,
      operatorSpan: spanOfToken(comparison),
      left,
      right,
      span: join(left.span, right.span),
    };
    deeper(head, [left, right], building);
  }
  const pipes = tokens(cst, "Pipe").length;
  if (pipes === 0) return head;
  const stages = all(cst, "stage").map((one) => buildStage(one, building));
  while (stages.length < pipes) stages.push(missingStage(cst));
  const pipe: Expression = { type: "pipe", head, stages, span };
  return deeper(pipe, [head, ...stages.map((one) => one.call)], building);
}

function missingStage(parent: CstNode): Stage {
  const span = endOf(parent);
  const call: Call = {
    type: "call",
    callee: { text: "", span },
    generics: [],
    args: undefined,
    span,
  };
  return { call, modifiers: [], span };
}

/** A stage of a pipeline: always a call, with or without parentheses. */
export function buildStage(cst: CstNode, building: Building): Stage {
  const call = buildCall(child(cst, "call"), cst, building);
  const modifiers = all(cst, "modifier").map((one) => ({
    name: token(one, "ScaleWord") === undefined ? ("weights" as const) : ("scale" as const),
    value: identifier(token(one, "Name"), one),
    span: spanOfNode(one),
  }));
  const last = modifiers.at(-1);
  return { call, modifiers, span: last === undefined ? call.span : join(call.span, last.span) };
}

/** A chain of operators without comparison and pipe. */
export function buildSum(
  cst: CstNode | undefined,
  parent: CstNode,
  building: Building,
): Expression {
  if (cst === undefined) return invalid(endOf(parent));
  if (cst.recoveredNode === true) return invalid(spanOfNode(cst));
  const operands = [...all(cst, "operand"), ...all(cst, "plainOperand")];
  const operators = tokens(cst, "BinaryOperator");
  const signs = operands.map((one) => tokens(one, "Minus"));
  const minuses = signs.reduce((sum, list) => sum + list.length, 0);
  if (operators.length + minuses > maximumOperators) return tooLong(cst, building);
  const chain: Chain = {
    operands: operands.map((one) => buildPostfix(one, building)),
    signs,
    operators,
    next: 0,
    end: endOf(cst),
  };
  const value = readChain(chain, 0, building);
  return depthOf(value, building) > maximumOperators ? tooLong(cst, building) : value;
}

function tooLong(cst: CstNode, building: Building): Expression {
  const span = spanOfNode(cst);
  building.problems.add(
    "S012",
    { start: span.start, end: span.start + 1 },
    { limit: maximumOperators },
  );
  return invalid(span);
}

interface Chain {
  readonly operands: readonly Expression[];
  /** The minus signs before each operand. */
  readonly signs: readonly (readonly IToken[])[];
  readonly operators: readonly IToken[];
  readonly end: { readonly start: number; readonly end: number };
  /** The operand to read next; the operator after it has the same index. */
  next: number;
}

const strength: Readonly<Record<string, number>> = {
  "+": 1,
  "-": 1,
  "*": 2,
  "/": 2,
  "@": 2,
  "^": 3,
};

/** Precedence climbing; the recursion is at most as deep as the chain has operators. */
function readChain(chain: Chain, weakest: number, building: Building): Expression {
  let left = readUnary(chain, building);
  for (;;) {
    const operator = chain.operators[chain.next - 1] as IToken | undefined;
    if (operator === undefined || strengthOf(operator) < weakest) return left;
    const right = readChain(chain, strengthOf(operator) + 1, building);
    left = binary(operator, left, right, building);
  }
}

function strengthOf(operator: IToken): number {
  return strength[operator.image] ?? 1;
}

function readUnary(chain: Chain, building: Building): Expression {
  const signs = chain.signs[chain.next] ?? [];
  let value = chain.operands[chain.next] ?? invalid(chain.end);
  chain.next++;
  const operator = chain.operators[chain.next - 1] as IToken | undefined;
  // `^` binds tighter than the signs before its base, looser than those before its exponent.
  if (operator !== undefined && strengthOf(operator) === 3) {
    value = binary(operator, value, readUnary(chain, building), building);
  }
  for (let k = signs.length - 1; k >= 0; k--) {
    const operand = value;
    value = {
      type: "unary",
      operator: "-",
      operand,
      span: join(spanOfToken(signs[k]), operand.span),
    };
    deeper(value, [operand], building);
  }
  return value;
}

function binary(
  operator: IToken,
  left: Expression,
  right: Expression,
  building: Building,
): Expression {
  const made: Expression = {
    type: "binary",
    operator: operatorText(operator),
    operatorSpan: spanOfToken(operator),
    left,
    right,
    span: join(left.span, right.span),
  };
  return deeper(made, [left, right], building);
}

/** What the token means; its image may be another symbol that was read as this one (`**`). */
function operatorText(operator: IToken): BinaryOperator {
  return String(operator.tokenType.PATTERN) as BinaryOperator;
}

function buildPostfix(cst: CstNode, building: Building): Expression {
  if (cst.recoveredNode === true) return invalid(spanOfNode(cst));
  const construct = child(cst, "construct");
  let value =
    construct === undefined
      ? buildAtom(child(cst, "atom"), cst, building)
      : buildConstruct(construct, building);
  let steps = 0;
  for (const suffix of all(cst, "suffix")) {
    const object = value;
    if (++steps > maximumOperators) return tooLong(cst, building);
    const span = { start: object.span.start, end: spanOfNode(suffix).end };
    if (suffix.recoveredNode === true) return invalid(span);
    value =
      token(suffix, "Dot") === undefined
        ? {
            type: "index",
            object,
            indices: all(suffix, "expression").map((one) => buildExpression(one, suffix, building)),
            span,
          }
        : { type: "member", object, name: identifier(token(suffix, "Name"), suffix), span };
    deeper(value, [object, ...(value.type === "index" ? value.indices : [])], building);
  }
  return value;
}

function buildAtom(cst: CstNode | undefined, parent: CstNode, building: Building): Expression {
  if (cst === undefined) return invalid(endOf(parent));
  const span = spanOfNode(cst);
  if (cst.recoveredNode === true) return invalid(span);
  const number = token(cst, "Number");
  if (number !== undefined) return buildNumber(number, cst, building);
  const string = token(cst, "String");
  if (string !== undefined) return stringLiteral(string, cst);
  if (token(cst, "TrueWord") !== undefined) return { type: "boolean", value: true, span };
  if (token(cst, "FalseWord") !== undefined) return { type: "boolean", value: false, span };
  const call = child(cst, "call");
  if (call !== undefined) return nameOrCall(buildCall(call, cst, building));
  const inner = buildExpression(child(cst, "expression"), cst, building);
  if (token(cst, "LeftParen") === undefined) return inner;
  // The parentheses belong to the span, so that a repair around the expression keeps them.
  const wrapped: Expression = { ...inner, span };
  building.depths.set(wrapped, depthOf(inner, building));
  return wrapped;
}

/** Numbers too large for a float are reported; malformed ones were, by the lexer. */
export function buildNumber(
  from: IToken | undefined,
  parent: CstNode,
  building: Building,
): NumberLiteral {
  if (from === undefined) return { type: "number", value: 0, span: endOf(parent) };
  const span = spanOfToken(from);
  const value = Number(from.image.replace(/_/g, ""));
  if (value === Infinity) {
    building.problems.add("S023", span, { text: from.image, wanted: "inf" });
  }
  return { type: "number", value: Number.isFinite(value) ? value : 0, span };
}

function nameOrCall(call: Call): Name | Call | Invalid {
  if (call.callee.text === "") return invalid(call.span);
  if (call.args !== undefined || call.generics.length > 0) return call;
  return { type: "name", text: call.callee.text, span: call.span };
}

/** A call as written, also when it is a bare name. */
export function buildCall(cst: CstNode | undefined, parent: CstNode, building: Building): Call {
  if (cst === undefined) return missingStage(parent).call;
  const generics = child(cst, "genericArguments");
  const args = child(cst, "arguments");
  const call: Call = {
    type: "call",
    callee: identifier(token(cst, "Name") ?? token(cst, "TypeName"), cst),
    generics: generics === undefined ? [] : buildGenericArguments(generics, building),
    args: args === undefined ? undefined : buildArguments(args, building),
    span: spanOfNode(cst),
  };
  const inside = [...call.generics, ...(call.args ?? [])].map((one) => one.value);
  return deeper(call, inside, building);
}

/** A call where a bare name will do: an expression. */
export function buildCallExpression(
  cst: CstNode | undefined,
  parent: CstNode,
  building: Building,
): Expression {
  if (cst === undefined) return invalid(endOf(parent));
  if (cst.recoveredNode === true) return invalid(spanOfNode(cst));
  return nameOrCall(buildCall(cst, parent, building));
}

export function buildGenericArguments(cst: CstNode, building: Building): GenericArgument[] {
  return all(cst, "genericArgument").map((one) => {
    const [first, second] = all(one, "sum");
    const named = token(one, "Colon") !== undefined;
    const value = buildSum(named ? second : first, one, building);
    const name = named ? argumentName(buildSum(first, one, building), building) : undefined;
    return { name, value, span: spanOfNode(one) };
  });
}

export function buildArguments(cst: CstNode, building: Building): Argument[] {
  return all(cst, "argument").map((one) => {
    const [first, second] = all(one, "expression");
    const named = token(one, "Colon") !== undefined;
    const value = buildExpression(named ? second : first, one, building);
    const name = named ? argumentName(buildExpression(first, one, building), building) : undefined;
    return { name, value, span: spanOfNode(one) };
  });
}

function argumentName(left: Expression, building: Building): Identifier | undefined {
  if (left.type === "name") return { text: left.text, span: left.span };
  if (left.type !== "invalid") building.problems.add("S022", left.span, {});
  return undefined;
}

function buildConstruct(cst: CstNode, building: Building): Expression {
  const span = spanOfNode(cst);
  if (cst.recoveredNode === true) return invalid(span);
  const gather = child(cst, "gather");
  if (gather !== undefined) return buildGather(gather, building);
  const pool = child(cst, "pool");
  if (pool !== undefined) return buildPool(pool, building);
  const softmax = child(cst, "softmaxOver");
  if (softmax !== undefined && softmax.recoveredNode !== true) {
    const operand = buildExpression(child(softmax, "expression"), softmax, building);
    const index = identifier(token(softmax, "Name"), softmax);
    return deeper({ type: "softmaxOver", index, operand, span }, [operand], building);
  }
  const over = child(cst, "overBlock");
  return over === undefined ? invalid(span) : buildOver(over, building);
}

function buildGather(cst: CstNode, building: Building): Expression {
  const span = spanOfNode(cst);
  if (cst.recoveredNode === true) return invalid(span);
  const body = buildBlock(child(cst, "block"), cst, building);
  const reducers = buildReducers(cst);
  if (reducers === undefined) return invalid(span);
  const graph = token(cst, "graph");
  const made: Expression = {
    type: "gather",
    reducers,
    source: identifier(token(cst, "source"), cst),
    target: identifier(token(cst, "target"), cst),
    graph: graph === undefined ? undefined : identifier(graph, cst),
    selfLoops: token(cst, "WithWord") !== undefined,
    body,
    span,
  };
  return deeper(made, partsOf(body), building);
}

function buildPool(cst: CstNode, building: Building): Expression {
  const span = spanOfNode(cst);
  if (cst.recoveredNode === true) return invalid(span);
  const operand = buildPostfix(cst, building);
  const reducers = buildReducers(cst);
  if (reducers === undefined) return invalid(span);
  const graph = identifier(token(cst, "Name"), cst);
  return deeper({ type: "pool", reducers, operand, graph, span }, [operand], building);
}

/** Undefined when one is missing. */
function buildReducers(cst: CstNode): Aggregator[] | undefined {
  const reducer = child(cst, "reducer");
  if (reducer === undefined) return undefined;
  const reducers = all(reducer, "aggregator").map((one) => {
    const written = token(one, "SoftmaxWeighted") ?? token(one, "Name");
    return { name: written?.image ?? "", span: spanOfNode(one) };
  });
  return reducers.some((one) => one.name === "") ? undefined : reducers;
}

function buildOver(cst: CstNode, building: Building): Expression {
  const span = spanOfNode(cst);
  if (cst.recoveredNode === true) return invalid(span);
  const body = buildBlock(child(cst, "block"), cst, building);
  if (token(cst, "SnapshotsWord") !== undefined) {
    const graph = identifier(token(cst, "Name"), cst);
    return deeper({ type: "snapshotBlock", graph, body, span }, partsOf(body), building);
  }
  const steps = buildSum(child(cst, "plainSum"), cst, building);
  return deeper({ type: "timeBlock", steps, body, span }, [steps, ...partsOf(body)], building);
}

function partsOf(block: Block): Expression[] {
  return [...block.lets.map((one) => one.value), block.result];
}

function buildBlock(cst: CstNode | undefined, parent: CstNode, building: Building): Block {
  if (cst === undefined) {
    return { lets: [], result: invalid(endOf(parent)), span: endOf(parent) };
  }
  return {
    lets: all(cst, "let").map((one) => buildLet(one, building)),
    result: buildExpression(child(cst, "expression"), cst, building),
    span: spanOfNode(cst),
  };
}

export function buildLet(cst: CstNode, building: Building): Let {
  return {
    type: "let",
    name: identifier(token(cst, "Name"), cst),
    value: buildExpression(child(cst, "expression"), cst, building),
    span: spanOfNode(cst),
  };
}
