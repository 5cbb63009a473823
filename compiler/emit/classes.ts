/** Layers and models as classes of the emitted module. */
import { StructureKind } from "ts-morph";
import type {
  ClassDeclarationStructure,
  InterfaceDeclarationStructure,
  OptionalKind,
  ParameterDeclarationStructure,
  PropertyDeclarationStructure,
} from "ts-morph";
import type { InputIr, LayerIr, MemberIr, ModelIr, ParamIr } from "../ir/ir.js";
import { printSize, printType } from "../ir/print.js";
import type { GraphType, TensorType } from "../ir/types.js";
import { bodyOf } from "./body.js";
import { LAYER_FIELDS, MODEL_FIELDS, fieldsOf } from "./fields.js";
import { initialiserText, literal, objectOf, propertyName, rangeText } from "./literals.js";
import type { Literal } from "./literals.js";
import type { Module } from "./module.js";
import type { Needs } from "./needs.js";
import { numberText, sizeText } from "./numbers.js";
import type { SymbolText } from "./numbers.js";

/** A layer as a class: parameters and members in the constructor, the body in `forward`. */
export function layerClass(layer: LayerIr, module: Module): ClassDeclarationStructure {
  const fields = fieldsOf(layer, LAYER_FIELDS);
  const needs = module.needsOf(layer);
  const body = bodyOf(layer, module, (name) => fields.get(name) ?? name);
  const parameters = layer.inputs.map((input, k) => ({
    name: body.inputs[k],
    type: inputType(input),
  }));
  return {
    kind: StructureKind.Class,
    name: module.nameOf(layer),
    extends: "sg.Layer",
    docs: [{ description: docOf(layer, module).join("\n") }],
    properties: propertiesOf(layer, fields, needs, module),
    ctors: constructorOf(layer, fields, needs, module),
    methods: [
      {
        name: "forward",
        parameters: [
          ...parameters,
          ...(needs.run ? [{ name: "run", type: "Run" }] : []),
          ...body.runtimeSizes.map((name) => ({ name, type: "number" })),
        ],
        returnType: "Tensor",
        statements: [...body.statements],
      },
    ],
  };
}

/** A model as an exported class with typed inputs. */
export function modelClass(
  model: ModelIr,
  module: Module,
  inputsName: string,
): ClassDeclarationStructure {
  const fields = fieldsOf(model, MODEL_FIELDS);
  const needs = module.needsOf(model);
  const body = bodyOf(model, module, (name) => fields.get(name) ?? name);
  const unpacked = objectOf(model.inputs.map((input, k) => [input.name, body.inputs[k]] as const));
  return {
    kind: StructureKind.Class,
    name: module.nameOf(model),
    isExported: true,
    extends: `sg.Model<${inputsName}>`,
    docs: [{ description: docOf(model, module).join("\n") }],
    properties: [
      {
        name: "info",
        isStatic: true,
        isReadonly: true,
        type: "sg.ModelInfo",
        initializer: infoText(model),
      },
      ...propertiesOf(model, fields, needs, module),
    ],
    ctors: constructorOf(model, fields, needs, module),
    methods: [
      {
        name: "forward",
        parameters: [
          { name: unpacked, type: inputsName },
          ...(needs.run ? [{ name: "run", type: "Run" }] : []),
        ],
        returnType: "Tensor",
        statements: [...body.statements],
      },
    ],
  };
}

/** The inputs of a model as an interface: graphs and tensors by name. */
export function inputsInterface(model: ModelIr, name: string): InterfaceDeclarationStructure {
  return {
    kind: StructureKind.Interface,
    name,
    isExported: true,
    docs: [{ description: `Inputs of ${model.model}.` }],
    properties: model.inputs.map((input) => ({
      name: input.name,
      type: inputType(input),
      docs: [{ description: printType(input.type) }],
    })),
  };
}

/** `Tensor`, a number or tensor for a scalar, or a graph with the features it must carry. */
export function inputType({ type }: InputIr): string {
  if (type.tag === "tensor") return type.dims.length === 0 ? "Tensor | number" : "Tensor";
  const nodes = featuresType(type.nodeFields);
  const edges = featuresType(type.edgeFields);
  if (edges !== undefined) return `Graph<${nodes ?? "sg.Features"}, ${edges}>`;
  return nodes === undefined ? "Graph" : `Graph<${nodes}>`;
}

function featuresType(fields: GraphType["nodeFields"]): string | undefined {
  if (fields.size === 0) return undefined;
  return `{ ${[...fields.keys()].map((name) => `${propertyName(name)}: Tensor`).join("; ")} }`;
}

/* ---------------------------------------------------------------- parts of a class */

type Owner = LayerIr | ModelIr;

function propertiesOf(
  owner: Owner,
  fields: ReadonlyMap<string, string>,
  needs: Needs,
  module: Module,
): OptionalKind<PropertyDeclarationStructure>[] {
  const properties: OptionalKind<PropertyDeclarationStructure>[] = [];
  const kept = (name: string, keys: readonly string[]): void => {
    if (keys.length > 0) properties.push({ name, type: numbersType(keys), isReadonly: true });
  };
  kept("size", needs.sizesInForward);
  kept("constants", needs.constantsInForward);
  for (const param of owner.params) {
    properties.push({
      name: fields.get(param.name) ?? param.name,
      type: param.running === undefined ? "sg.Parameter" : "sg.Running",
      isReadonly: true,
    });
  }
  for (const member of owner.members) {
    properties.push({
      name: fields.get(member.field) ?? member.field,
      type: member.target.tag === "neuron" ? "sg.Neuron" : module.nameOf(member.target),
      isReadonly: true,
    });
  }
  return properties;
}

