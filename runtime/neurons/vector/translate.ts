/**
 * The two nested loops of a loop function as WebAssembly that works on two neighbouring units at a time, in double
 * precision as JavaScript does: every number, and so every spike, is the same to the last bit.
 */
import type { AssignmentExpression, CallExpression, Expression, Super } from "acorn";
import { F64, FunctionWriter, I32, V128, type Instruction } from "./encoder.js";
import { isArray, type Environment } from "./evaluate.js";
import { declarationOf, elementOf, nameOf, NoVectorForm, type LoopText } from "./parse.js";

/** What the function is given for a name: an address for an array, and for a number both of its forms. */
export interface Argument {
  readonly name: string;
  readonly as: "address" | "int" | "number";
}

export interface Translated {
  readonly bytes: Uint8Array;
  readonly arguments: readonly Argument[];
  /** Variables that the loops add to; the function returns their values, in this order. */
  readonly totals: readonly string[];
}

/**
 * @param environment what is known before the loops: types of arrays, and strides of parameters (0 or 1)
 * @throws NoVectorForm
 */
export function translate(text: LoopText, environment: Environment): Translated {
  return new Translator(text, environment).result();
}

type Kind = "value" | "mask";

const ARITHMETIC: Readonly<Record<string, Instruction>> = {
  "+": "f64x2.add",
  "-": "f64x2.sub",
  "*": "f64x2.mul",
  "/": "f64x2.div",
};
const COMPARISON: Readonly<Record<string, Instruction>> = {
  "<": "f64x2.lt",
  ">": "f64x2.gt",
  "<=": "f64x2.le",
  ">=": "f64x2.ge",
};
const FUNCTION: Readonly<Record<string, Instruction>> = {
  abs: "f64x2.abs",
  sqrt: "f64x2.sqrt",
  max: "f64x2.max",
  min: "f64x2.min",
};
const INTEGER: Readonly<Record<string, Instruction>> = {
  "+": "i32.add",
  "-": "i32.sub",
  "*": "i32.mul",
};

class Translator {
  private readonly writer = new FunctionWriter();
  private readonly arguments: Argument[] = [];
  private readonly addresses = new Map<string, number>();
  /** Locals of indices, offsets and sizes. */
  private readonly integers = new Map<string, number>();
  /** Locals of pairs: constants of the body, and numbers from before the loops in both lanes. */
  private readonly pairs = new Map<string, { readonly local: number; readonly kind: Kind }>();
  /** Constants of the body that are 0 or 1: their sum is exact in any order. */
  private readonly indicators = new Set<string>();
  private readonly totals = new Map<string, { readonly local: number; readonly isPair: boolean }>();

  constructor(
    private readonly text: LoopText,
    private readonly environment: Environment,
  ) {}

  result(): Translated {
    const { writer, text } = this;
    this.declareArguments();
    for (const statement of text.body) this.noteIndicator(statement);
    const changed = text.body.map(totalOf).filter((name) => name !== undefined);
    for (const name of new Set(changed)) this.declareTotal(name);
    this.loops();
    for (const { local, isPair } of this.totals.values()) {
      writer.get(local);
      if (!isPair) continue;
      writer.put("f64x2.lane0");
      writer.get(local);
      writer.put("f64x2.lane1", "f64.add");
    }
    return {
      bytes: writer.module([...this.totals].map(() => F64)),
      arguments: this.arguments,
      totals: [...this.totals.keys()],
    };
  }

  /* ------------------------------------------------------------ names from before the loops */

  private declareArguments(): void {
    const { writer, environment, text } = this;
    const { step, offsets, unit, units, channel, body } = text;
    const used = namesIn([offsets.map(({ value }) => value), body])
      .add(step.steps)
      .add(units);
    if (channel) used.add(channel.channels);
    const known = [...used].filter((name) => environment.has(name));
    const numbers: [string, number][] = [];
    for (const name of known) {
      if (isArray(environment.get(name))) {
        this.addresses.set(name, this.argument(name, "address", I32));
      } else {
        this.integers.set(name, this.argument(name, "int", I32));
        numbers.push([name, this.argument(name, "number", F64)]);
      }
    }
    for (const [name, number] of numbers) {
      const local = writer.local(V128);
      writer.get(number);
      writer.put("f64x2.splat");
      writer.set(local);
      this.pairs.set(name, { local, kind: "value" });
    }
    for (const name of [step.name, unit, channel?.name, ...offsets.map((one) => one.name)]) {
      if (name !== undefined) this.integers.set(name, writer.local(I32));
    }
  }

