/**
 * Every name in a syntax tree with its place and role. The walk knows the few shapes that give a name its
 * role (calls, members, blocks, definitions) and passes through everything else, so that new fields of the
 * language need nothing here.
 */
import type { Declaration, File, Identifier, Span } from "../../grammar/tree.js";

export type Role =
  /** The name of a declaration where it is declared. */
  | "declaration"
  /** What is called, or instantiated by a variant, or imported. */
  | "callee"
  /** A name introduced inside a declaration. */
  | "definition"
  /** `A` of `Net<A: LIF>`, `slope` of `atan(slope: 2)`. */
  | "generic argument"
  | "argument"
  /** `x` of `g.x`. */
  | "member"
  /** `real` of `real[N, 4]`. */
  | "kind"
  | "value";

export interface Occurrence {
  readonly text: string;
  readonly span: Span;
  readonly role: Role;
  /** Index of the declaration that it stands in; -1 in an import. */
  readonly declaration: number;
  /** The innermost block it is visible in. */
  readonly scope: Span;
  /** For arguments: the name of what is called. For members: the name of the object. */
  readonly of: string | undefined;
  /** What introduced it: `let`, `state`, `parameter`, `generic`, .. */
  readonly sort: string | undefined;
}

interface Context {
  readonly declaration: number;
  readonly scope: Span;
}

type Record_ = Readonly<Record<string, unknown>>;

/** All names of a file in source order. */
export function occurrencesOf(file: File): readonly Occurrence[] {
  const walker = new Walker();
  const whole = { start: 0, end: file.source.length };
  for (const one of file.imports) {
    for (const name of one.names) walker.add(name, "callee", { declaration: -1, scope: whole });
  }
  file.declarations.forEach((one, k) => walker.declaration(one, k));
  return walker.found.sort((a, b) => a.span.start - b.span.start);
}

/** Properties whose identifiers introduce a name, by the node that has them. */
const definingTypes: ReadonlySet<string> = new Set([
  "let",
  "param",
  "running",
  "state",
  "input",
  "const",
  "graph",
]);

class Walker {
  readonly found: Occurrence[] = [];

  add(
    name: Identifier,
    role: Role,
    context: Context,
    more: { readonly of?: string; readonly sort?: string } = {},
  ): void {
    if (name.text === "") return;
    const { text, span } = name;
    const { declaration, scope } = context;
    this.found.push({ text, span, role, declaration, scope, of: more.of, sort: more.sort });
  }

  declaration(one: Declaration, index: number): void {
    const context = { declaration: index, scope: one.span };
    const named = one as Declaration & { readonly name?: Identifier };
    if (named.name !== undefined) this.add(named.name, "declaration", context, { sort: one.type });
    const calleeOf = "model" in one ? one.model : "problem" in one ? one.problem : undefined;
    for (const [key, value] of Object.entries(one)) {
      if (key === "name") continue;
      if (key === "model" || key === "problem" || (key === "data" && one.type === "train")) {
        this.add(value as Identifier, "callee", context);
      } else if (key === "generics" && one.type === "variant") {
        for (const given of one.generics) this.genericArgument(given, one.model.text, context);
      } else if (key === "variables" && calleeOf !== undefined) {
        for (const name of value as Identifier[]) this.add(name, "value", context);
      } else {
        this.visit(value, context, key);
      }
    }
  }

  /** `key` is the property that holds `value`, `parent` the node that has it. */
  private visit(value: unknown, context: Context, key: string, parent?: Record_): void {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      for (const one of value) this.visit(one, context, key, parent);
      return;
    }
    const node = value as Record_;
    if (typeof node.text === "string" && isSpan(node.span)) {
      this.name(node as unknown as Identifier, context, key, parent);
      return;
    }
    switch (node.type) {
      case "call":
        return this.call(node, context);
      case "member": {
        const object = node.object as { readonly text?: string };
        this.visit(node.object, context, "object", node);
        this.add(node.name as Identifier, "member", context, { of: object.text ?? "" });
        return;
      }
      case "fixpoint":
        for (const { left, right } of node.equations as { left: Record_; right: unknown }[]) {
          if (typeof left.text === "string") {
            this.add(left as unknown as Identifier, "definition", context, { sort: "state" });
          } else this.visit(left, context, "left", node);
          this.visit(right, context, "right", node);
        }
        return;
      default:
    }
    const inner = isBlock(node) ? { ...context, scope: node.span as Span } : context;
    for (const [name, part] of Object.entries(node)) {
      if (name !== "span") this.visit(part, inner, name, node);
    }
  }

  private name(name: Identifier, context: Context, key: string, parent: Record_ | undefined): void {
    if (key === "kind") return this.add(name, "kind", context);
    const type = typeof parent?.type === "string" ? parent.type : undefined;
    if (key === "name" || key === "names") {
      if (type !== undefined && definingTypes.has(type)) {
        return this.add(name, "definition", context, { sort: type });
      }
      if (parent !== undefined && "declaredType" in parent) {
        return this.add(name, "definition", context, { sort: "parameter" });
      }
      if (parent !== undefined && "learn" in parent && "per" in parent) {
        return this.add(name, "definition", context, { sort: "generic" });
      }
      if (parent !== undefined && ("fieldType" in parent || "on" in parent || "source" in parent)) {
        return this.add(name, "definition", context, { sort: "feature" });
      }
      if (parent !== undefined && "variables" in parent) {
        return this.add(name, "definition", context, { sort: "unknown field" });
      }
      if (parent !== undefined && "range" in parent) {
        return this.add(name, "definition", context, { sort: "axis" });
      }
      if (parent !== undefined && "args" in parent && "derivative" in parent) return;
    }
    if ((key === "source" || key === "target") && type === "gather") {
      const body = parent?.body as { readonly span?: unknown } | undefined;
      const scope = isSpan(body?.span)
        ? { start: name.span.start, end: body.span.end }
        : context.scope;
      return this.add(name, "definition", { ...context, scope }, { sort: "index" });
    }
    if (key === "variable") return this.add(name, "definition", context, { sort: "variable" });
    this.add(name, "value", context);
  }

  private call(node: Record_, context: Context): void {
    const callee = node.callee as Identifier;
    this.add(callee, "callee", context);
    for (const given of (node.generics ?? []) as Record_[]) {
      this.genericArgument(given, callee.text, context);
    }
    for (const given of (node.args ?? []) as Record_[]) {
      const name = given.name as Identifier | undefined;
      if (name !== undefined) this.add(name, "argument", context, { of: callee.text });
      this.visit(given.value, context, "value", given);
    }
  }

  private genericArgument(given: object, callee: string, context: Context): void {
    const { name, value } = given as { readonly name?: Identifier; readonly value: unknown };
    if (name !== undefined) this.add(name, "generic argument", context, { of: callee });
    this.visit(value, context, "value", given as Record_);
  }
}

function isBlock(node: Record_): boolean {
  return "lets" in node && "result" in node && isSpan(node.span);
}

function isSpan(value: unknown): value is Span {
  return typeof value === "object" && value !== null && "start" in value && "end" in value;
}
