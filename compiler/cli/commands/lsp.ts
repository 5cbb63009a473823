/** `sgnnc lsp`: the language server, over standard input and output. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node.js";
import { serve } from "../../language-server/protocol.js";
import type { Command } from "../command.js";
import { exit } from "../errors.js";
import { textOf } from "../files.js";
import { packageRoot } from "../version.js";

export const lsp: Command = {
  parameters: "",
  description: `
Answers an editor over standard input and output, as the Language Server Protocol says: diagnostics,
hover, types in the text, completion, signatures, definitions, references, rename, symbols, folding, colours,
formatting and repairs. Editors start it themselves.`,
  options: {
    stdio: { type: "flag", help: "accepted, and the only way there is" },
  },
  examples: [
    ["sgnnc lsp", "what an editor calls"],
    ["nvim --cmd \"lua vim.lsp.start({cmd = {'sgnnc', 'lsp'}})\"", "Neovim; see docs/editors.md"],
  ],
  least: 0,
  most: 0,
  async run() {
    const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout);
    serve(connection, { read: readText }, { fileOf, uriOf });
    await new Promise<void>((resolve) => {
      connection.onExit(() => resolve());
      process.stdin.on("close", () => resolve());
    });
    return exit.fine;
  },
};

/** A file that is not readable as text is missing for an import. */
function readText(file: string): string | undefined {
  try {
    return textOf(file);
  } catch {
    return undefined;
  }
}

/** Untitled documents have no path: their address is their name. */
function fileOf(uri: string): string {
  return uri.startsWith("file:") ? fileURLToPath(uri) : decodeURIComponent(uri);
}

/** The standard library is shipped as files too, so that every editor can open it. */
function uriOf(file: string): string {
  const standard = /^sgnn:std\/(.+)$/.exec(file)?.[1];
  if (standard !== undefined) {
    const shipped = join(packageRoot(), "compiler", "std", standard);
    if (existsSync(shipped)) return pathToFileURL(shipped).href;
  }
  return /^[a-z][a-z-]+:/.test(file) ? file : pathToFileURL(file).href;
}