  private argument(name: string, as: Argument["as"], type: number): number {
    this.arguments.push({ name, as });
    return this.writer.parameter(type);
  }

  private noteIndicator(statement: Parameters<typeof declarationOf>[0]): void {
    if (statement.type !== "VariableDeclaration") return;
    const [name, value] = declarationOf(statement);
    if (isIndicator(value)) this.indicators.add(name);
  }

  private declareTotal(name: string): void {
    const isPair = this.text.body.every((statement) => {
      if (totalOf(statement) !== name || statement.type !== "ExpressionStatement") return true;
      const { right } = statement.expression as AssignmentExpression;
      return isIndicator(right) || (right.type === "Identifier" && this.indicators.has(right.name));
    });
    this.totals.set(name, { local: this.writer.local(isPair ? V128 : F64), isPair });
  }

  /* ------------------------------------------------------------ the loops */

  private loops(): void {
    const { writer, text } = this;
    const { step, offsets, unit, channel } = text;
    const count = this.integer(step.steps);
    const at = this.integer(step.name);
    if (step.isBackward) {
      writer.get(count);
      writer.int(1);
      writer.put("i32.sub");
      writer.set(at);
    }
    writer.put("loop");
    for (const { name, value } of offsets) {
      this.int(value);
      writer.set(this.integer(name));
    }
    writer.int(0);
    writer.set(this.integer(unit));
    writer.put("loop");
    for (const statement of text.body) this.statement(statement);
    if (channel) this.advanceChannel(channel.name, channel.channels);
    this.advance(this.integer(unit), 2);
    writer.get(this.integer(text.units));
    writer.put("i32.lt_s");
    writer.repeat();
    this.advance(at, step.isBackward ? -1 : 1);
    if (step.isBackward) {
      writer.int(0);
      writer.put("i32.lt_s", "i32.eqz");
    } else {
      writer.get(count);
      writer.put("i32.lt_s");
    }
    writer.repeat();
  }

  /** Leaves the new value on the stack. */
  private advance(local: number, by: number): void {
    this.writer.get(local);
    this.writer.int(by);
    this.writer.put("i32.add");
    this.writer.tee(local);
  }

  /** Two further, and 0 after the last: channel * (channel != channels). */
  private advanceChannel(name: string, channels: string): void {
    const channel = this.integer(name);
    this.advance(channel, 2);
    this.writer.get(channel);
    this.writer.get(this.integer(channels));
    this.writer.put("i32.eq", "i32.eqz", "i32.mul");
    this.writer.set(channel);
  }

  private integer(name: string): number {
    const local = this.integers.get(name);
    if (local === undefined) throw new NoVectorForm(`${name} is no index`);
    return local;
  }

  private int(node: Expression): void {
    if (node.type === "Identifier") {
      this.writer.get(this.integer(node.name));
      return;
    }
    const operation = node.type === "BinaryExpression" ? INTEGER[node.operator] : undefined;
    if (node.type !== "BinaryExpression" || !operation) throw new NoVectorForm("an offset");
    this.int(node.left as Expression);
    this.int(node.right);
    this.writer.put(operation);
  }

  /* ------------------------------------------------------------ statements */

  private statement(statement: LoopText["body"][number]): void {
    if (statement.type === "ExpressionStatement") {
      const { expression } = statement;
      if (expression.type !== "AssignmentExpression") throw new NoVectorForm(expression.type);
      if (expression.left.type === "Identifier") this.add(expression.left.name, expression);
      else this.store(expression);
      return;
    }
    const [name, value] = declarationOf(statement);
    const kind = this.pair(value);
    const local = this.writer.local(V128);
    this.writer.set(local);
    this.pairs.set(name, { local, kind });
  }