function numbersType(keys: readonly string[]): string {
  return `{ ${keys.map((key) => `${propertyName(key)}: number`).join("; ")} }`;
}

function constructorOf(
  owner: Owner,
  fields: ReadonlyMap<string, string>,
  needs: Needs,
  module: Module,
): { parameters: OptionalKind<ParameterDeclarationStructure>[]; statements: string[] }[] {
  const takesNumbers = needs.sizes.length + needs.constants.length > 0;
  if (owner.params.length + owner.members.length === 0 && !takesNumbers) return [];
  const parameters: OptionalKind<ParameterDeclarationStructure>[] = [
    { name: "scope", type: "Scope" },
  ];
  if (needs.sizes.length > 0) parameters.push({ name: "size", type: numbersType(needs.sizes) });
  if (needs.constants.length > 0) {
    parameters.push({ name: "constants", type: numbersType(needs.constants) });
  }
  const statements = ["super(scope);"];
  if (needs.sizesInForward.length > 0) statements.push("this.size = size;");
  if (needs.constantsInForward.length > 0) statements.push("this.constants = constants;");
  const symbol = symbolIn(owner);
  for (const param of owner.params) {
    const field = fields.get(param.name) ?? param.name;
    statements.push(`this.${field} = ${paramText(param, symbol)};`);
  }
  for (const member of owner.members) {
    const field = fields.get(member.field) ?? member.field;
    statements.push(`this.${field} = ${memberText(member, symbol, module)};`);
  }
  return [{ parameters, statements }];
}

/** Symbols in a constructor: its own parameters. */
function symbolIn(owner: Owner): SymbolText {
  return (symbol) => (owner.constants.has(symbol) ? `constants.${symbol}` : `size.${symbol}`);
}

function paramText(param: ParamIr, symbol: SymbolText): string {
  const shape = param.type.dims.map((dim) => sizeText(dim, symbol)).join(", ");
  const start = `"${param.name}", [${shape}], ${initialiserText(param.initial)}`;
  if (param.running !== undefined) {
    return `scope.running(${start}, ${String(param.running.rate)})`;
  }
  const options: (readonly [string, string])[] = [];
  if (param.range !== undefined) options.push(["range", rangeText(param.range)]);
  if (param.type.kind === "sign") options.push(["kind", `"sign"`]);
  if (param.contraction !== undefined) options.push(["contraction", String(param.contraction)]);
  const last = options.length === 0 ? "" : `, ${objectOf(options)}`;
  return `scope.parameter(${start}${last})`;
}

function memberText(member: MemberIr, symbol: SymbolText, module: Module): string {
  const { target } = member;
  const args = [`scope.child(${JSON.stringify(member.path)})`];
  const sizesOf = (names: readonly string[]): string =>
    objectOf(
      names.map((name) => [name, sizeText(member.sizes.get(name) ?? { terms: new Map() }, symbol)]),
    );
  const constantsOf = (names: readonly string[]): string =>
    objectOf(
      names.map((name) => {
        const value = member.constants.get(name) ?? 0;
        return [name, typeof value === "number" ? String(value) : numberText(value, symbol)];
      }),
    );
  if (target.tag === "neuron") {
    args.push(module.nameOf(target), sizesOf(["channels"]));
    if (member.constants.size > 0) args.push(constantsOf([...member.constants.keys()]));
    return `new sg.Neuron(${args.join(", ")})`;
  }
  const needs = module.needsOf(target);
  if (needs.sizes.length > 0) args.push(sizesOf(needs.sizes));
  if (needs.constants.length > 0) args.push(constantsOf(withDefaults(needs.constants, member)));
  return `new ${module.nameOf(target)}(${args.join(", ")})`;
}

/** Fails early, not in the emitted code, when a constant has neither a value nor a default. */
function withDefaults(names: readonly string[], member: MemberIr): readonly string[] {
  for (const name of names) {
    if (!member.constants.has(name)) {
      throw new Error(`${member.path}: ${member.target.name} needs a value for ${name}`);
    }
  }
  return names;
}

/* ---------------------------------------------------------------- info and docs */

function infoText(model: ModelIr): string {
  const inputs = new Map<string, Literal>(
    model.inputs.map((input) => [
      input.name,
      input.type.tag === "tensor" ? typeInfo(input.type) : graphInfo(input.type),
    ]),
  );
  return literal({ name: model.name, inputs, output: typeInfo(model.result.type) });
}

function typeInfo(type: TensorType): Literal {
  const dims = type.dims.map((dim) => {
    const text = printSize(dim);
    return /^\d+$/.test(text) ? Number(text) : text;
  });
  return { kind: type.kind, dims };
}

function graphInfo(type: GraphType): Literal {
  const fields = (of: GraphType["nodeFields"]): Literal =>
    new Map([...of].map(([name, field]) => [name, typeInfo(field)]));
  return { kind: "graph", nodes: fields(type.nodeFields), edges: fields(type.edgeFields) };
}

/** The doc from the source, then where it is declared. */
export function docOf(
  declaration: {
    readonly doc: string | undefined;
    readonly declaredName: string;
    readonly origin: { readonly file: string; readonly line: number };
  },
  module: Module,
): readonly string[] {
  const doc = declaration.doc === undefined ? [] : declaration.doc.trim().split("\n");
  const { file, line } = declaration.origin;
  const lines = doc.map((text) => text.replace(/\*\//g, "* /").trimEnd());
  const label = module.places.at(file, line);
  const from = file.startsWith("sgnn:std") ? `sgnn:std, ${label}` : label;
  return [...lines, `${declaration.declaredName}: ${from}`];
}
