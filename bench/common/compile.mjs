/** Compiles a `.sgnn` file with the built compiler and imports what the generated code exports. */
import { readFileSync } from "node:fs";

export const dist = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);

export async function load(file) {
  const { compileSource } = await dist("compiler/index.js");
  const { toJavaScript } = await dist("compiler/emit/javascript.js");
  const source = readFileSync(file, "utf8");
  const host = { read: () => undefined };
  const { text, diagnostics } = await compileSource({ file, source, host, hash: "", version: "" });
  if (text === undefined) throw new Error(`${file}: ${diagnostics[0].message}`);
  const runtime = new URL("../../dist/runtime/index.js", import.meta.url).href;
  const javascript = (await toJavaScript(text)).replace('"sgnn/runtime"', JSON.stringify(runtime));
  const module = await import(`data:text/javascript,${encodeURIComponent(javascript)}`);
  const experiments = (module.experiments ?? []).map((one) => [one.name, one]);
  return { models: module, experiments: new Map(experiments) };
}
