/**
 * Readable text of the typed program: one line per statement, for tests, `inspect --plan` and people.
 */
import type { Program } from "./program.js";
import type {
  Expr,
  FunctionIr,
  GraphRef,
  LayerIr,
  MemberIr,
  ModelIr,
  NeuronIr,
  OpAttributes,
  ParamIr,
  Statement,
} from "./ir.js";
import type { Size, Type } from "./types.js";

/** `64`, `2*in`, `N`; highest powers first, the constant last. */
export function printSize(size: Size): string {
  const entries = [...size.terms].sort(([a], [b]) =>
    a === "" ? 1 : b === "" ? -1 : a < b ? -1 : a > b ? 1 : 0,
  );
  if (entries.length === 0) return "0";
  return entries
    .map(([key, value], at) => {
      const sign = value < 0 ? (at === 0 ? "-" : " - ") : at === 0 ? "" : " + ";
      const amount = Math.abs(value);
      if (key === "") return `${sign}${amount}`;
      return `${sign}${amount === 1 ? "" : `${amount}*`}${key}`;
    })
    .join("");
}

/** `real[N, 16]`, `real` for a scalar, `graph(x: real[N, 5])`. */
export function printType(type: Type): string {
  if (type.tag === "error") return "unknown";
  if (type.tag === "tensor") {
    if (type.dims.length === 0) return type.kind;
    return `${type.kind}[${type.dims.map(printSize).join(", ")}]`;
  }
  const fields = [
    ...[...type.nodeFields].map(([name, field]) => `${name}: ${printType(field)}`),
    ...[...type.edgeFields].map(([name, field]) => `e.${name}: ${printType(field)}`),
  ];
  return fields.length === 0 ? "graph" : `graph(${fields.join(", ")})`;
}

function printGraph(graph: GraphRef): string {
  return graph.selfLoops ? `${graph.name}+loops` : graph.name;
}

function isGraph(value: Expr | GraphRef): value is GraphRef {
  return !("tag" in value);
}

function printArgument(value: Expr | GraphRef): string {
  return isGraph(value) ? printGraph(value) : printExpr(value);
}

function printNumber(value: number | Expr): string {
  return typeof value === "number" ? String(value) : printExpr(value);
}

function printAttributes(attributes: OpAttributes): string[] {
  const words: string[] = [];
  if (attributes.graph !== undefined) words.push(printGraph(attributes.graph));
  if (attributes.reduce !== undefined) words.push(attributes.reduce.join("+"));
  if (attributes.steps !== undefined) words.push(`steps=${printSize(attributes.steps)}`);
  if (attributes.rate !== undefined) words.push(`rate=${printExpr(attributes.rate)}`);
  if (attributes.slope !== undefined) words.push(`slope=${attributes.slope}`);
  if (attributes.low !== undefined) words.push(`low=${attributes.low}`);
  if (attributes.high !== undefined) words.push(`high=${attributes.high}`);
  if (attributes.classes !== undefined) words.push(`classes=${printSize(attributes.classes)}`);
  if (attributes.axes !== undefined) words.push(`axes=${attributes.axes}`);
  if (attributes.start !== undefined) words.push(`start=${printSize(attributes.start)}`);
  if (attributes.count !== undefined) words.push(`count=${printSize(attributes.count)}`);
  if (attributes.metric !== undefined) words.push(attributes.metric);
  if (attributes.recent !== undefined) words.push(`recent=${printNumber(attributes.recent)}`);
  if (attributes.radius !== undefined) words.push(`radius=${printNumber(attributes.radius)}`);
  return words;
}

function printBlock(lets: readonly Statement[], body: Expr): string {
  return `{ ${[...lets.map((s) => `${s.name} = ${printExpr(s.value)}; `)].join("")}${printExpr(body)} }`;
}

