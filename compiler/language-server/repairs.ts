/**
 * Repairs that a diagnostic's words describe and the checker does not spell out as edits: one entry for each
 * code. What the author alone can decide (a size, another name, which of two models is meant) has none.
 */
import type { Declaration, File } from "../../grammar/tree.js";
import type { Diagnostic, TextEdit } from "../diagnostics/diagnostic.js";
import { declaredName } from "../resolve/environment.js";
import {
  closingBracket,
  inserted,
  lineBefore,
  replaced,
  withField,
  withItem,
  withoutField,
  withoutItem,
} from "./source-edits.js";

export interface Repair {
  /** Words of its own when the diagnostic's fix names several. */
  readonly title?: string;
  readonly edits: readonly TextEdit[];
}

/** The repairs of a diagnostic, the likeliest first. */
export function repairsOf(diagnostic: Diagnostic, source: string, tree: File): readonly Repair[] {
  const make = Object.hasOwn(repairs, diagnostic.code) ? repairs[diagnostic.code] : undefined;
  const made = make?.(new Place(diagnostic, source, tree)) ?? [];
  const all = "span" in made ? [{ edits: [made] }] : made;
  return all.map((one) => ("span" in one ? { edits: [one] } : one));
}

type Made = TextEdit | readonly (TextEdit | Repair)[] | undefined;

/** The diagnostic in its text, and the questions that repairs ask of it. */
class Place {
  readonly start: number;
  readonly end: number;
  readonly text: string;

  constructor(
    readonly diagnostic: Diagnostic,
    readonly source: string,
    private readonly tree: File,
  ) {
    ({ start: this.start, end: this.end } = diagnostic.span);
    this.text = source.slice(this.start, this.end);
  }

  /** What stands in the n-th pair of backticks of the fix. */
  word(n = 0): string {
    return [...(this.diagnostic.fix ?? "").matchAll(/`([^`]+)`/g)][n]?.[1] ?? "";
  }
  replace(text: string): TextEdit | undefined {
    return text === "" ? undefined : replaced(this.diagnostic.span, text);
  }
  /** Replaces what `pattern` finds behind the position, on this line or the next ones. */
  after(pattern: RegExp, text: string, from = this.start): TextEdit | undefined {
    const found = pattern.exec(this.source.slice(from));
    if (found === null) return undefined;
    const start = from + found.index;
    return replaced({ start, end: start + found[0].length }, text);
  }
  /** Replaces what `pattern` finds right before the position. */
  before(pattern: RegExp, text: string, and = 0): TextEdit | undefined {
    const found = pattern.exec(this.source.slice(0, this.start));
    if (found === null) return undefined;
    return replaced({ start: found.index, end: this.start + and }, text);
  }
  get declaration(): Declaration | undefined {
    return this.tree.declarations.find(
      ({ span }) => span.start <= this.start && this.start <= span.end,
    );
  }
  named(name: string): Declaration | undefined {
    return this.tree.declarations.find((one) => declaredName(one)?.text === name);
  }
  field(text: string): TextEdit | undefined {
    return this.declaration && withField(this.source, this.declaration, text);
  }
  /** In a declaration: replaces every `from` that is a word outside of quotes. */
  renamed(declaration: Declaration | undefined, from: string, to: string): readonly Repair[] {
    if (declaration === undefined) return [];
    const { start, end } = declaration.span;
    const pattern = new RegExp(`"[^"\\n]*"|\\b${from}\\b`, "g");
    const edits = [...this.source.slice(start, end).matchAll(pattern)]
      .filter(([found]) => found === from)
      .map(({ index }) => replaced({ start: start + index, end: start + index + from.length }, to));
    return edits.length === 0 ? [] : [{ edits }];
  }
  /** The data that the training around the position reads. */
  get data(): Declaration | undefined {
    const { declaration } = this;
    return declaration?.type === "train" ? this.named(declaration.data.text) : undefined;
  }
}

const replaceByWord = (at: Place): Made => at.replace(at.word());
const removeItem = (at: Place): Made => withoutItem(at.source, at.start);
const removeField = (at: Place): Made => withoutField(at.source, at.start);
const addGraphField = (at: Place): Made => {
  const [, graph, field] = /^(\w+): graph\((.*)\)$/.exec(at.word()) ?? [];
  if (at.declaration === undefined || graph === undefined) return undefined;
  const from = at.declaration.span.start;
  const found = new RegExp(`\\b${graph}:\\s*graph`).exec(at.source.slice(from));
  return found === null
    ? undefined
    : withItem(at.source, from + found.index + found[0].length, field, "(");
};

