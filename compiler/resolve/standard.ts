/**
 * The standard library, `sgnn:std`: parsed declaration by declaration as programs use it.
 *
 * Its trees never change and hold no reference to a program, so one copy serves all programs.
 */
import { parse } from "../../grammar/index.js";
import { stdDeclarations, stdTexts } from "../std/sources.js";
import type { Found, VisibleName } from "./found.js";

class StandardLibrary {
  private readonly parsed = new Map<string, ReadonlyMap<string, Found>>();

  /** The standard declaration of this name; parses its file on first use. */
  declaration(name: string): Found | undefined {
    const entry = stdDeclarations.get(name);
    return entry === undefined ? undefined : this.file(entry.file).get(name);
  }

  /** All names, without parsing anything. */
  names(): readonly VisibleName[] {
    return [...stdDeclarations].map(([name, { type }]) => ({ name, type }));
  }

  /** The text of `sgnn:std/<file>`. */
  source(file: string): string | undefined {
    return stdTexts.get(file);
  }

  private file(file: string): ReadonlyMap<string, Found> {
    const known = this.parsed.get(file);
    if (known !== undefined) return known;
    const source = stdTexts.get(file) ?? "";
    const declarations = new Map<string, Found>();
    for (const declaration of parse(source).file.declarations) {
      if (declaration.type === "train") continue;
      declarations.set(declaration.name.text, { file, source, declaration });
    }
    this.parsed.set(file, declarations);
    return declarations;
  }
}

export const standardLibrary = new StandardLibrary();
