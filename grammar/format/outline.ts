/** What the syntax tree knows of a declaration and the tokens do not. */
import type { Body } from "../fields.js";

export interface Outline {
  readonly body: Body | undefined;
  /** Offsets at which fields, `let`s and the result begin. */
  readonly fields: ReadonlySet<number>;
  /** Offsets of the signs that stand before one operand. */
  readonly signs: ReadonlySet<number>;
}
