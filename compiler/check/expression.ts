/** Typing of expressions: one dispatch, the rules are in their own files. */
import type { Expression } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { Body } from "./body.js";
import { DEPTH_LIMIT } from "./body.js";
import { checkGather, checkPool, checkSoftmaxOver, checkTimeBlock } from "./blocks.js";
import { checkSnapshots } from "./snapshots.js";
import { checkCall, checkPipe } from "./calls.js";
import { checkIndex, checkMember, checkName } from "./names.js";
import { checkBinary, checkUnary } from "./operators.js";
import type { Value } from "./scope.js";
import { ERROR } from "./scope.js";

/** The value of an expression; problems are reported once and give the error value. */
export function checkExpression(body: Body, expression: Expression): Value {
  if (body.depth >= DEPTH_LIMIT) {
    body.report(types.tooDeep, expression.span, { what: "expression" });
    return ERROR;
  }
  body.depth++;
  try {
    const value = dispatch(body, expression);
    body.note(value, expression.span, "expression");
    return value;
  } finally {
    body.depth--;
  }
}

function dispatch(body: Body, expression: Expression): Value {
  switch (expression.type) {
    case "number":
      return body.constant(expression.value, expression.span);
    case "name":
      return checkName(body, expression);
    case "call":
      return checkCall(body, expression);
    case "member":
      return checkMember(body, expression);
    case "index":
      return checkIndex(body, expression);
    case "unary":
      return checkUnary(body, expression);
    case "binary":
      return checkBinary(body, expression);
    case "pipe":
      return checkPipe(body, expression);
    case "softmaxOver":
      return checkSoftmaxOver(body, expression);
    case "gather":
      return checkGather(body, expression);
    case "pool":
      return checkPool(body, expression);
    case "timeBlock":
      return checkTimeBlock(body, expression);
    case "snapshotBlock":
      return checkSnapshots(body, expression);
    case "string":
    case "boolean":
    case "list":
    case "comparison": {
      const what = {
        string: "a text",
        boolean: "true or false",
        list: "a list",
        comparison: "a comparison",
      }[expression.type];
      body.report(types.noValue, expression.span, { what });
      return ERROR;
    }
    case "invalid":
      return ERROR;
  }
}
