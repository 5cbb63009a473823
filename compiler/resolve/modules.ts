/**
 * Reads a file and everything it imports, and says what each file can call.
 *
 * Circles and missing files are reported where the import stands; the rest of the program is resolved
 * all the same.
 */
import type { Declaration, Import } from "../../grammar/tree.js";
import type { ParseResult } from "../../grammar/index.js";
import { parse } from "../../grammar/index.js";
import { names } from "../diagnostics/catalogue/names.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import { reportSyntax } from "../diagnostics/syntax.js";
import type { Found } from "./found.js";
import type { FileScope } from "./environment.js";
import { Environment, declaredName } from "./environment.js";
import { normalisePath, resolvePath } from "./path.js";
import { standardLibrary } from "./standard.js";

/** How the compiler sees other files. */
export interface ModuleHost {
  /** The text of a file, or undefined when it does not exist. */
  read(file: string): string | undefined;
}

export interface ResolvedModules {
  readonly environment: Environment;
  /** The entry file as it was parsed. */
  readonly parsed: ParseResult;
  /** The declarations of the entry file, in source order. */
  readonly declarations: readonly Found[];
}

interface Module {
  readonly file: string;
  readonly source: string;
  readonly parsed: ParseResult;
  readonly declarations: readonly Found[];
  readonly declared: ReadonlyMap<string, Found>;
}

/** Parses the entry file and its imports; reports syntax errors, duplicates and bad imports. */
export function resolveModules(
  entry: { readonly file: string; readonly source: string },
  host: ModuleHost,
  reporter: Reporter,
): ResolvedModules {
  const resolver = new Resolver(host, reporter);
  const module = resolver.load(entry.file, entry.source);
  return {
    environment: new Environment(entry.file, resolver.scopes),
    parsed: module.parsed,
    declarations: module.declarations,
  };
}

class Resolver {
  readonly scopes = new Map<string, FileScope>();
  private readonly modules = new Map<string, Module>();
  /** Files whose imports are being read, outermost first. */
  private readonly open: string[] = [];

  constructor(
    private readonly host: ModuleHost,
    private readonly reporter: Reporter,
  ) {}

  load(file: string, source: string): Module {
    const parsed = parse(source);
    const { file: tree, problems } = parsed;
    reportSyntax(problems, file, this.reporter);
    const declarations = tree.declarations.map((declaration) => ({ file, source, declaration }));
    const module: Module = {
      file,
      source,
      parsed,
      declarations,
      declared: this.declare(declarations),
    };
    this.modules.set(normalisePath(file), module);
    this.open.push(file);
    const imported = new Map<string, Found>();
    const broken = new Set<string>();
    for (const one of tree.imports) this.import(module, one, imported, broken);
    this.open.pop();
    this.scopes.set(file, {
      file,
      source,
      declared: module.declared,
      imported,
      broken,
      problems: problems.map((problem) => problem.span),
    });
    return module;
  }

  private declare(declarations: readonly Found[]): ReadonlyMap<string, Found> {
    const declared = new Map<string, Found>();
    for (const found of declarations) {
      const name = declaredName(found.declaration);
      if (name === undefined || name.text === "") continue;
      const first = declared.get(name.text);
      if (first === undefined) {
        declared.set(name.text, found);
        continue;
      }
      const place = declaredName(first.declaration) ?? first.declaration;
      this.reporter.report(
        names.duplicateDeclaration,
        { file: found.file, span: name.span },
        { name: name.text, first: describe(first.declaration) },
        { related: [{ file: first.file, span: place.span, message: "first declared here" }] },
      );
    }
    return declared;
  }

  private import(
    module: Module,
    one: Import,
    imported: Map<string, Found>,
    broken: Set<string>,
  ): void {
    const path = one.from.value;
    const target = path === "sgnn:std" ? standardLibrary : this.openImport(module, one);
    for (const name of one.names) {
      if (target === undefined) {
        broken.add(name.text);
        continue;
      }
      const at = { file: module.file, span: name.span };
      const found = target.declaration(name.text);
      const other = module.declared.get(name.text) ?? imported.get(name.text);
      if (found === undefined) {
        broken.add(name.text);
        const suggestion = didYouMean(name.text, { right: target.names().map((n) => n.name) });
        this.reporter.report(names.importUnknownName, at, { name: name.text, path, suggestion });
      } else if (other !== undefined && other !== found) {
        const place = declaredName(other.declaration) ?? other.declaration;
        this.reporter.report(
          names.duplicateDeclaration,
          at,
          { name: name.text, first: describe(other.declaration) },
          { related: [{ file: other.file, span: place.span, message: "first declared here" }] },
        );
      } else {
        imported.set(name.text, found);
      }
    }
  }

  /** What the imported file declares, or undefined after reporting why there is nothing. */
  private openImport(module: Module, one: Import): Exports | undefined {
    const path = one.from.value;
    const file = resolvePath(module.file, path);
    const at = { file: module.file, span: one.from.span };
    const start = this.open.findIndex((open) => normalisePath(open) === normalisePath(file));
    if (start >= 0) {
      const chain = [...this.open.slice(start), file];
      this.reporter.report(names.importCycle, at, { path, chain });
      return undefined;
    }
    const known = this.modules.get(normalisePath(file));
    if (known !== undefined) return exportsOf(known);
    const source = this.host.read(file);
    if (source === undefined) {
      this.reporter.report(names.importNotFound, at, { path, resolved: file });
      return undefined;
    }
    return exportsOf(this.load(file, source));
  }
}

interface Exports {
  declaration(name: string): Found | undefined;
  names(): readonly { readonly name: string }[];
}

function exportsOf(module: Module): Exports {
  return {
    declaration: (name) => module.declared.get(name),
    names: () => [...module.declared.keys()].map((name) => ({ name })),
  };
}

/** `neuron LIF`, `data Cora`: how messages name a declaration. */
export function describe(declaration: Declaration): string {
  const name = declaredName(declaration);
  return name === undefined
    ? wordFor(declaration.type)
    : `${wordFor(declaration.type)} \`${name.text}\``;
}

/** The keyword a reader knows a declaration by. */
export function wordFor(type: Declaration["type"]): string {
  return type === "solver" ? "model" : type === "convert" ? "conversion" : type;
}