/** One expression on one line, without types: `add(matMul(x, w), bias)`. */
export function printExpr(expr: Expr): string {
  switch (expr.tag) {
    case "constant":
      return String(expr.value);
    case "size":
      return printSize(expr.size);
    case "local":
      return expr.name;
    case "param":
      return expr.member === undefined ? expr.name : `@${expr.member}.${expr.name}`;
    case "feature":
      return expr.on === "nodes" ? `${expr.graph.name}.${expr.name}` : `e.${expr.name}`;
    case "op": {
      const attributes = printAttributes(expr.attributes);
      const brackets = attributes.length === 0 ? "" : `<${attributes.join(", ")}>`;
      return `${expr.op}${brackets}(${expr.args.map(printExpr).join(", ")})`;
    }
    case "call": {
      const steps = expr.steps === undefined ? "" : `<steps=${printSize(expr.steps)}>`;
      return `@${expr.member}${steps}(${expr.args.map(printArgument).join(", ")})`;
    }
    case "function": {
      const given = [
        ...[...expr.sizes].map(([name, size]) => `${name}=${printSize(size)}`),
        ...[...expr.constants].map(([name, value]) => `${name}=${printNumber(value)}`),
      ];
      const brackets = given.length === 0 ? "" : `<${given.join(", ")}>`;
      return `${expr.callee.name}${brackets}(${expr.args.map(printArgument).join(", ")})`;
    }
    case "gather":
      return `gather ${expr.reduce.join("+")} ${printGraph(expr.graph)} ${printBlock(expr.lets, expr.body)}`;
    case "edge":
      return `${printExpr(expr.operand)}[${expr.end === "source" ? "j" : "i"}]`;
    case "time": {
      const over =
        expr.over === undefined ? "" : ` ${expr.over.name} in ${printExpr(expr.over.value)}`;
      return `time ${printSize(expr.steps)}${over} ${printBlock(expr.lets, expr.body)}`;
    }
    case "fixpoint": {
      const equations = expr.equations.map(({ name, value, neuron }) =>
        neuron === undefined
          ? `${name} = ${printExpr(value)}`
          : `${name} = rate<${printExpr(neuron.threshold)}>(${printExpr(value)})`,
      );
      return `fixpoint ${expr.solve.name} ${expr.gradient.name} { ${equations.join("; ")} }`;
    }
  }
}

function printTyped(expr: Expr): string {
  return `${printExpr(expr)} : ${printType(expr.type)}${expr.timed ? " timed" : ""}`;
}

function printParam(param: ParamIr): string {
  const { args: numbers, times } = param.initial;
  const factor = times === undefined ? "" : ` * ${times}`;
  const args = numbers.length === 0 ? "" : `(${numbers.map((n) => `${n}${factor}`).join(", ")})`;
  const range =
    param.range === undefined
      ? ""
      : ` in ${param.range.lowOpen ? "(" : "["}${param.range.low}, ${param.range.high}${param.range.highOpen ? ")" : "]"}`;
  const running =
    param.running === undefined
      ? ""
      : ` follows ${printExpr(param.running.follows)} rate ${param.running.rate}`;
  const word = param.running === undefined ? "param" : "running";
  return `  ${word} ${param.name}: ${printType(param.type)} = ${param.initial.name}${args}${range}${running}`;
}

function printMember(member: MemberIr): string {
  const given = [
    ...[...member.sizes].map(([name, size]) => `${name}=${printSize(size)}`),
    ...[...member.constants].map(([name, value]) => `${name}=${printNumber(value)}`),
  ];
  return `  member ${member.path}: ${member.target.name}<${given.join(", ")}> -> ${printType(member.resultType)}`;
}

/** A layer, function or model: header, weights, members, statements, result. */
export function printCallable(callable: LayerIr | FunctionIr | ModelIr): string {
  const sizes = [
    ...callable.sizes,
    ...[...callable.constants].map(([name, value]) =>
      value === undefined ? name : `${name}: ${value}`,
    ),
  ];
  const inputs = callable.inputs
    .map((input) => `${input.name}: ${printType(input.type)}`)
    .join(", ");
  const lines = [
    `${callable.tag} ${callable.name}${sizes.length === 0 ? "" : `<${sizes.join(", ")}>`}(${inputs})`,
  ];
  if (callable.tag !== "function") {
    lines.push(...callable.params.map(printParam), ...callable.members.map(printMember));
  }
  for (const statement of callable.body) {
    lines.push(`  let ${statement.name} = ${printTyped(statement.value)}`);
  }
  lines.push(`  return ${printTyped(callable.result)}`);
  return lines.join("\n");
}

/** `neuron LIF(input) -> spike`; its equations are printed by the emitter. */
export function printNeuron(neuron: NeuronIr): string {
  return `neuron ${neuron.name}(${neuron.inputs.join(", ")}) -> ${neuron.emits}`;
}

/** The whole program, declarations in emission order, separated by empty lines. */
export function printProgram(program: Program): string {
  return [
    ...program.neurons.map(printNeuron),
    ...program.functions.map(printCallable),
    ...program.layers.map(printCallable),
    ...program.models.map(printCallable),
  ].join("\n\n");
}
