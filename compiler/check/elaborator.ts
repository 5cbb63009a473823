/**
 * Elaborates declarations: each layer once per substitution of its upper-case generics and per kinds
 * of its arguments, symbolic in sizes; each model with numbers.
 *
 * A declaration is checked once with its defaults and declared kinds, and its errors are shown there.
 * An instance with other generics or kinds is checked silently; what fails only in it is shown at the
 * call. Everything is memoised, so checking stays linear in the number of distinct instances.
 */
import type { Expression, GenericArgument, Span } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { Reporter } from "../diagnostics/diagnostic.js";
import type { FunctionIr, LayerIr, ModelIr, NeuronIr } from "../ir/ir.js";
import type { GraphType, Kind, Size, TensorType } from "../ir/types.js";
import type { Found } from "../resolve/found.js";
import type { Environment } from "../resolve/environment.js";
import { Body } from "./body.js";
import { evaluateConstant } from "./constant.js";
import type { Elaborated } from "./declaration.js";
import { elaborate } from "./declaration.js";
import { defaultCallable } from "./defaults.js";
import { checkEquilibrium } from "./equilibrium/fields.js";
import { checkExpression } from "./expression.js";
import type { Facts } from "./facts.js";
import { checkGenericDefaults } from "./generic-defaults.js";
import { isWithin } from "./kinds.js";
import { elaborateLoss } from "./loss.js";
import { Output } from "./output.js";
import { rules } from "./rules/index.js";
import type {
  CallableRef,
  Instance,
  InstanceRequest,
  InstanceResult,
  Services,
} from "./services.js";
import { modelSubstitution, readModelGenerics } from "./model-generics.js";
import type { Callable, GenericRole, Signature } from "./signature.js";
import { Signatures, asCallable } from "./signature.js";
import { symbolSize, symbolsOf } from "./size.js";

interface Run {
  readonly body: Body;
  readonly elaborated: Elaborated | undefined;
}

interface Substitution {
  readonly sizes: ReadonlyMap<string, Size>;
  readonly constants: ReadonlyMap<string, number | undefined>;
  readonly callables: ReadonlyMap<string, CallableRef>;
}

const OUTSIDE = { steps: undefined, time: "outside" } as const;

export class Elaborator implements Services {
  private readonly signatures: Signatures;
  private readonly output: Output;
  /** Result of checking a declaration as it stands: true when it has no error. */
  private readonly declared = new Map<Callable, boolean>();
  private readonly instances = new Map<string, InstanceResult>();
  /** Instances of one declaration and substitution, to be shared when kinds do not matter. */
  private readonly families = new Map<string, Instance[]>();
  private readonly ids = new Map<Callable, number>();
  private readonly open: { readonly declaration: Callable; readonly name: string }[] = [];

  constructor(
    readonly environment: Environment,
    private readonly reporter: Reporter,
    private readonly neurons_: (found: Found) => NeuronIr | undefined,
    private readonly facts: Facts | undefined = undefined,
  ) {
    this.signatures = new Signatures(environment, reporter);
    this.output = new Output(environment);
  }

  /** Layers that the models use, each after those it uses. */
  get layers(): LayerIr[] {
    return this.output.layers;
  }
  /** Functions that the models and losses use, each after those it uses. */
  get functions(): FunctionIr[] {
    return this.output.functions;
  }
  /** Neurons that the models use, in order of first use. */
  get neurons(): NeuronIr[] {
    return this.output.neurons;
  }

  signature(found: Found, declaration: Callable): Signature | undefined {
    return this.signatures.of(found, declaration);
  }
  roles(found: Found, declaration: Callable): ReadonlyMap<string, GenericRole> {
    return this.signatures.roles(found, declaration);
  }
  neuron(found: Found): NeuronIr | undefined {
    return this.neurons_(found);
  }

  /** Checks a layer, function or model with its defaults; reports its errors once. */
  checkDeclaration(found: Found): void {
    const declaration = asCallable(found);
    if (declaration !== undefined) this.isSound(found, declaration);
  }

  private isSound(found: Found, declaration: Callable): boolean {
    const known = this.declared.get(declaration);
    if (known !== undefined) return known;
    const before = this.errorCount();
    this.declared.set(declaration, false);
    const isEquilibrium = declaration.type === "equilibrium";
    if (isEquilibrium && !checkEquilibrium(found, this.environment, this.reporter)) return false;
    const signature = this.signature(found, declaration);
    if (signature === undefined) return false;
    this.open.push({ declaration, name: declaration.name.text });
    const isFineDefault = checkGenericDefaults(this.bodyFor(found, this.reporter), signature);
    const substitution = this.ownSubstitution(signature);
    const run = this.run(signature, substitution, [], OUTSIDE, this.reporter, true);
    this.open.pop();
    const isFine = isFineDefault && run.elaborated !== undefined && this.errorCount() === before;
    this.declared.set(declaration, isFine);
    return isFine;
  }

