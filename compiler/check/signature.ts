/**
 * What a layer, function or model promises to its callers: generics with their role, parameters and
 * result, all in symbols.
 *
 * A lower-case generic is a size when it stands in a dim, counts steps or classes, or is handed to a
 * size of another declaration; any other lower-case generic is a constant. An upper-case generic is a
 * callable, unless it stands in a dim (`H` of `real[N, H]`). A lower-case name that only occurs in parameter types is an inferred size.
 */
import type {
  Expression,
  FunctionDeclaration,
  Generic,
  LayerDeclaration,
  ModelDeclaration,
  TypeExpression,
} from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import type { GraphType, Size, TensorType } from "../ir/types.js";
import type { Found } from "../resolve/found.js";
import type { Environment } from "../resolve/environment.js";
import type { EquilibriumCallable } from "./equilibrium/callable.js";
import { equationsOf, equilibriumCallable } from "./equilibrium/callable.js";
import type { Place } from "./scope.js";
import { symbolSize, symbolsOf } from "./size.js";
import type { TypeContext } from "./type-expression.js";
import { readTensorType, readType } from "./type-expression.js";
import { walk } from "./walk.js";

export type Callable =
  LayerDeclaration | FunctionDeclaration | ModelDeclaration | EquilibriumCallable;
export type GenericRole = "size" | "constant" | "callable";

export interface GenericInfo {
  readonly name: string;
  readonly role: GenericRole;
  readonly generic: Generic;
}
export interface ParameterInfo {
  readonly name: string;
  readonly place: Place;
  readonly type: TensorType | GraphType;
}
export interface Signature {
  readonly found: Found;
  readonly declaration: Callable;
  readonly generics: readonly GenericInfo[];
  readonly parameters: readonly ParameterInfo[];
  readonly result: TensorType;
  /** Every lower-case size, inferred ones first as they appear in the parameters. */
  readonly sizes: readonly string[];
  readonly inferred: ReadonlySet<string>;
  /** Index spaces that occur: N, E, G, T. */
  readonly spaces: ReadonlySet<string>;
}

/** The declaration when it is a layer, function, model or equilibrium. */
export function asCallable(found: Found): Callable | undefined {
  const { declaration } = found;
  if (declaration.type === "equilibrium") return equilibriumCallable(declaration);
  const isCallable =
    declaration.type === "layer" || declaration.type === "function" || declaration.type === "model";
  return isCallable ? declaration : undefined;
}

export class Signatures {
  private readonly known = new Map<Callable, Signature | undefined>();
  private readonly knownRoles = new Map<Callable, ReadonlyMap<string, GenericRole>>();

  constructor(
    private readonly environment: Environment,
    private readonly reporter: Reporter,
  ) {}

  /** The signature; problems in it are reported once, where they stand. */
  of(found: Found, declaration: Callable): Signature | undefined {
    if (!this.known.has(declaration)) {
      this.known.set(declaration, undefined);
      this.known.set(declaration, this.read(found, declaration));
    }
    return this.known.get(declaration);
  }

  private read(found: Found, declaration: Callable): Signature | undefined {
    const { file } = found;
    const roles = this.roles(found, declaration);
    const generics = declaration.generics.map((generic) => ({
      name: generic.name.text,
      role: roles.get(generic.name.text) ?? "constant",
      generic,
    }));
    let failed = this.reportDuplicates(file, declaration);
    const inferred = new Set<string>();
    const genericNames = new Set(generics.map((g) => g.name));
    for (const parameter of declaration.parameters) {
      for (const name of namesInType(parameter.declaredType)) {
        if (/^[a-z_]/.test(name) && !genericNames.has(name)) inferred.add(name);
      }
    }
    const sizeNames = [
      ...inferred,
      ...generics.filter((g) => g.role === "size").map((g) => g.name),
    ];
    const context: TypeContext = {
      file,
      reporter: this.reporter,
      size: (name) => (sizeNames.includes(name) ? symbolSize(name) : undefined),
      sizeNames: () => sizeNames,
      graph: undefined,
    };
    const parameters: ParameterInfo[] = [];
    let graphs = 0;
    for (const parameter of declaration.parameters) {
      const isGraph = parameter.declaredType.type === "graphType";
      const graph = isGraph && graphs++ > 0 ? parameter.name.text : undefined;
      const type = readType(parameter.declaredType, {
        ...context,
        graph,
        parameter: parameter.name.text,
      });
      if (type === undefined) failed = true;
      else {
        const place = { file, span: parameter.name.span };
        parameters.push({ name: parameter.name.text, place, type });
      }
    }
    const result = this.readResult(declaration, context);
    if (failed || result === undefined) return undefined;
    return {
      found,
      declaration,
      generics,
      parameters,
      result,
      sizes: sizeNames,
      inferred,
      spaces: spacesOf(parameters, result),
    };
  }

