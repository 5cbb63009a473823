/** An ONNX graph under construction: nodes in order, weights and constants, inputs and outputs. */
import { Message } from "../protobuf.js";

/** Element types of ONNX (onnx.proto, TensorProto.DataType). */
export const elementType = { float: 1, int64: 7 } as const;
export type ElementType = keyof typeof elementType;

/** Sizes of a value: numbers, or names of sizes that are known only when the graph runs. */
export type Dims = readonly (number | string)[];

type Attribute = number | readonly number[] | { readonly float: number } | string;

export class OnnxGraph {
  private readonly nodes: Message[] = [];
  private readonly initializers: Message[] = [];
  private readonly inputs: Message[] = [];
  private readonly outputs: Message[] = [];
  private readonly constants = new Map<string, string>();
  private count = 0;

  constructor(private readonly name: string) {}

  /** One operation; gives the name of its result. */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const result = `${type.toLowerCase()}_${++this.count}`;
    const node = new Message();
    for (const input of inputs) node.text(1, input);
    node.text(2, result).text(3, result).text(4, type);
    for (const [name, value] of Object.entries(attributes)) {
      node.message(5, attribute(name, value));
    }
    this.nodes.push(node);
    return result;
  }

  weight(name: string, shape: readonly number[], data: Float32Array): string {
    this.initializers.push(tensor(name, shape, "float", new Uint8Array(data.slice().buffer)));
    return name;
  }

  /** A small constant; equal ones are stored once. */
  constant(type: ElementType, values: readonly number[], scalar = false): string {
    const key = `${type}:${scalar}:${values.join()}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.constants.size + 1}`;
    const bytes =
      type === "float"
        ? new Uint8Array(Float32Array.from(values).buffer)
        : new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
    this.initializers.push(tensor(name, scalar ? [] : [values.length], type, bytes));
    this.constants.set(key, name);
    return name;
  }

  /** A number as a scalar. */
  number(value: number): string {
    return this.constant("float", [value], true);
  }

  /** `count` dimensions of size 1 behind the `rank` that x has. */
  expand(x: string, count: number, rank: number): string {
    if (count === 0) return x;
    const axes = Array.from({ length: count }, (_, k) => rank + k);
    return this.node("Unsqueeze", [x, this.constant("int64", axes)]);
  }

  /** -1 or +1, +1 at 0. */
  sign(x: string): string {
    const isPositive = this.node("GreaterOrEqual", [x, this.number(0)]);
    return this.node("Where", [isPositive, this.number(1), this.number(-1)]);
  }

  input(name: string, type: ElementType, dims: Dims): string {
    this.inputs.push(valueInfo(name, type, dims));
    return name;
  }

  output(name: string, from: string, type: ElementType, dims: Dims): void {
    const node = new Message().text(1, from).text(2, name).text(3, name).text(4, "Identity");
    this.nodes.push(node);
    this.outputs.push(valueInfo(name, type, dims));
  }

  /** The whole file. `producer` names the tool, `notes` is kept for people. */
  encode(
    producer: { readonly name: string; readonly version: string; readonly scale: string },
    notes: string,
  ): Uint8Array {
    const graph = new Message();
    for (const node of this.nodes) graph.message(1, node);
    graph.text(2, this.name);
    for (const one of this.initializers) graph.message(5, one);
    for (const one of this.inputs) graph.message(11, one);
    for (const one of this.outputs) graph.message(12, one);
    return new Message()
      .int(1, 8)
      .text(2, producer.name)
      .text(3, producer.version)
      .text(6, notes)
      .message(7, graph)
      .message(8, new Message().text(1, "").int(2, 18))
      .message(14, new Message().text(1, "scale").text(2, producer.scale))
      .finish();
  }
}

function tensor(
  name: string,
  shape: readonly number[],
  type: ElementType,
  bytes: Uint8Array,
): Message {
  const message = new Message();
  for (const size of shape) message.int(1, size);
  return message.int(2, elementType[type]).text(8, name).bytes(9, bytes);
}

function attribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === "number") return message.int(3, value).int(20, 2);
  if (typeof value === "string") return message.text(4, value).int(20, 3);
  if ("float" in value) return message.float(2, value.float).int(20, 1);
  for (const one of value) message.int(8, one);
  return message.int(20, 7);
}

function valueInfo(name: string, type: ElementType, dims: Dims): Message {
  const shape = new Message();
  for (const dim of dims) {
    shape.message(
      1,
      typeof dim === "number" ? new Message().int(1, dim) : new Message().text(2, dim),
    );
  }
  const tensorType = new Message().int(1, elementType[type]).message(2, shape);
  return new Message().text(1, name).message(2, new Message().message(1, tensorType));
}
