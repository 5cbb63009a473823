/**
 * The Language Server Protocol: turns requests into calls of the pure functions beside this file and their
 * answers into messages. Nothing about the language is decided here.
 */
import {
  CodeActionKind,
  CompletionItemKind,
  DiagnosticSeverity,
  ErrorCodes,
  FoldingRangeKind,
  InlayHintKind,
  InsertTextFormat,
  MarkupKind,
  ResponseError,
  SemanticTokensBuilder,
  SymbolKind,
  TextDocumentSyncKind,
} from "vscode-languageserver";
import type * as lsp from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { format } from "../../grammar/index.js";
import type { Span } from "../../grammar/tree.js";
import type { Host } from "../compile.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { standardLibrary } from "../resolve/standard.js";
import type { Analysis } from "./analysis.js";
import { codeActions } from "./code-actions.js";
import { completionAt } from "./completion.js";
import type { CompletionSort } from "./completion.js";
import { hoverAt } from "./hover.js";
import { inlayHints } from "./inlay-hints.js";
import { definitionAt, prepareRename, referencesAt, renameAt } from "./navigation.js";
import type { Place } from "./navigation.js";
import { documentSymbols, foldingRanges } from "./outline.js";
import type { DocumentSymbol } from "./outline.js";
import { semanticTokens, tokenModifiers, tokenTypes } from "./semantic-tokens.js";
import { signatureHelpAt } from "./signature-help.js";
import { Workspace } from "./workspace.js";

/** How addresses of documents and names of files belong together; the command line knows the machine. */
export interface Addresses {
  fileOf(uri: string): string;
  uriOf(file: string): string;
}

/** Milliseconds without a change after which a document is checked as a whole. */
const SETTLE = 150;

/** Answers a client until it ends the connection. */
export function serve(connection: lsp.Connection, disk: Host, addresses: Addresses): void {
  new Server(connection, disk, addresses).listen();
}

class Server {
  private readonly workspace: Workspace;
  private readonly documents = new Map<string, TextDocument>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stale = new Set<string>();

  constructor(
    private readonly connection: lsp.Connection,
    disk: Host,
    private readonly addresses: Addresses,
  ) {
    this.workspace = new Workspace(disk);
  }