  private readResult(declaration: Callable, context: TypeContext): TensorType | undefined {
    const { resultType } = declaration;
    if (resultType.type === "tensorType") return readTensorType(resultType, context);
    if (resultType.type === "graphType") {
      this.reporter.report(
        types.expectedTensorType,
        { file: context.file, span: resultType.span },
        { what: `the result of \`${declaration.name.text}\`` },
      );
    }
    return undefined;
  }

  private reportDuplicates(file: string, declaration: Callable): boolean {
    const seen = new Set<string>();
    let failed = false;
    for (const { name } of [...declaration.generics, ...declaration.parameters]) {
      if (name.text === "") continue;
      if (seen.has(name.text)) {
        failed = true;
        this.reporter.report(
          types.nameTwice,
          { file, span: name.span },
          { name: name.text, owner: declaration.name.text },
        );
      }
      seen.add(name.text);
    }
    return failed;
  }

  /** Role of every generic, by how the declaration uses it. */
  roles(found: Found, declaration: Callable): ReadonlyMap<string, GenericRole> {
    const known = this.knownRoles.get(declaration);
    if (known !== undefined) return known;
    const roles = new Map<string, GenericRole>();
    // Set before reading the body: a recursive layer must not be read forever.
    this.knownRoles.set(declaration, roles);
    const sizes = this.sizeUses(found, declaration);
    for (const { name } of declaration.generics) {
      const isCallable = /^[A-Z]/.test(name.text);
      roles.set(name.text, sizes.has(name.text) ? "size" : isCallable ? "callable" : "constant");
    }
    return roles;
  }

  private sizeUses(found: Found, declaration: Callable): Set<string> {
    const used = new Set<string>();
    const addNames = (expression: Expression): void =>
      walk(expression, (e) => {
        if (e.type === "name") used.add(e.text);
      });
    const addType = (type: TypeExpression): void => {
      for (const name of namesInType(type)) used.add(name);
    };
    const visit = (expression: Expression): void =>
      walk(expression, (e) => {
        if (e.type === "timeBlock") addNames(e.steps);
        if (e.type !== "call") return;
        if (e.callee.text === "one_hot" || e.callee.text === "knn") {
          for (const generic of e.generics.slice(0, 1)) addNames(generic.value);
        }
        const callee = this.environment.lookup(e.callee.text, found.file);
        const callable = callee === undefined ? undefined : asCallable(callee);
        if (callee === undefined || callable === undefined) return;
        const roles = this.roles(callee, callable);
        for (const [at, generic] of e.generics.entries()) {
          const name = generic.name?.text ?? callable.generics[at]?.name.text ?? "";
          if (roles.get(name) === "size") addNames(generic.value);
        }
      });
    for (const parameter of declaration.parameters) addType(parameter.declaredType);
    addType(declaration.resultType);
    for (const item of declaration.items) {
      if (item.type === "let") visit(item.value);
      else {
        addType(item.declaredType);
        if (item.type === "running") visit(item.follows);
      }
    }
    visit(declaration.result);
    if (declaration.type === "equilibrium") {
      for (const equation of equationsOf(declaration.declaration)) visit(equation.right);
    }
    // A default may refer to another generic: `hidden: out`.
    for (const generic of declaration.generics) {
      if (generic.initial?.type === "name" && used.has(generic.name.text)) {
        used.add(generic.initial.text);
      }
    }
    return used;
  }
}

function namesInType(type: TypeExpression): Set<string> {
  const found = new Set<string>();
  const read = (one: TypeExpression): void => {
    if (one.type === "graphType") for (const field of one.fields) read(field.fieldType);
    if (one.type !== "tensorType") return;
    for (const dim of one.dims ?? []) {
      if (dim.type === "ellipsis") continue;
      walk(dim, (e) => {
        if (e.type === "name") found.add(e.text);
      });
    }
  };
  read(type);
  return found;
}

function spacesOf(parameters: readonly ParameterInfo[], result: TensorType): Set<string> {
  const found = new Set<string>();
  const add = (size: Size): void => {
    for (const symbol of symbolsOf(size)) if (/^[NEGT]('|$)/.test(symbol)) found.add(symbol);
  };
  for (const { type } of parameters) {
    if (type.tag === "tensor") type.dims.forEach(add);
    else {
      [type.nodes, type.edges, type.graphs, type.snapshots].forEach(add);
      for (const fields of [type.nodeFields, type.edgeFields]) {
        for (const field of fields.values()) field.dims.forEach(add);
      }
    }
  }
  result.dims.forEach(add);
  return found;
}
