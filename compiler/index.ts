/** Public surface of the compiler: check and compile `.sgnn` sources. */
export { checkSource, compileSource } from "./compile.js";
export type { CheckInput, CheckOutput, CompileInput, CompileOutput, Host } from "./compile.js";
export type { Diagnostic, RelatedPlace, Severity, TextEdit } from "./diagnostics/diagnostic.js";
export type { Program } from "./ir/program.js";
