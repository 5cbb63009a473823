/** Checks a `data` declaration: where the numbers come from, what they are called, how they are split. */
import type { DataDeclaration, DataField, Expression, Identifier } from "../../grammar/tree.js";
import { data as rows } from "../diagnostics/catalogue/data.js";
import { fields } from "../diagnostics/catalogue/fields.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import type { DataIr, SourceIr } from "../ir/ir.js";
import type { Found } from "../resolve/found.js";
import type { Environment } from "../resolve/environment.js";
import { checkNamedCall, reportUnknownWord } from "./named-arguments.js";
import { checkAugment } from "./data/augment.js";
import { checkGraph } from "./data/graph.js";
import type { DataNames } from "./data/names.js";
import { checkSource } from "./data/source.js";
import { checkSplit } from "./data/split.js";
import { fieldsOf, reportRepeated } from "./fields.js";
import { generators } from "./generators.js";

const formats = [
  ...(["npz", "npy", "csv", "tsv", "json", "tu", "planetoid", "temporal"] as const),
  ...(["off", "xyz", "voxels64", "voxels128", "voxels256", "voxels512", "voxels1024"] as const),
] as const;
const scalers = ["standard", "minmax", "rows", "none"] as const;

const checked = new WeakMap<Environment, Map<Found, DataIr | undefined>>();

/** The data, or undefined after reporting every error in it. Checked once per program. */
export function checkData(
  found: Found,
  environment: Environment,
  reporter: Reporter,
): DataIr | undefined {
  const { declaration } = found;
  if (declaration.type !== "data") return undefined;
  const known = checked.get(environment) ?? new Map<Found, DataIr | undefined>();
  checked.set(environment, known);
  if (!known.has(found)) {
    known.set(found, new DataChecker(found, declaration, environment, reporter).check());
  }
  return known.get(found);
}

type FieldOf<T extends DataField["type"]> = DataField & { readonly type: T };

class DataChecker implements DataNames {
  private readonly file: string;
  private readonly used = new Map<string, { what: string; name: Identifier }>();
  private readonly broken: boolean;
  private sound = true;

  constructor(
    private readonly found: Found,
    private readonly declaration: DataDeclaration,
    private readonly environment: Environment,
    private readonly reporter: Reporter,
  ) {
    this.file = found.file;
    this.broken = environment.hasSyntaxProblem(found.file, declaration.span);
    if (this.broken) this.sound = false;
  }

  check(): DataIr | undefined {
    const { declaration } = this;
    const files = this.checkFiles();
    const generate = this.checkGenerate();
    this.checkOrigin(files.length, generate !== undefined);
    const graphField = this.single("graph");
    const graph =
      graphField &&
      this.keep(checkGraph(graphField, this, this.file, this.environment, this.reporter));
    const samples = this.checkSamples(graphField !== undefined);
    const split = this.checkSplitField(samples);
    const scale = this.checkScale();
    const augment = this.checkAugment(graph);
    if (!this.sound || split === undefined || augment === undefined) return undefined;
    return {
      name: this.environment.outputName(this.found),
      doc: declaration.doc,
      origin: this.environment.origin(this.file, declaration.name.span),
      files,
      generate,
      graph,
      samples,
      split,
      scale,
      augment,
    };
  }

  declare(name: Identifier, what: string): boolean {
    const earlier = this.used.get(name.text);
    if (earlier === undefined) {
      this.used.set(name.text, { what, name });
      return true;
    }
    this.sound = false;
    this.reporter.report(
      rows.duplicateDataName,
      { file: this.file, span: name.span },
      { name: name.text, first: earlier.what },
      { related: [{ file: this.file, span: earlier.name.span, message: "first used here" }] },
    );
    return false;
  }

  /** Passes a part on; a part that is missing has been reported. */
  private keep<T>(part: T | undefined): T | undefined {
    if (part === undefined) this.sound = false;
    return part;
  }

  private fields<T extends DataField["type"]>(type: T): readonly FieldOf<T>[] {
    return fieldsOf<DataField, T>(this.declaration.fields, type);
  }

  private single<T extends "graph" | "split" | "generate">(type: T): FieldOf<T> | undefined {
    const all = this.fields(type);
    if (all.length > 1) this.sound = false;
    reportRepeated(all, type, "this data", this.file, this.environment, this.reporter);
    return all[0];
  }

  private checkFiles(): DataIr["files"] {
    return this.fields("file").map(({ path, format }) => {
      if (format !== undefined && !formats.some((known) => known === format.text)) {
        this.sound = false;
        reportUnknownWord("data format", format, formats, this.file, this.reporter);
      }
      return { path: path.value, format: format?.text };
    });
  }