  private errorCount(): number {
    return this.reporter.diagnostics.filter((d) => d.severity === "error").length;
  }

  /** Sizes as themselves, constants unknown, callables by default; models with numbers where known. */
  private ownSubstitution(signature: Signature): Substitution {
    const callables = new Map<string, CallableRef>();
    for (const info of signature.generics) {
      if (info.role !== "callable") continue;
      const initial = defaultCallable(this, signature, info);
      const opaque: CallableRef = { tag: "opaque", name: info.name, bound: [], key: "?" };
      callables.set(info.name, initial ?? opaque);
    }
    if (signature.declaration.type === "model") {
      const { sizes, constants } = modelSubstitution(signature, new Map());
      for (const name of signature.sizes) if (!sizes.has(name)) sizes.set(name, symbolSize(name));
      return { sizes, constants, callables };
    }
    return {
      sizes: new Map(signature.sizes.map((name) => [name, symbolSize(name)])),
      constants: new Map(
        signature.generics.filter((g) => g.role === "constant").map((g) => [g.name, undefined]),
      ),
      callables,
    };
  }

  private run(
    signature: Signature,
    substitution: Substitution,
    kinds: readonly (Kind | undefined)[],
    called: { readonly steps: string | undefined; readonly time: InstanceRequest["time"] },
    reporter: Reporter,
    isDeclaration: boolean,
  ): Run {
    const { declaration, found } = signature;
    const body = new Body({
      services: this,
      reporter,
      file: found.file,
      owner: declaration.type,
      ownerName: declaration.name.text,
      ...substitution,
      time:
        called.steps === undefined
          ? undefined
          : { steps: symbolSize(called.steps), implicit: true },
      isCalledTimed: called.time === "timed" || called.time === "snapshots",
      isStacked: called.time === "snapshots",
      facts: isDeclaration && found.file === this.environment.entry ? this.facts : undefined,
      check: checkExpression,
    });
    const elaborated = elaborate(body, signature, kinds);
    if (elaborated !== undefined) {
      for (const rule of rules) rule({ body, elaborated, isDeclaration });
    }
    return { body, elaborated };
  }

  private bodyFor(at: { readonly file: string }, reporter: Reporter): Body {
    return new Body({
      services: this,
      reporter,
      file: at.file,
      owner: "model",
      ownerName: "",
      sizes: new Map(),
      constants: new Map(),
      callables: new Map(),
      time: undefined,
      isCalledTimed: false,
      check: checkExpression,
    });
  }

  /** A layer or function with given callables and kinds of arguments. */
  instance(request: InstanceRequest): InstanceResult {
    const { declaration } = request.signature;
    const circle = this.open.findIndex((o) => o.declaration === declaration);
    if (circle >= 0) {
      const recursion = [...this.open.slice(circle).map((o) => o.name), declaration.name.text];
      return { instance: undefined, diagnostics: [], recursion };
    }
    if (!this.isSound(request.found, declaration)) {
      return { instance: undefined, diagnostics: [], recursion: undefined };
    }
    const family = this.familyKey(request);
    const key = `${family}|${request.kinds.map((k) => k ?? "graph").join(",")}`;
    let known = this.instances.get(key);
    if (known === undefined) {
      this.open.push({ declaration, name: declaration.name.text });
      known = this.elaborateInstance(request);
      this.open.pop();
      known = this.share(request, family, known);
      this.instances.set(key, known);
    }
    return known;
  }

  private familyKey(request: InstanceRequest): string {
    const { declaration } = request.signature;
    let id = this.ids.get(declaration);
    if (id === undefined) this.ids.set(declaration, (id = this.ids.size));
    const callables = [...request.callables].map(([name, ref]) => `${name}=${ref.key}`);
    return `${id}|${callables.join(",")}|${request.time}`;
  }

