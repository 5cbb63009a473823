/** Runs in VS Code: starts the language server and offers the commands of the palette. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node.js";

let client: LanguageClient | undefined;
let output: vscode.OutputChannel | undefined;

/** Called by VS Code when the first `.sgnn` file is opened. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel("sgnn");
  const { command, args } = sgnnc();
  client = new LanguageClient(
    "sgnn",
    "sgnn",
    { command, args: [...args, "lsp"] },
    { documentSelector: [{ language: "sgnn" }], outputChannel: output },
  );
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("sgnn.compile", () => withFile(compile)),
    vscode.commands.registerCommand("sgnn.inspect", () => withFile(inspect)),
    vscode.commands.registerCommand("sgnn.picture", () => withFile(picture)),
    vscode.commands.registerCommand("sgnn.openGenerated", () => withFile(openGenerated)),
    vscode.commands.registerCommand("sgnn.openReport", openReport),
  );
  await client.start();
}

/** Called by VS Code when it closes. */
export async function deactivate(): Promise<void> {
  await client?.stop();
}

/** The tool that fits the workspace, so that editor and command line say the same. */
function sgnnc(): { readonly command: string; readonly args: readonly string[] } {
  const given = vscode.workspace.getConfiguration("sgnn").get<string>("command") ?? "";
  if (given !== "") return { command: given, args: [] };
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const root = folder.uri.fsPath;
    for (const main of [
      "dist/compiler/cli/main.js",
      "node_modules/sgnn/dist/compiler/cli/main.js",
    ]) {
      const path = join(root, main);
      if (existsSync(path)) return { command: process.execPath, args: [path] };
    }
  }
  return { command: "sgnnc", args: [] };
}

async function withFile(act: (file: string) => Promise<void>): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined || document.languageId !== "sgnn") {
    void vscode.window.showInformationMessage("Open a .sgnn file first.");
    return;
  }
  await document.save();
  await act(document.uri.fsPath);
}

/** Runs `sgnnc` and gives its output, or undefined after showing what it says is wrong. */
async function run(words: readonly string[], file: string): Promise<string | undefined> {
  const { command, args } = sgnnc();
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
  return await new Promise((resolve) => {
    execFile(command, [...args, ...words], { cwd: dirname(file), env }, (error, out, err) => {
      if (error === null) return resolve(out);
      output?.appendLine(err || error.message);
      output?.show(true);
      resolve(undefined);
    });
  });
}

async function compile(file: string): Promise<void> {
  const written = await run(["compile", basename(file)], file);
  if (written !== undefined) void vscode.window.setStatusBarMessage(written.trim(), 5000);
}

async function inspect(file: string): Promise<void> {
  const content = await run(["inspect", basename(file)], file);
  if (content === undefined) return;
  const document = await vscode.workspace.openTextDocument({ content, language: "plaintext" });
  await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside, true);
}

/** Shows the stages of one model beside the source. */
async function picture(file: string): Promise<void> {
  const listed = await run(["inspect", basename(file), "--json"], file);
  if (listed === undefined) return;
  const { models } = JSON.parse(listed) as { models: readonly { readonly name: string }[] };
  const names = models.map(({ name }) => name);
  const name =
    names.length === 1
      ? names[0]
      : await vscode.window.showQuickPick(names, { placeHolder: "Which model?" });
  if (name === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "sgnn-"));
  try {
    const path = join(folder, `${name}.svg`);
    const drawn = await run(["inspect", basename(file), "--model", name, "--picture", path], file);
    if (drawn === undefined) return;
    const panel = vscode.window.createWebviewPanel(
      "sgnn.picture",
      name,
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      {},
    );
    panel.webview.html = `<!doctype html><body style="background:#ffffff">${readFileSync(path, "utf8")}</body>`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function openGenerated(file: string): Promise<void> {
  if ((await run(["compile", basename(file)], file)) === undefined) return;
  const document = await vscode.workspace.openTextDocument(`${file}.ts`);
  await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside, true);
}

async function openReport(): Promise<void> {
  const reports = await vscode.workspace.findFiles("**/*.html", "**/node_modules/**", 100);
  const items = reports.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: "Which report?" });
  if (chosen !== undefined) await vscode.env.openExternal(chosen.uri);
}
