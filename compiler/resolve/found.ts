/** What a name can lead to. */
import type { Declaration } from "../../grammar/tree.js";

/** A declaration and where it stands. The same declaration is always the same object. */
export interface Found {
  readonly file: string;
  readonly source: string;
  readonly declaration: Declaration;
}

export interface VisibleName {
  readonly name: string;
  readonly type: Declaration["type"];
}
