/** A file, or arrays in memory, as named arrays. */
import type { AnyArray } from "./ndarray.js";

/** Named arrays. `get` throws SgnnError R220 (no such array, with the list) or a reading error. */
export interface ArrayTable {
  /** The file as the user named it, for messages. */
  readonly label: string;
  readonly names: readonly string[];
  get(name: string): AnyArray;
}