const repairs: Readonly<Record<string, (at: Place) => Made>> = {
  S002: (at) => inserted(at.start, at.source[at.start - 1] === " " ? at.word() : ` ${at.word()}`),
  S003: (at) => inserted(at.start, at.word() === "}" ? "\n}" : at.word()),
  S004: (at) => inserted(at.end, '"'),
  S005: (at) => at.after(/\/\*/, "//"),
  S021: (at) => {
    const end = (at.source.indexOf("\n", at.start) + 1 || at.source.length + 1) - 1;
    const line = at.source.slice(at.start, end);
    const edits = [
      inserted(0, `${line}\n`),
      replaced({ start: at.start, end: Math.min(end + 1, at.source.length) }, ""),
    ];
    return [{ edits }];
  },
  N120: (at) => at.field(at.word()),
  N121: removeField,
  N124: (at) => inserted(at.start, `${at.word().split(":")[0]}: `),
  N125: removeItem,
  N126: replaceByWord,
  N129: removeItem,
  T218: replaceByWord,
  T219: replaceByWord,
  T221: replaceByWord,
  T222: (at) => at.replace(`mean(${at.text})`),
  T236: (at) => {
    const generics = /^<[^()\n]*?>/.exec(at.source.slice(at.end))?.[0] ?? "";
    const behind = at.end + generics.length;
    const graph = at.word().slice(1, -1);
    return at.source[behind] === "("
      ? inserted(behind + 1, at.source[behind + 1] === ")" ? graph : `${graph}, `)
      : inserted(behind, at.word());
  },
  T238: removeItem,
  T240: (at) => at.after(/\w+\s*:\s*/, ""),
  T242: removeItem,
  T243: removeItem,
  T252: (at) => {
    const other = /^\s*,\s*(-?[\d.eE]+)/.exec(at.source.slice(at.end));
    if (other === null) return undefined;
    const end = at.end + other[0].length;
    return replaced({ start: at.start, end }, `${other[1]}, ${at.text}`);
  },
  T261: addGraphField,
  T265: (at) => {
    const name = at.declaration && declaredName(at.declaration);
    return name && withItem(at.source, name.span.end, at.text, "<");
  },
  T269: (at) => at.replace("N"),
  T271: replaceByWord,
  T281: (at) => {
    const name = at.declaration && declaredName(at.declaration);
    const open = name === undefined ? -1 : at.source.indexOf("(", name.span.end);
    return open < 0 ? undefined : withItem(at.source, open, at.word(), "(");
  },
  T282: (at) => at.after(/over\s+j\s*->\s*i/, at.word()),
  T284: addGraphField,
  T287: (at) =>
    ["j", "i"].map((end) => ({
      title: `Write \`[${end}]\``,
      edits: [replaced(at.diagnostic.span, end)],
    })),
  T288: (at) => at.after(/^\[[ij]\]/, "", at.end),
  T290: replaceByWord,
  T295: (at) => at.before(/over\s+\w+\s*->\s*$/, "over j -> i", at.text.length),
  T296: replaceByWord,
  T298: removeItem,
  T301: (at) => {
    const start = at.source.lastIndexOf("pool", at.start);
    return start < 0 ? undefined : at.after(/^pool\b[^\n]*?\bover\s+\w+/, at.text, start);
  },
  T307: replaceByWord,
  T309: (at) => at.replace(at.word().replace(/^.*:\s*/, "")),
  T391: (at) => [
    { title: `Call it \`_${at.text}\``, edits: [replaced(at.diagnostic.span, `_${at.text}`)] },
    { title: `Remove \`${at.text}\``, edits: [withoutField(at.source, at.start)] },
  ],
  U302: (at) => lineBefore(at.source, at.start, at.word()),
  U303: (at) => {
    const open = at.source.indexOf("{", at.start);
    if (open < 0) return undefined;
    return inserted(open + 1, `\n  ${at.word(0)}\n  ${at.word(1)}`);
  },
  U304: (at) =>
    [0, 1].flatMap((n) => {
      const edit = at.field(at.word(n));
      return edit === undefined ? [] : [{ title: `Add \`${at.word(n)}\``, edits: [edit] }];
    }),
  U305: (at) => lineBefore(at.source, at.start, at.word()),
  U307: removeField,
  U308: (at) => inserted(at.end, `: ${at.word().replace(/^.*?:\s*/, "")}`),
  U310: (at) => {
    const [, open, low, high, close] = /^([[(])\s*(.+?)\s*,\s*(.+?)\s*([\])])$/.exec(at.text) ?? [];
    return open === undefined ? undefined : at.replace(`${open}${high}, ${low}${close}`);
  },
  U319: (at) => at.replace(">="),
  U320: (at) => at.replace("1"),
  U321: (at) => at.before(/\s+or\s+$/, "", at.text.length),
  U323: removeItem,
  U325: (at) => at.renamed(at.declaration, at.text, at.word()),
  D401: (at) => {
    const other = at.text === at.word(0) ? at.word(1) : at.word(0);
    const { declaration } = at;
    const found =
      declaration && new RegExp(`\\n\\s*${other}\\b`).exec(at.source.slice(declaration.span.start));
    const edits = [{ title: `Remove \`${at.text}\``, edits: [withoutField(at.source, at.start)] }];
    if (declaration === undefined || found === null || found === undefined) return edits;
    const place = declaration.span.start + found.index + found[0].length;
    return [...edits, { title: `Remove \`${other}\``, edits: [withoutField(at.source, place)] }];
  },
  D402: (at) => at.replace(`"${at.text}"`),
  D405: (at) => {
    const close = closingBracket(at.source, at.source.indexOf("{", at.start));
    if (close === undefined) return undefined;
    const line = at.source.lastIndexOf("\n", close) + 1;
    return at.source.slice(line, close).trim() === ""
      ? inserted(line, `    ${at.word()}\n`)
      : inserted(at.source[close - 1] === " " ? close - 1 : close, `; ${at.word()}`);
  },
  D406: removeField,
  D407: (at) => at.replace(at.word().replace(/^by /, "")),
  D408: (at) => inserted(at.end, ` ${at.word()}`),
  R501: (at) => at.renamed(at.data, at.word(0), at.word(1)),
  R502: (at) => at.renamed(at.data, at.word(0), at.word(1)),
  R503: (at) => at.renamed(at.data, at.word(0), at.word(1)),
  R506: (at) => {
    const from = at.data?.span.start;
    const found =
      from === undefined ? null : /\bscale\b[^\n]*?\btarget\b/.exec(at.source.slice(from));
    if (from === undefined || found === null) return undefined;
    const start = from + found.index + found[0].length - "target".length;
    const isFirst = !/,\s*$/.test(at.source.slice(0, start));
    const isLast = at.source[start + "target".length] !== ",";
    const isAlone = isFirst && isLast;
    if (isAlone) return withoutField(at.source, start);
    return isLast
      ? at.after(/,\s*target/, "", at.source.lastIndexOf(",", start))
      : at.after(/target,\s*/, "", start);
  },
  R507: (at) => {
    const end = /[;}\n]|$/.exec(at.source.slice(at.start));
    return at.before(/\s*\bthen\s+$/, "", end?.index ?? 0);
  },
  R508: (at) => at.after(/warmup:\s*\d+/, at.word()),
  U326: (at) => at.after(/per\s+node/, at.word()),
  P709: (at) => {
    const from = at.declaration?.span.start ?? 0;
    const found = /\bdomain\b[^\n]*/.exec(at.source.slice(from));
    return found === null
      ? undefined
      : inserted(from + found.index + found[0].trimEnd().length, `, ${at.word()}`);
  },
  P712: (at) => {
    const found = /\bover\s*\([^)\n]*/.exec(at.source.slice(at.start));
    return found === null
      ? undefined
      : inserted(at.start + found.index + found[0].length, `, ${at.word()}`);
  },
  P713: (at) => {
    const from = at.declaration?.span.start ?? 0;
    const found = new RegExp(`\\bparam\\s[^\\n]*\\b${at.text}\\b[^\\n]*`).exec(
      at.source.slice(from),
    );
    return found === null
      ? undefined
      : inserted(from + found.index + found[0].trimEnd().length, ` ${at.word()}`);
  },
  P715: (at) => at.replace(/^\w+\s+(\w+)/.exec(at.word())?.[1] ?? ""),
  P716: (at) => at.before(/fixpoint\s+$/, "let      "),
  P717: removeField,
  P734: (at) => at.after(/weights\s+\w+/, at.word()),
  P757: (at) => at.replace(/^\w+\s+(\w+)/.exec(at.word())?.[1] ?? ""),
  P758: (at) => at.replace(/^\w+\s+(\w+)/.exec(at.word())?.[1] ?? ""),
  P761: (at) => at.replace(at.word().split(" ").at(-1) ?? ""),
  P762: removeField,
  P782: (at) => at.before(/\s+contraction\s+$/, "", at.text.length),
};
