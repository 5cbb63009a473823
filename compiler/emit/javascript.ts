/** Emitted TypeScript as JavaScript, for programs that import it right away. */

/**
 * Strips the types with the TypeScript compiler that ts-morph brings along. Comments stay, so the
 * places in them can still be read. Loads ts-morph.
 */
export async function toJavaScript(typescriptText: string): Promise<string> {
  const { ts } = await import("ts-morph");
  return ts.transpileModule(typescriptText, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      removeComments: false,
    },
  }).outputText;
}
