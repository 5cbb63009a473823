/** Names that a declaration introduces, each once. */
import type { Identifier } from "../../grammar/tree.js";
import { physics as rows } from "../diagnostics/catalogue/physics.js";
import type { Reporter } from "../diagnostics/diagnostic.js";

export class NameTable {
  private readonly first = new Map<string, { readonly what: string; readonly name: Identifier }>();

  constructor(
    private readonly file: string,
    private readonly reporter: Reporter,
  ) {}

  /** Adds a name; reports it and returns false when it is taken. `what` is as in "a field". */
  declare(name: Identifier, what: string): boolean {
    const earlier = this.first.get(name.text);
    if (earlier === undefined) {
      this.first.set(name.text, { what, name });
      return true;
    }
    this.reporter.report(
      rows.duplicateName,
      { file: this.file, span: name.span },
      { name: name.text, what: what.replace(/^an? /, ""), first: earlier.what },
      { related: [{ file: this.file, span: earlier.name.span, message: "first used here" }] },
    );
    return false;
  }

  has(name: string): boolean {
    return this.first.has(name);
  }

  /** All names, in order. */
  names(): readonly string[] {
    return [...this.first.keys()];
  }
}
