/** Executes what a loop function does before and after its two nested loops: a few statements, once per call. */
import type { Expression, Statement, Super } from "acorn";
import { fieldsOf, nameOf, NoVectorForm } from "./parse.js";

/** Values by name: numbers, arrays, and the loop object. */
export type Environment = Map<string, unknown>;

/** What `new Float64Array(size)` gives: zeros, in the memory that the vectors work in. */
export type NewArray = (size: number) => Float64Array;

/** @returns the value of `return`, undefined without one */
export function execute(
  statements: readonly Statement[],
  environment: Environment,
  newArray: NewArray,
): unknown {
  const value = (node: Expression | Super): unknown => evaluate(node, environment, newArray);
  for (const statement of statements) {
    if (statement.type === "ReturnStatement") {
      return statement.argument ? value(statement.argument) : undefined;
    }
    if (statement.type === "ExpressionStatement") {
      perform(statement.expression, environment, value);
      continue;
    }
    if (statement.type !== "VariableDeclaration") throw new NoVectorForm(statement.type);
    const fields = fieldsOf(statement);
    for (const { id, init } of statement.declarations) {
      const given = init ? value(init) : undefined;
      if (fields === undefined) environment.set(nameOf(id), given);
      for (const field of fields ?? []) environment.set(field, fieldOf(given, field));
    }
  }
  return undefined;
}

/** `trace.fill(0, 0, units)` and `gradients[0] += total` */
function perform(
  node: Expression,
  environment: Environment,
  value: (node: Expression | Super) => unknown,
): void {
  if (node.type === "CallExpression") {
    const { callee } = node;
    const numbers = node.arguments.map((one) => Number(value(one as Expression)));
    const array = callee.type === "MemberExpression" ? value(callee.object) : undefined;
    const isFill = callee.type === "MemberExpression" && nameOf(callee.property) === "fill";
    if (!isFill || !isArray(array)) throw new NoVectorForm("a call");
    array.fill(numbers[0]!, numbers[1], numbers[2]);
    return;
  }
  if (node.type !== "AssignmentExpression" || node.left.type !== "MemberExpression") {
    throw new NoVectorForm(node.type);
  }
  const array = value(node.left.object);
  const index = value(node.left.property as Expression);
  if (!isArray(array) || typeof index !== "number") throw new NoVectorForm("an assignment");
  const change = Number(value(node.right));
  if (node.operator === "+=") array[index]! += change;
  else if (node.operator === "-=") array[index]! -= change;
  else if (node.operator === "=") array[index] = change;
  else throw new NoVectorForm(node.operator);
}

function evaluate(node: Expression | Super, environment: Environment, newArray: NewArray): unknown {
  const value = (inner: Expression | Super): unknown => evaluate(inner, environment, newArray);
  const number = (inner: Expression | Super): number => Number(value(inner));
  switch (node.type) {
    case "Literal":
      return node.value;
    case "Identifier":
      if (node.name === "Infinity") return Infinity;
      if (!environment.has(node.name)) throw new NoVectorForm(node.name);
      return environment.get(node.name);
    case "MemberExpression": {
      if (node.computed)
        return fieldOf(value(node.object), String(value(node.property as Expression)));
      const isMath = node.object.type === "Identifier" && node.object.name === "Math";
      const field = nameOf(node.property);
      return isMath ? Math[field as "PI"] : fieldOf(value(node.object), field);
    }
    case "UnaryExpression":
      if (node.operator === "-") return -number(node.argument);
      if (node.operator === "!") return !value(node.argument);
      throw new NoVectorForm(node.operator);
    case "BinaryExpression":
      return binary(node.operator, number(node.left as Expression), number(node.right));
    case "ConditionalExpression":
      return value(node.test) ? value(node.consequent) : value(node.alternate);
    case "CallExpression": {
      const { callee } = node;
      const numbers = node.arguments.map((one) => number(one as Expression));
      const isMath =
        callee.type === "MemberExpression" &&
        callee.object.type === "Identifier" &&
        callee.object.name === "Math";
      if (!isMath) throw new NoVectorForm("a call");
      return Math[nameOf(callee.property) as "max"](...numbers);
    }
    case "NewExpression":
      if (nameOf(node.callee) !== "Float64Array") throw new NoVectorForm("a new object");
      return newArray(number(node.arguments[0] as Expression));
    default:
      throw new NoVectorForm(node.type);
  }
}

function binary(operator: string, left: number, right: number): number | boolean {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "<":
      return left < right;
    case ">":
      return left > right;
    case "<=":
      return left <= right;
    case ">=":
      return left >= right;
    default:
      throw new NoVectorForm(operator);
  }
}

function fieldOf(object: unknown, field: string): unknown {
  if (typeof object !== "object" || object === null) throw new NoVectorForm(field);
  return (object as Record<string, unknown>)[field];
}

export function isArray(value: unknown): value is Float32Array | Float64Array {
  return value instanceof Float32Array || value instanceof Float64Array;
}