  listen(): void {
    const { connection } = this;
    connection.onInitialize(() => ({ capabilities, serverInfo: { name: "sgnnc" } }));
    connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) =>
      this.change(TextDocument.create(uri, languageId, version, text)),
    );
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
      const document = this.documents.get(uri);
      if (document !== undefined)
        this.change(TextDocument.update(document, contentChanges, version));
    });
    connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
      this.documents.delete(uri);
      this.workspace.close(this.addresses.fileOf(uri));
      void connection.sendDiagnostics({ uri, diagnostics: [] });
    });
    this.answerQuestions();
    this.answerNavigation();
    connection.listen();
  }

  private change(document: TextDocument): void {
    const file = this.addresses.fileOf(document.uri);
    this.documents.set(document.uri, document);
    this.workspace.set(file, document.getText());
    this.stale.add(file);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.publish(), SETTLE);
  }

  private publish(): void {
    for (const file of this.stale) {
      for (const other of this.workspace.importers(file)) this.stale.add(other);
    }
    for (const file of this.stale) {
      const found = this.workspace.diagnostics(file);
      const uri = this.addresses.uriOf(file);
      const document = this.documents.get(uri);
      if (found === undefined || document === undefined) continue;
      const diagnostics = found.map((one) => this.diagnostic(one, document));
      void this.connection.sendDiagnostics({ uri, version: document.version, diagnostics });
    }
    this.stale.clear();
  }

  /** The document of a request and what has to be known about it. */
  private open(
    uri: string,
    reach: "all" | "none" | lsp.Range | lsp.Position,
  ): { document: TextDocument; analysis: Analysis } | undefined {
    const document = this.documents.get(uri);
    if (document === undefined) return undefined;
    const analysis = this.workspace.analysis(
      this.addresses.fileOf(uri),
      typeof reach === "string"
        ? reach
        : spanOf(document, "start" in reach ? reach : { start: reach, end: reach }),
    );
    return analysis === undefined ? undefined : { document, analysis };
  }

  private answerQuestions(): void {
    const { connection } = this;
    connection.onHover(({ textDocument, position }) => {
      const open = this.open(textDocument.uri, position);
      const hover = open && hoverAt(open.analysis, open.document.offsetAt(position));
      if (open === undefined || hover === undefined) return null;
      return { contents: markdown(hover.markdown), range: rangeOf(open.document, hover.span) };
    });
    connection.onCompletion(({ textDocument, position }) => {
      const document = this.documents.get(textDocument.uri);
      if (document === undefined) return null;
      const file = this.addresses.fileOf(textDocument.uri);
      const { host } = this.workspace;
      const found = completionAt(file, document.getText(), document.offsetAt(position), host);
      return found.map((one, at) => ({
        label: one.label,
        kind: completionKinds[one.sort],
        detail: one.detail,
        documentation: markdown(one.documentation),
        insertText: one.insert,
        insertTextFormat: InsertTextFormat.Snippet,
        sortText: `${one.rank}${String(at).padStart(4, "0")}`,
      }));
    });
    connection.onSignatureHelp(({ textDocument, position }) => {
      const open = this.open(textDocument.uri, position);
      const help = open && signatureHelpAt(open.analysis, open.document.offsetAt(position));
      if (help === undefined) return null;
      const { label, documentation, parameters, active } = help;
      const signature = {
        label,
        documentation: markdown(documentation),
        parameters: parameters.map((one) => ({ label: one })),
      };
      return { signatures: [signature], activeSignature: 0, activeParameter: active };
    });
    connection.languages.inlayHint.on(({ textDocument, range }) => {
      const open = this.open(textDocument.uri, range);
      if (open === undefined) return null;
      return inlayHints(open.analysis, spanOf(open.document, range)).map(({ offset, text }) => ({
        position: open.document.positionAt(offset),
        label: text,
        kind: InlayHintKind.Type,
      }));
    });
    connection.languages.semanticTokens.on(({ textDocument }) => {
      const open = this.open(textDocument.uri, "none");
      return open === undefined ? { data: [] } : encodeTokens(open.analysis, open.document);
    });
    connection.onDocumentFormatting(({ textDocument }) => {
      const document = this.documents.get(textDocument.uri);
      if (document === undefined) return null;
      const text = document.getText();
      const range = rangeOf(document, { start: 0, end: text.length });
      const formatted = format(text).text;
      return formatted === text ? [] : [{ range, newText: formatted }];
    });
    connection.onCodeAction(({ textDocument, range }) => {
      const open = this.open(textDocument.uri, range);
      if (open === undefined) return null;
      const { document, analysis } = open;
      return codeActions(analysis, spanOf(document, range)).map(({ title, edits, diagnostic }) => ({
        title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [this.diagnostic(diagnostic, document)],
        isPreferred: true,
        edit: {
          changes: {
            [textDocument.uri]: edits.map(({ span, text }) => ({
              range: rangeOf(document, span),
              newText: text,
            })),
          },
        },
      }));
    });
  }

  private answerNavigation(): void {
    const { connection } = this;
    connection.onDefinition(({ textDocument, position }) => {
      const open = this.open(textDocument.uri, "none");
      const place = open && definitionAt(open.analysis, open.document.offsetAt(position));
      return place === undefined ? null : this.location(place);
    });
    connection.onReferences(({ textDocument, position }) => {
      const open = this.open(textDocument.uri, "none");
      if (open === undefined) return null;
      const all = this.workspace.analyses(open.analysis.file);
      const places = referencesAt(open.analysis, open.document.offsetAt(position), all);
      return places.flatMap((place) => this.location(place) ?? []);
    });
    connection.onPrepareRename(({ textDocument, position }) => {
      const open = this.open(textDocument.uri, "none");
      if (open === undefined) return null;
      const prepared = prepareRename(open.analysis, open.document.offsetAt(position));
      if ("refused" in prepared) throw refusal(prepared.refused);
      return rangeOf(open.document, prepared.span);
    });
    connection.onRenameRequest(({ textDocument, position, newName }) => {
      const open = this.open(textDocument.uri, "none");
      if (open === undefined) return null;
      const all = this.workspace.analyses(open.analysis.file);
      const renamed = renameAt(open.analysis, open.document.offsetAt(position), newName, all);
      if ("refused" in renamed) throw refusal(renamed.refused);
      const changes: Record<string, lsp.TextEdit[]> = {};
      for (const place of renamed.places) {
        const at = this.location(place);
        if (at !== undefined) (changes[at.uri] ??= []).push({ range: at.range, newText: newName });
      }
      return { changes };
    });
    connection.onDocumentSymbol(({ textDocument }) => {
      const open = this.open(textDocument.uri, "none");
      if (open === undefined) return null;
      return documentSymbols(open.analysis).map((one) => symbol(one, open.document));
    });
    connection.onFoldingRanges(({ textDocument }) => {
      const open = this.open(textDocument.uri, "none");
      if (open === undefined) return null;
      return foldingRanges(open.analysis).map(({ startLine, endLine, kind }) => ({
        startLine,
        endLine,
        kind: {
          region: FoldingRangeKind.Region,
          comment: FoldingRangeKind.Comment,
          imports: FoldingRangeKind.Imports,
        }[kind],
      }));
    });
    // The standard library has no files: an editor asks for the text of such an address.
    connection.onRequest(
      "sgnn/source",
      ({ uri }: { readonly uri: string }) =>
        standardLibrary.source(this.addresses.fileOf(uri)) ?? null,
    );
  }

  private location({ file, span }: Place): lsp.Location | undefined {
    const uri = this.addresses.uriOf(file);
    const text = this.workspace.text(file);
    if (text === undefined) return undefined;
    const document = this.documents.get(uri) ?? TextDocument.create(uri, "sgnn", 0, text);
    return { uri, range: rangeOf(document, span) };
  }

  private diagnostic(one: Diagnostic, document: TextDocument): lsp.Diagnostic {
    const words = [
      one.message,
      `why: ${one.why}`,
      ...(one.fix === undefined ? [] : [`fix: ${one.fix}`]),
    ];
    return {
      range: rangeOf(document, one.span),
      severity: severities[one.severity],
      code: one.code,
      source: "sgnn",
      message: words.join("\n"),
      relatedInformation: one.related.flatMap(({ file, span, message }) => {
        const location = this.location({ file, span });
        return location === undefined ? [] : [{ location, message }];
      }),
      data: { name: one.name },
    };
  }
}