  private elaborateInstance(request: InstanceRequest): InstanceResult {
    const { signature, kinds, time } = request;
    const capture = new Reporter();
    const own = this.ownSubstitution(signature);
    const substitution = { ...own, callables: request.callables };
    const steps = time === "outside" ? undefined : freshSteps(signature);
    const run = this.run(signature, substitution, kinds, { steps, time }, capture, false);
    const diagnostics = capture.diagnostics;
    if (run.elaborated === undefined || capture.hasErrors) {
      return { instance: undefined, diagnostics, recursion: undefined };
    }
    this.forward(diagnostics);
    const instance = this.finish(signature, run, kinds, run.body.usedSteps ? steps : undefined);
    return { instance, diagnostics };
  }

  /**
   * The widest known instance that may stand for this one, the declared kinds first: a layer whose
   * result does not depend on the kinds of its arguments becomes one class.
   */
  private share(request: InstanceRequest, family: string, result: InstanceResult): InstanceResult {
    const { instance, diagnostics } = result;
    if (instance === undefined) return result;
    // What never asks for the number of steps is the same inside and outside of a time block.
    if (request.time !== "outside" && instance.steps === undefined) {
      return this.instance({ ...request, time: "outside" });
    }
    const members = this.families.get(family) ?? [];
    this.families.set(family, members);
    const declared = request.signature.parameters.map(({ type }) =>
      type.tag === "tensor" ? type.kind : undefined,
    );
    const isDeclared = declared.every((kind, at) => kind === request.kinds[at]);
    const wide = isDeclared ? undefined : this.instance({ ...request, kinds: declared }).instance;
    const candidates = wide === undefined ? members : [wide, ...members];
    const shared = candidates.find((other) => isShared(other, instance));
    if (shared === undefined) members.push(instance);
    return { instance: shared ?? instance, diagnostics };
  }

  private finish(
    signature: Signature,
    run: Run,
    kinds: readonly (Kind | undefined)[],
    steps: string | undefined,
  ): Instance {
    const { declaration, found } = signature;
    const elaborated = run.elaborated as Elaborated;
    const base = {
      name: declaration.name.text,
      declaredName: declaration.name.text,
      doc: declaration.doc,
      origin: this.environment.origin(found.file, declaration.span),
      sizes: steps === undefined ? signature.sizes : [...signature.sizes, steps],
      constants: constantDefaults(signature),
      inputs: elaborated.inputs,
      body: elaborated.body,
      result: elaborated.result,
    };
    const { params, members } = elaborated;
    const ir: LayerIr | FunctionIr =
      declaration.type === "function"
        ? { tag: "function", ...base }
        : { tag: "layer", ...base, params, members };
    this.output.describe(ir, { found, callables: run.body.callables, kinds, steps });
    return {
      ir,
      kinds,
      steps,
      isParametric:
        params.some((p) => p.running === undefined) || run.body.pending.some((p) => p.isParametric),
      oneStep: run.body.oneStep?.neuron,
    };
  }

  /** Warnings of an instance are about the declaration: shown there, once. */
  private forward(diagnostics: readonly Diagnostic[]): void {
    for (const one of diagnostics) {
      if (one.severity === "error") continue;
      const row = {
        code: one.code,
        name: one.name,
        severity: one.severity,
        message: () => one.message,
        why: () => one.why,
        fix: () => one.fix,
        example: { wrong: "", right: "" },
      };
      const more = { related: one.related, edits: one.edits };
      this.reporter.report(row, { file: one.file, span: one.span }, {}, more);
    }
  }

  /**
   * A model with generic arguments, all sizes numbers. `at` is where the arguments are written (the
   * variant), so that they are looked up in its own file; undefined after a report.
   */
  model(
    found: Found,
    generics: readonly GenericArgument[],
    name: string,
    isVariant: boolean,
    doc: string | undefined,
    at: { readonly file: string; readonly span: Span } = {
      file: found.file,
      span: found.declaration.span,
    },
  ): ModelIr | undefined {
    const declaration = asCallable(found);
    if (declaration === undefined || declaration.type !== "model") return undefined;
    const isSound = this.isSound(found, declaration);
    const signature = this.signature(found, declaration);
    if (signature === undefined) return undefined;
    const site = this.bodyFor(at, this.reporter);
    const substitution = this.modelGenerics(site, signature, generics, at.span);
    if (substitution === undefined || !isSound) return undefined;
    const capture = new Reporter();
    this.open.push({ declaration, name: declaration.name.text });
    const run = this.run(signature, substitution, [], OUTSIDE, capture, false);
    this.open.pop();
    if (run.elaborated === undefined || capture.hasErrors) {
      const first = capture.diagnostics.find((d) => d.severity === "error");
      if (first !== undefined) {
        const related = [{ file: first.file, span: first.span, message: first.message }];
        const span = generics.length > 0 ? generics[0].span : at.span;
        const { message, why, fix } = first;
        const args = { callee: declaration.name.text, message, why, fix };
        this.reporter.report(types.instanceFails, { file: at.file, span }, args, { related });
      }
      return undefined;
    }
    this.forward(capture.diagnostics);
    const constants = new Map<string, number | undefined>(substitution.constants);
    const model: ModelIr = {
      tag: "model",
      name,
      declaredName: name,
      model: declaration.name.text,
      isVariant,
      doc: doc ?? declaration.doc,
      origin: this.environment.origin(at.file, at.span),
      sizes: [],
      constants,
      ...run.elaborated,
    };
    this.output.reachModel(model);
    return model;
  }