  /** `count += spike` */
  private add(name: string, { operator, right }: AssignmentExpression): void {
    const { writer } = this;
    const total = this.totals.get(name);
    if (!total || operator !== "+=") throw new NoVectorForm(operator);
    if (total.isPair) {
      writer.get(total.local);
      this.value(right);
      writer.put("f64x2.add");
      writer.set(total.local);
      return;
    }
    const pair = this.kept(right, false);
    writer.get(total.local);
    this.addLanes(pair);
    writer.set(total.local);
  }

  /** `array[index] = value`, or `+=`, `-=` */
  private store({ left, operator, right }: AssignmentExpression): void {
    if (left.type !== "MemberExpression") throw new NoVectorForm(left.type);
    const { writer } = this;
    const [array, index] = elementOf(left);
    const isDouble = this.environment.get(array) instanceof Float64Array;
    if (!["=", "+=", "-="].includes(operator)) throw new NoVectorForm(operator);
    if (this.isSingle(index)) {
      // All units share it: they are added one after the other.
      if (!isDouble || operator === "=") throw new NoVectorForm("a shared element");
      const pair = this.kept(right, operator === "-=");
      writer.get(this.addressOf(array));
      writer.get(this.addressOf(array));
      writer.put("f64.load");
      this.addLanes(pair);
      writer.put("f64.store");
      return;
    }
    this.pointer(array, index, isDouble);
    if (operator !== "=") this.load(array, index);
    this.value(right);
    if (operator !== "=") writer.put(operator === "+=" ? "f64x2.add" : "f64x2.sub");
    if (isDouble) writer.put("v128.store");
    else writer.put("f32x4.demote", "v128.store64_lane0");
  }

  /** A pair in a local of its own. */
  private kept(node: Expression, isNegated: boolean): number {
    const local = this.writer.local(V128);
    this.value(node);
    if (isNegated) this.writer.put("f64x2.neg");
    this.writer.set(local);
    return local;
  }

  /** Adds both lanes to the number on the stack, in the order of the units. */
  private addLanes(pair: number): void {
    this.writer.get(pair);
    this.writer.put("f64x2.lane0", "f64.add");
    this.writer.get(pair);
    this.writer.put("f64x2.lane1", "f64.add");
  }

  /* ------------------------------------------------------------ elements of arrays */

  private addressOf(array: string): number {
    const address = this.addresses.get(array);
    if (address === undefined) throw new NoVectorForm(`${array} is no array`);
    return address;
  }

  /** Whether an index is `channel * stride` of a parameter that all channels share. */
  private isSingle(index: Expression): boolean {
    return (
      index.type === "BinaryExpression" && index.operator === "*" && this.stride(index.right) === 0
    );
  }

  private stride(node: Expression): number {
    const stride = this.environment.get(nameOf(node));
    if (stride !== 0 && stride !== 1) throw new NoVectorForm("a stride");
    return stride;
  }

  /** Leaves the address of the pair at `unit`, `offset + unit` or `channel * 1`. */
  private pointer(array: string, index: Expression, isDouble: boolean): void {
    const { writer, text } = this;
    writer.get(this.addressOf(array));
    if (index.type === "BinaryExpression" && index.operator === "*") {
      if (nameOf(index.left) !== text.channel?.name) throw new NoVectorForm("an index");
      this.int(index.left as Expression);
    } else {
      const last =
        index.type === "BinaryExpression" && index.operator === "+" ? index.right : index;
      if (nameOf(last) !== text.unit) throw new NoVectorForm("an index");
      this.int(index);
    }
    writer.int(isDouble ? 3 : 2);
    writer.put("i32.shl", "i32.add");
  }

  private load(array: string, index: Expression): void {
    const { writer } = this;
    const isDouble = this.environment.get(array) instanceof Float64Array;
    if (this.isSingle(index)) {
      writer.get(this.addressOf(array));
      if (isDouble) writer.put("f64.load");
      else writer.put("f32.load", "f64.promote_f32");
      writer.put("f64x2.splat");
      return;
    }
    this.pointer(array, index, isDouble);
    if (isDouble) writer.put("v128.load");
    else writer.put("v128.load64_zero", "f64x2.promote_low");
  }

  /* ------------------------------------------------------------ formulas */

  private value(node: Expression | Super): void {
    if (this.pair(node) !== "value") throw new NoVectorForm("a condition as a number");
  }
  private mask(node: Expression): void {
    if (this.pair(node) !== "mask") throw new NoVectorForm("a number as a condition");
  }