const capabilities: lsp.ServerCapabilities = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  hoverProvider: true,
  completionProvider: { triggerCharacters: [".", ">", "<", "(", ":", " "] },
  signatureHelpProvider: { triggerCharacters: ["(", "<", ","] },
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  documentFormattingProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  inlayHintProvider: true,
  semanticTokensProvider: {
    legend: { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] },
    full: true,
  },
};

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
} as const;

const completionKinds: Readonly<Record<CompletionSort, CompletionItemKind>> = {
  keyword: CompletionItemKind.Keyword,
  layer: CompletionItemKind.Class,
  neuron: CompletionItemKind.Class,
  model: CompletionItemKind.Module,
  function: CompletionItemKind.Function,
  value: CompletionItemKind.Variable,
  field: CompletionItemKind.Field,
  type: CompletionItemKind.TypeParameter,
  word: CompletionItemKind.EnumMember,
};

const symbolKinds: Readonly<Record<string, SymbolKind>> = {
  neuron: SymbolKind.Class,
  layer: SymbolKind.Class,
  equilibrium: SymbolKind.Class,
  model: SymbolKind.Module,
  variant: SymbolKind.Constant,
  function: SymbolKind.Function,
  data: SymbolKind.Struct,
  generic: SymbolKind.TypeParameter,
  param: SymbolKind.Field,
};

function symbol(one: DocumentSymbol, document: TextDocument): lsp.DocumentSymbol {
  return {
    name: one.name,
    detail: one.detail,
    kind: symbolKinds[one.sort] ?? SymbolKind.Variable,
    range: rangeOf(document, one.span),
    selectionRange: rangeOf(document, one.nameSpan),
    children: one.children.map((child) => symbol(child, document)),
  };
}

function rangeOf(document: TextDocument, span: Span): lsp.Range {
  return { start: document.positionAt(span.start), end: document.positionAt(span.end) };
}

function spanOf(document: TextDocument, range: lsp.Range): Span {
  return { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
}

function markdown(value: string): lsp.MarkupContent {
  return { kind: MarkupKind.Markdown, value };
}

function refusal(message: string): ResponseError<void> {
  return new ResponseError(ErrorCodes.InvalidRequest, message);
}

/** Tokens relative to each other; one over several lines is sent line by line. */
function encodeTokens(analysis: Analysis, document: TextDocument): lsp.SemanticTokens {
  const builder = new SemanticTokensBuilder();
  for (const { span, type, modifiers } of semanticTokens(analysis)) {
    const bits = modifiers.reduce((sum, one) => sum | (1 << tokenModifiers.indexOf(one)), 0);
    let start = span.start;
    for (const line of analysis.source.slice(span.start, span.end).split("\n")) {
      const { line: row, character } = document.positionAt(start);
      const length = line.replace(/\r$/, "").length;
      if (length > 0) builder.push(row, character, length, tokenTypes.indexOf(type), bits);
      start += line.length + 1;
    }
  }
  return builder.build();
}