  private modelGenerics(
    site: Body,
    signature: Signature,
    generics: readonly GenericArgument[],
    span: Span,
  ): Substitution | undefined {
    const given = new Map<string, number | CallableRef>();
    const isFine = readModelGenerics(site, signature, generics, given);
    if (!isFine) return undefined;
    const { sizes, constants } = modelSubstitution(signature, given);
    const callables = new Map<string, CallableRef>();
    for (const info of signature.generics) {
      if (info.role !== "callable") continue;
      const value = given.get(info.name) ?? defaultCallable(this, signature, info);
      if (value !== undefined && typeof value !== "number") callables.set(info.name, value);
    }
    const missing = signature.generics.find(
      (g) => !sizes.has(g.name) && constants.get(g.name) === undefined && !callables.has(g.name),
    );
    if (missing !== undefined) {
      const at = { file: site.file, span };
      const nameSpan = missing.generic.name.span;
      const callee = signature.declaration.name.text;
      const place =
        at.file === signature.found.file && span === signature.found.declaration.span
          ? { file: at.file, span: nameSpan }
          : at;
      this.reporter.report(types.modelNeedsGeneric, place, { model: callee, name: missing.name });
      return undefined;
    }
    const open = [...signature.inferred][0];
    if (open !== undefined) {
      const owner = signature.parameters.find((p) => mentions(p.type, open));
      const at = owner?.place ?? { file: site.file, span };
      this.reporter.report(types.modelSize, at, { name: open });
      return undefined;
    }
    return { sizes, constants, callables };
  }

  /** The loss of a training as a function of `output` and `target`; undefined after a report. */
  loss(expression: Expression, file: string, models: readonly ModelIr[]): FunctionIr | undefined {
    const loss = elaborateLoss(this, this.reporter, expression, file, models);
    if (loss !== undefined) this.output.reachLoss(loss, models[0]?.model ?? "model");
    return loss;
  }

  /** A compile-time number; undefined after a report. */
  constant(expression: Expression, file: string): number | undefined {
    const result = evaluateConstant(expression, () => undefined);
    if (result.value !== undefined) return result.value;
    if (result.bad.type !== "invalid") {
      const at = { file, span: result.bad.span };
      this.reporter.report(types.notConstant, at, { what: "this" });
    }
    return undefined;
  }
}

/** One instance may stand for another when it takes at least its arguments and returns the same. */
function isShared(wide: Instance, narrow: Instance): boolean {
  return (
    wide.ir.result.type.kind === narrow.ir.result.type.kind &&
    wide.steps === narrow.steps &&
    wide.kinds.every((kind, at) => {
      const other = narrow.kinds[at];
      return kind === other || (kind !== undefined && other !== undefined && isWithin(other, kind));
    })
  );
}

/** True when a size occurs in the type. */
function mentions(type: TensorType | GraphType, size: string): boolean {
  const tensors =
    type.tag === "tensor" ? [type] : [...type.nodeFields.values(), ...type.edgeFields.values()];
  return tensors.some((t) => t.dims.some((dim) => symbolsOf(dim).has(size)));
}

function freshSteps(signature: Signature): string {
  const taken = new Set([
    ...signature.sizes,
    ...signature.generics.map((g) => g.name),
    ...signature.parameters.map((p) => p.name),
  ]);
  let name = "steps";
  while (taken.has(name)) name += "_";
  return name;
}

function constantDefaults(signature: Signature): Map<string, number | undefined> {
  const defaults = new Map<string, number | undefined>();
  for (const info of signature.generics) {
    if (info.role !== "constant") continue;
    const { initial } = info.generic;
    const value =
      initial === undefined ? undefined : evaluateConstant(initial, () => undefined).value;
    defaults.set(info.name, value);
  }
  return defaults;
}
