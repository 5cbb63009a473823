/** A token with what the parser's driver asks about its place. */
import type { IToken } from "chevrotain";

export interface Token extends IToken {
  /** Half-open end, as in spans. */
  end: number;
  /** First token on its line. */
  firstOnLine: boolean;
  /** Blanks before the first token of its line. */
  indentation: number;
  /** Touches the previous token. */
  joined: boolean;
}
