import type { Identifier } from "../../../grammar/tree.js";

/** What the names of one data declaration stand for. */
export interface DataNames {
  /** False when a name is taken; then it is reported. `what` is as in "a node feature". */
  declare(name: Identifier, what: string): boolean;
}
