/**
 * `edges = snapshots("edge_index", time: "time", merge: 3)`: connections with times, cut into snapshots.
 * The first names are the array [2, E], or the columns of sources and targets.
 */
import type { Call, Expression } from "../../../grammar/tree.js";
import { data as rows } from "../../diagnostics/catalogue/data.js";
import { fields } from "../../diagnostics/catalogue/fields.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { SnapshotsIr, SourceIr } from "../../ir/ir.js";
import { checkNumber, type NumberLimits } from "../named-arguments.js";

const time: NumberLimits = { whole: true, least: 0 };
const numbers: Readonly<Record<string, NumberLimits>> = {
  merge: { whole: true, least: 1 },
  first: time,
  last: time,
};
/** As written, and as the typed program calls it. */
const switches: Readonly<Record<string, "newEdges" | "undirected" | "sort">> = {
  new_edges: "newEdges",
  undirected: "undirected",
  sort: "sort",
};
const known = ["time", ...Object.keys(numbers), ...Object.keys(switches)];

/** True when connections are written as snapshots. */
export function isSnapshots(expression: Expression): expression is Call {
  return expression.type === "call" && expression.callee.text === "snapshots";
}

/** The connections, or undefined after reporting every error in them. */
export function checkSnapshotEdges(
  call: Call,
  file: string,
  reporter: Reporter,
): SnapshotsIr | undefined {
  const callee = "snapshots";
  const names: string[] = [];
  const given = new Set<string>();
  const found: {
    time?: string;
    merge?: number;
    first?: number;
    last?: number;
    newEdges?: boolean;
    undirected?: boolean;
    sort?: boolean;
  } = {};
  let sound = true;
  const reject = (expression: Expression, what: string, expected: string): void => {
    sound = false;
    if (expression.type === "invalid") return;
    reporter.report(fields.badExpression, { file, span: expression.span }, { what, expected });
  };
  for (const { name, value } of call.args ?? []) {
    if (name === undefined) {
      if (value.type === "string") names.push(value.value);
      else reject(value, "what `snapshots` reads", "the name of an array in quotes");
      continue;
    }
    const at = { file, span: name.span };
    if (!known.includes(name.text)) {
      const suggestion = didYouMean(name.text, { right: known });
      const edits = suggestion === undefined ? [] : [{ span: name.span, text: suggestion }];
      const words = { callee, name: name.text, known, suggestion };
      reporter.report(fields.unknownArgument, at, words, { edits });
      sound = false;
      continue;
    }
    if (given.has(name.text)) {
      reporter.report(fields.duplicateArgument, at, { callee, name: name.text });
      sound = false;
      continue;
    }
    given.add(name.text);
    const what = `\`${name.text}\` of \`snapshots\``;
    if (name.text === "time") {
      if (value.type === "string") found.time = value.value;
      else reject(value, what, "the name of an array in quotes");
    } else if (Object.hasOwn(numbers, name.text)) {
      const number = checkNumber(value, what, numbers[name.text], file, reporter);
      if (number === undefined) sound = false;
      else found[name.text as "merge" | "first" | "last"] = number;
    } else if (value.type === "boolean") found[switches[name.text]] = value.value;
    else reject(value, what, "`true` or `false`");
  }
  const example = 'snapshots("edge_index", time: "time")';
  const at = { file, span: call.callee.span };
  const of = sourceOf(names);
  if (call.generics.length > 0) {
    reporter.report(rows.badSource, { file, span: call.span }, { found: "`snapshots<..>`" });
    return undefined;
  }
  if (of === undefined) {
    if (sound) reporter.report(rows.snapshotEnds, at, { count: names.length });
    return undefined;
  }
  if (!given.has("time")) {
    if (!sound) return undefined;
    reporter.report(fields.missingArgument, at, { callee, name: "time", example });
    return undefined;
  }
  if (found.first !== undefined && found.last !== undefined && found.first > found.last) {
    const words = { first: found.first, last: found.last };
    reporter.report(rows.emptyTimeRange, at, words);
    return undefined;
  }
  if (!sound || found.time === undefined) return undefined;
  return { tag: "snapshots", of, ...found, time: found.time };
}

function sourceOf(names: readonly string[]): SourceIr | undefined {
  const [first] = names;
  if (first === undefined || names.length > 2) return undefined;
  return names.length === 1 ? { tag: "array", name: first } : { tag: "columns", names };
}