  /** Leaves a pair of numbers, or of masks (all bits 1 where a condition holds). */
  private pair(node: Expression | Super): Kind {
    const { writer } = this;
    switch (node.type) {
      case "Literal":
        if (typeof node.value !== "number") throw new NoVectorForm("a literal");
        writer.pair(node.value);
        return "value";
      case "Identifier":
        return this.named(node.name);
      case "MemberExpression":
        if (node.computed) this.load(...elementOf(node));
        else if (nameOf(node.property) === "PI") writer.pair(Math.PI);
        else throw new NoVectorForm("a field");
        return "value";
      case "UnaryExpression":
        if (node.operator === "!") {
          this.mask(node.argument);
          writer.put("v128.not");
          return "mask";
        }
        if (node.operator !== "-") throw new NoVectorForm(node.operator);
        this.value(node.argument);
        writer.put("f64x2.neg");
        return "value";
      case "BinaryExpression":
        return this.binary(node.operator, node.left as Expression, node.right);
      case "LogicalExpression":
        if (node.operator === "??") throw new NoVectorForm(node.operator);
        this.mask(node.left);
        this.mask(node.right);
        writer.put(node.operator === "&&" ? "v128.and" : "v128.or");
        return "mask";
      case "ConditionalExpression":
        // Both sides are computed: none has an effect, and a quotient that is not finite is not chosen.
        this.value(node.consequent);
        this.value(node.alternate);
        this.mask(node.test);
        writer.put("v128.bitselect");
        return "value";
      case "CallExpression":
        this.call(node);
        return "value";
      default:
        throw new NoVectorForm(node.type);
    }
  }

  private named(name: string): Kind {
    if (name === "Infinity") {
      this.writer.pair(Infinity);
      return "value";
    }
    const known = this.pairs.get(name);
    if (!known) throw new NoVectorForm(name);
    this.writer.get(known.local);
    return known.kind;
  }

  private binary(operator: string, left: Expression, right: Expression): Kind {
    const arithmetic = ARITHMETIC[operator];
    const comparison = COMPARISON[operator];
    this.value(left);
    this.value(right);
    if (arithmetic) this.writer.put(arithmetic);
    else if (comparison) this.writer.put(comparison);
    else throw new NoVectorForm(operator);
    return arithmetic ? "value" : "mask";
  }

  private call(node: CallExpression): void {
    const { writer } = this;
    const [first, second, third] = node.arguments as readonly Expression[];
    if (first === undefined || third !== undefined) throw new NoVectorForm("arguments");
    if (node.callee.type === "Identifier" && node.callee.name === "Number") {
      this.mask(first);
      writer.pair(1);
      writer.put("v128.and");
      return;
    }
    const { callee } = node;
    if (callee.type !== "MemberExpression" || nameOf(callee.object) !== "Math") {
      throw new NoVectorForm("a call");
    }
    const name = nameOf(callee.property);
    const instruction = FUNCTION[name];
    const isBinary = name === "max" || name === "min";
    if (!instruction || isBinary !== (second !== undefined)) throw new NoVectorForm(name);
    this.value(first);
    if (second) this.value(second);
    writer.put(instruction);
  }
}

/** `Number(condition)`: 0 or 1. */
function isIndicator(node: Expression): boolean {
  return (
    node.type === "CallExpression" &&
    node.callee.type === "Identifier" &&
    node.callee.name === "Number"
  );
}

/** The variable that a statement adds to. */
function totalOf(statement: LoopText["body"][number]): string | undefined {
  if (statement.type !== "ExpressionStatement") return undefined;
  const { expression } = statement;
  const isTotal =
    expression.type === "AssignmentExpression" && expression.left.type === "Identifier";
  return isTotal ? nameOf(expression.left) : undefined;
}

/** All identifiers below a node. */
function namesIn(node: unknown, found = new Set<string>()): Set<string> {
  if (typeof node !== "object" || node === null) return found;
  if ((node as { type?: string }).type === "Identifier") found.add((node as { name: string }).name);
  for (const part of Object.values(node)) namesIn(part, found);
  return found;
}
