/** The open documents of an editor and what is known about them. */
import type { Host } from "../compile.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { resolvePath } from "../resolve/path.js";
import { standardLibrary } from "../resolve/standard.js";
import type { Analysis, Reach } from "./analysis.js";
import { analyse } from "./analysis.js";
import type { Checked } from "./incremental.js";
import { recheck } from "./incremental.js";

interface Document {
  readonly text: string;
  /** Of all declarations. */
  analysis: Analysis | undefined;
  /** Of some, while the document is being written. */
  partial: { readonly reach: Reach; readonly analysis: Analysis } | undefined;
  /** Of this version or one before it. */
  checked: { readonly text: string; readonly state: Checked } | undefined;
}

/**
 * Documents by path. An analysis is made when it is asked for and kept until the document, or one that
 * it imports, changes.
 */
export class Workspace {
  private readonly documents = new Map<string, Document>();

  /** `disk` reads files that are not open. */
  constructor(private readonly disk: Host) {}

  /** Opens or changes a document. */
  set(file: string, text: string): void {
    const { checked } = this.documents.get(file) ?? {};
    this.documents.set(file, { text, analysis: undefined, partial: undefined, checked });
    this.forgetAll();
  }

  close(file: string): void {
    this.documents.delete(file);
    this.forgetAll();
  }

  /** Another file may have been imported: what was known about it is not known any more. */
  private forgetAll(): void {
    for (const document of this.documents.values()) {
      if (document.checked?.state.isSeparable === false) document.checked = undefined;
      const known = document.analysis ?? document.partial?.analysis;
      if (known === undefined || known.tree.imports.length === 0) continue;
      document.analysis = undefined;
      document.partial = undefined;
    }
  }

  get files(): readonly string[] {
    return [...this.documents.keys()];
  }

  text(file: string): string | undefined {
    return this.documents.get(file)?.text ?? standardLibrary.source(file) ?? this.disk.read(file);
  }

  /** Open documents first, so that an import sees what the author sees. */
  get host(): Host {
    return { read: (file) => this.documents.get(file)?.text ?? this.disk.read(file) };
  }

  /**
   * Undefined when the document is not open. With a reach, only that part need be checked: an answer
   * while its author types does not wait for the rest.
   */
  analysis(file: string, reach: Reach = "all"): Analysis | undefined {
    const document = this.documents.get(file);
    if (document === undefined) return undefined;
    if (document.analysis !== undefined) return document.analysis;
    if (reach === "all") {
      document.partial = undefined;
      return (document.analysis = analyse(file, document.text, this.host));
    }
    const { partial } = document;
    if (partial !== undefined && includes(partial.reach, reach)) return partial.analysis;
    const analysis = analyse(file, document.text, this.host, reach);
    document.partial = { reach, analysis };
    return analysis;
  }

  /** Diagnostics of the whole document; after an edit only what it reaches is checked. */
  diagnostics(file: string): readonly Diagnostic[] | undefined {
    const document = this.documents.get(file);
    if (document === undefined) return undefined;
    if (document.analysis !== undefined) return document.analysis.diagnostics;
    const { text, checked } = document;
    if (checked?.text === text) return checked.state.diagnostics;
    const state = recheck(file, text, this.host, checked?.state);
    document.checked = { text, state };
    return state.diagnostics;
  }

  /** Names of all open documents, the given one first. */
  analyses(first: string): readonly Analysis[] {
    const files = [first, ...this.files.filter((file) => file !== first)];
    return files.flatMap((file) => this.analysis(file, "none") ?? []);
  }

  /** Open documents that import this one. */
  importers(file: string): readonly string[] {
    return this.files.filter((other) =>
      this.analysis(other, "none")?.tree.imports.some(
        (one) => resolvePath(other, one.from.value) === file,
      ),
    );
  }
}

/** True when what was checked covers what is asked for. */
function includes(checked: Reach, wanted: Reach): boolean {
  if (wanted === "none") return true;
  if (checked === "all" || checked === "none" || wanted === "all") return checked === "all";
  return checked.start <= wanted.start && wanted.end <= checked.end;
}
