/** Compiles a `.sgnn` source and runs the emitted module against the runtime, without files. */
import ts from "typescript";
import { compileSource } from "../../compiler/index.js";
import * as runtime from "../../runtime/index.js";

/** The exports of the module that `source` compiles to. */
export async function compileModule(source: string): Promise<Record<string, unknown>> {
  const compiled = await compileSource({
    file: "conformance.sgnn",
    source,
    host: { read: () => undefined },
    hash: "",
    version: "test",
  });
  if (compiled.text === undefined) {
    const list = compiled.diagnostics.map(({ code, message }) => `${code} ${message}`);
    throw new Error(`the source does not compile:\n${list.join("\n")}\n${source}`);
  }
  const { outputText } = ts.transpileModule(compiled.text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: Record<string, unknown> = {};
  const require = (name: string): unknown => {
    if (name === "sgnn/runtime") return runtime;
    throw new Error(`the emitted module imports ${name}`);
  };
  new Function("exports", "require", outputText)(exports, require);
  return exports;
}
