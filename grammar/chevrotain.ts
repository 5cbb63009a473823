/**
 * The only door to Chevrotain: its package is hundreds of small modules, which take longer to load than a
 * file takes to check, so the build puts Chevrotain's own one-file bundle in the place of this module.
 */
export { createToken, CstParser, Lexer } from "chevrotain";
