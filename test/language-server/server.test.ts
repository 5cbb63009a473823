/** `sgnnc lsp` over standard input and output, asked as an editor asks. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node.js";
import type {
  InlayHint,
  PublishDiagnosticsParams,
  WorkspaceEdit,
} from "vscode-languageserver/node.js";
import { executable, folder } from "../cli/support.js";

interface Client {
  request<R>(method: string, parameters: object): Promise<R>;
  notify(method: string, parameters: object): void;
  /** The next diagnostics that the server publishes. */
  diagnostics(): Promise<PublishDiagnosticsParams>;
  end(): Promise<number | null>;
}

async function start(): Promise<Client> {
  const child = spawn(process.execPath, [executable, "lsp", "--stdio"]);
  onTestFinished(() => void child.kill());
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const published: PublishDiagnosticsParams[] = [];
  const waiting: ((one: PublishDiagnosticsParams) => void)[] = [];
  connection.onNotification("textDocument/publishDiagnostics", (one: PublishDiagnosticsParams) => {
    const next = waiting.shift();
    if (next === undefined) published.push(one);
    else next(one);
  });
  connection.listen();
  const request = <R>(method: string, parameters: object): Promise<R> =>
    connection.sendRequest<R>(method, parameters);
  await request("initialize", { processId: null, rootUri: null, capabilities: {} });
  void connection.sendNotification("initialized", {});
  return {
    request,
    notify: (method, parameters) => void connection.sendNotification(method, parameters),
    diagnostics: async () =>
      published.shift() ?? (await new Promise((resolve) => waiting.push(resolve))),
    end: async () => {
      await connection.sendRequest("shutdown");
      void connection.sendNotification("exit");
      return await new Promise((resolve) => child.on("close", resolve));
    },
  };
}

const source = `model Net(g: graph(x: real[N, 8])) -> real[N, 2] {
  return g.x |> Dens<16> |> relu |> GCN<2>(g)
}
`;

test("diagnostics, repair, hover, hints, completion, definition, rename, format, and a clean end", async () => {
  const home = folder();
  const file = join(home, "a.sgnn");
  writeFileSync(file, source);
  const uri = pathToFileURL(file).href;
  const client = await start();
  client.notify("textDocument/didOpen", {
    textDocument: { uri, languageId: "sgnn", version: 1, text: source },
  });
  const first = await client.diagnostics();
  expect(first.uri).toBe(uri);
  expect(first.diagnostics.map((one) => [one.code, one.severity, one.range])).toEqual([
    ["T230", 1, { start: { line: 1, character: 16 }, end: { line: 1, character: 20 } }],
  ]);

  const range = first.diagnostics[0].range;
  const context = { diagnostics: first.diagnostics };
  const actions = await client.request<{ title: string; edit: WorkspaceEdit }[]>(
    "textDocument/codeAction",
    { textDocument: { uri }, range, context },
  );
  expect(actions.map((one) => [one.title, one.edit.changes?.[uri]])).toEqual([
    ["Replace by `Dense`", [{ range, newText: "Dense" }]],
  ]);
  client.notify("textDocument/didChange", {
    textDocument: { uri, version: 2 },
    contentChanges: [{ range, text: "Dense" }],
  });
  const position = { line: 1, character: 17 };
  const textDocument = { uri };
  const hover = await client.request<{ contents: { value: string } }>("textDocument/hover", {
    textDocument,
    position,
  });
  expect(hover.contents.value).toContain("gives `real[N, 16]`");
  expect(await client.diagnostics()).toMatchObject({ uri, version: 2, diagnostics: [] });

  const whole = { start: { line: 0, character: 0 }, end: { line: 3, character: 0 } };
  const hints = await client.request<InlayHint[]>("textDocument/inlayHint", {
    textDocument,
    range: whole,
  });
  expect(hints.map((one) => [one.position.character, one.label])).toEqual([
    [25, ": real[N, 16]"],
    [33, ": real[N, 16]"],
    [46, ": real[N, 2]"],
  ]);
  const tokens = await client.request<{ data: number[] }>("textDocument/semanticTokens/full", {
    textDocument,
  });
  expect(tokens.data.slice(0, 10)).toEqual([0, 0, 5, 0, 0, 0, 6, 3, 1, 1]);
  const completion = await client.request<{ label: string }[]>("textDocument/completion", {
    textDocument,
    position: { line: 1, character: 29 },
  });
  expect(completion.map((one) => one.label)).toContain("relu");
  const definition = await client.request<{ uri: string }>("textDocument/definition", {
    textDocument,
    position,
  });
  expect(definition.uri).toMatch(/^file:.*\/compiler\/std\/layers\/dense\.sgnn$/);
  const rename = await client.request<WorkspaceEdit>("textDocument/rename", {
    textDocument,
    position: { line: 0, character: 7 },
    newName: "Other",
  });
  expect(rename.changes?.[uri]?.map((one) => one.newText)).toEqual(["Other"]);
  await expect(
    client.request("textDocument/rename", { textDocument, position, newName: "Other" }),
  ).rejects.toThrow("`Dense` is in the standard library");
  expect(await client.request("textDocument/formatting", { textDocument, options: {} })).toEqual(
    [],
  );
  expect(await client.end()).toBe(0);
});
