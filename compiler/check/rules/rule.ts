/** What a lint sees: a checked body that has no errors. */
import type { Body } from "../body.js";
import type { Elaborated } from "../declaration.js";

export interface RuleContext {
  readonly body: Body;
  readonly elaborated: Elaborated;
  /** True for the check of the declaration itself, false for an instance with other kinds. */
  readonly isDeclaration: boolean;
}
/** A rule beyond typing; reports through the body. */
export type Rule = (context: RuleContext) => void;
