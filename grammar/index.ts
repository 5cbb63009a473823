/** Public surface of the grammar. */
export { format } from "./format/index.js";
export type { FormatResult } from "./format/index.js";
export { parse } from "./parse.js";
export type { ParseResult } from "./parse.js";
export type {
  RelatedSpan,
  SyntaxArguments,
  SyntaxCode,
  SyntaxEdit,
  SyntaxProblem,
  SyntaxProblemOf,
} from "./problems.js";
export { maximumNesting, maximumOperators, maximumSize } from "./source.js";
export { tokenTable } from "./tokens.js";
export type { Highlight, TokenRow } from "./tokens.js";
export type * from "./tree.js";