  private checkGenerate(): DataIr["generate"] {
    const field = this.single("generate");
    if (field === undefined) return undefined;
    const call = checkNamedCall(field.call, "generator", generators, this.file, this.reporter);
    if (this.keep(call) === undefined || call === undefined) return undefined;
    return {
      name: call.name,
      args: new Map<string, number | string>([...call.args, ...call.words]),
    };
  }

  /** Exactly one origin: files or a generator. */
  private checkOrigin(files: number, generated: boolean): void {
    const generate = this.fields("generate");
    const name = this.declaration.name.text;
    if (files > 0 && generate.length > 0) {
      this.sound = false;
      const later = [this.fields("file")[0], generate[0]].sort(
        (a, b) => b.span.start - a.span.start,
      )[0];
      const span = {
        start: later.span.start,
        end: later.span.start + (later.type === "file" ? "file" : "generate").length,
      };
      this.reporter.report(rows.fileAndGenerate, { file: this.file, span }, { name });
    }
    if (files === 0 && generate.length === 0 && !generated) {
      this.missing("file", "its numbers come from files or from a generator", 'file "cora.npz"');
    }
  }

  private missing(field: string, because: string, example: string): void {
    this.sound = false;
    if (this.broken) return;
    const owner = `data \`${this.declaration.name.text}\``;
    const at = { file: this.file, span: this.declaration.name.span };
    this.reporter.report(fields.missingField, at, { owner, field, because, example });
  }

  private checkSamples(hasGraph: boolean): DataIr["samples"] {
    const entries = this.fields("sample").flatMap((field) => field.entries);
    if (entries.length === 0) {
      this.missing("sample", "it says what is learned", 'sample target = "y"');
    }
    const samples: { name: string; source: SourceIr }[] = [];
    for (const { name, source } of entries) {
      const fresh = this.declare(name, "a sample");
      if (name.text === "graph" && !hasGraph && !this.broken) {
        this.sound = false;
        this.reporter.report(rows.graphReference, { file: this.file, span: name.span }, {});
      }
      const checkedSource = this.source(source);
      if (fresh && checkedSource !== undefined) {
        samples.push({ name: name.text, source: checkedSource });
      }
    }
    return samples;
  }

  private source(expression: Expression): SourceIr | undefined {
    return this.keep(checkSource(expression, this.file, this.reporter));
  }

  private checkSplitField(samples: DataIr["samples"]): DataIr["split"] | undefined {
    const field = this.single("split");
    if (field === undefined) {
      const because = "it says what is held back for validation and for the test";
      this.missing("split", because, "split random 80 : 10 : 10");
      return undefined;
    }
    const known = samples.map((sample) => sample.name);
    return this.keep(checkSplit(field, known, this.sound, this.file, this.reporter));
  }

  private checkScale(): DataIr["scale"] {
    const scale: { name: string; method: string }[] = [];
    const scaled = new Map<string, Identifier>();
    for (const { names, method } of this.fields("scale")) {
      if (!scalers.some((known) => known === method.text)) {
        this.sound = false;
        reportUnknownWord("scaler", method, scalers, this.file, this.reporter);
      }
      for (const name of names) {
        if (this.checkScaledName(name, scaled))
          scale.push({ name: name.text, method: method.text });
      }
    }
    return scale;
  }

  private checkAugment(graph: DataIr["graph"]): DataIr["augment"] | undefined {
    const known = graph?.nodes.map(({ name }) => name) ?? [];
    const complete = !this.broken && (graph !== undefined || this.fields("graph").length === 0);
    return checkAugment(this.fields("augment"), known, complete, this.file, this.reporter);
  }

  private checkScaledName(name: Identifier, scaled: Map<string, Identifier>): boolean {
    const at = { file: this.file, span: name.span };
    const first = scaled.get(name.text);
    if (first !== undefined) {
      this.sound = false;
      this.reporter.report(
        rows.duplicateDataName,
        at,
        { name: name.text, first: "scaled" },
        { related: [{ file: this.file, span: first.span, message: "first scaled here" }] },
      );
      return false;
    }
    const known = [...this.used.keys()].filter((one) => one !== "graph");
    if (!known.includes(name.text)) {
      this.sound = false;
      // Without any sample, that is what is reported.
      if (this.broken || this.fields("sample").length === 0) return false;
      const suggestion = didYouMean(name.text, { right: known });
      const words = { field: "scale", name: name.text, known, suggestion };
      this.reporter.report(rows.unknownDataName, at, words);
      return false;
    }
    scaled.set(name.text, name);
    return true;
  }
}
