/** D4xx: `data` declarations. */
import { entry } from "../diagnostic.js";

const rightData = `data Bars {
  generate trusses(count: 40)
  graph    g { nodes x = "x" by "node_ptr"; edges = "edge_index" by "edge_ptr" }
  sample   target = "y"
  split    random 80 : 10 : 10
}`;

function wrong(piece: string, by: string): string {
  return rightData.replace(piece, by);
}

const rightDynamic = `data Papers {
  file   "papers.npz"
  graph  g { nodes x = "x"; edges = snapshots("edge_index", time: "time") }
  sample target = "y"
  split  stratified by target 40 : 5 : 55
}`;

function dynamic(piece: string, by: string): string {
  return rightDynamic.replace(piece, by);
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

export const data = {
  fileAndGenerate: entry<{ name: string }>({
    code: "D401",
    name: "file-and-generate",
    severity: "error",
    message: ({ name }) => `\`${name}\` has both a file and a generator`,
    why: () => "the numbers come from files or from a generator, not from both",
    fix: () => "remove `file` or `generate`",
    example: {
      wrong: wrong("trusses(count: 40)", 'trusses(count: 40)\n  file     "bars.npz"'),
      right: rightData,
    },
  }),
  badSource: entry<{ found: string }>({
    code: "D402",
    name: "bad-source",
    severity: "error",
    message: ({ found }) => `${found} does not name an array`,
    why: () =>
      'numbers come from `"array"`, from several columns `["a", "b"]`, from `one_hot("array")`, or from a feature transform of one of these',
    fix: () => "write the name of the array in quotes",
    example: { wrong: wrong('target = "y"', "target = y"), right: rightData },
  }),
  unknownDataName: entry<{
    field: string;
    name: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "D403",
    name: "unknown-data-name",
    severity: "error",
    message: ({ field, name }) => `\`${field}\` names \`${name}\`, which this data does not have`,
    why: ({ field, known }) =>
      known.length === 0
        ? `there is nothing that \`${field}\` could name`
        : `\`${field}\` can name ${list(known)}`,
    fix: ({ suggestion }) =>
      suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`,
    example: {
      wrong: wrong("split    random 80 : 10 : 10", "split    stratified by taget folds 5"),
      right: wrong("split    random 80 : 10 : 10", "split    stratified by target folds 5"),
    },
  }),
  duplicateDataName: entry<{ name: string; first: string }>({
    code: "D404",
    name: "duplicate-data-name",
    severity: "error",
    message: ({ name }) => `\`${name}\` is used twice in this data`,
    why: ({ name, first }) =>
      `\`${name}\` is already ${first}, and \`scale\` and models go by name`,
    fix: () => "give one of them another name",
    example: { wrong: wrong("target =", 'x = "y", target ='), right: rightData },
  }),
  connections: entry<{ name: string }>({
    code: "D405",
    name: "graph-without-connections",
    severity: "error",
    message: ({ name }) => `graph \`${name}\` has no connections`,
    why: () => "`edges` without a name says which nodes are joined: an array of two rows",
    fix: () => 'add `edges = "edge_index"`',
    example: { wrong: wrong('edges = "edge_index"', 'edges bar = "edge_attr"'), right: rightData },
  }),
  duplicateConnections: entry<{ name: string; line: number }>({
    code: "D406",
    name: "duplicate-connections",
    severity: "error",
    message: ({ name }) => `graph \`${name}\` has its connections twice`,
    why: ({ line }) => `they are already given in line ${line}`,
    fix: () => 'keep one, or name an edge feature: `edges attr = "edge_attr"`',
    example: {
      wrong: wrong('; edges = "edge_index"', '; edges = "edge_attr"; edges = "edge_index"'),
      right: rightData,
    },
  }),
  boundaryConflict: entry<{ on: string; first: string; second: string }>({
    code: "D407",
    name: "boundary-conflict",
    severity: "error",
    message: ({ on, second }) => `\`by "${second}"\` contradicts the other ${on}`,
    why: ({ on, first }) => `all ${on} of a graph are divided by the same array, here "${first}"`,
    fix: ({ first }) => `write \`by "${first}"\`, or leave it out`,
    example: {
      wrong: wrong('by "node_ptr"', 'by "node_ptr"; nodes held = "held" by "graph_ptr"'),
      right: rightData,
    },
  }),
  missingBoundary: entry<{ on: string; other: string; by: string }>({
    code: "D408",
    name: "missing-boundary",
    severity: "error",
    message: ({ on }) => `nothing says which ${on} belong to which graph`,
    why: ({ other, by }) => `the ${other} are divided into graphs by "${by}"`,
    fix: ({ on }) => `add \`by "${on === "nodes" ? "node_ptr" : "edge_ptr"}"\` to the ${on}`,
    example: { wrong: wrong(' by "node_ptr"', ""), right: rightData },
  }),
  graphReference: entry<Record<never, never>>({
    code: "D409",
    name: "graph-reference",
    severity: "error",
    message: () => "`sample graph` refers to graphs, and this data has none",
    why: () => "the sample named `graph` says for each sample which graph it belongs to",
    fix: () => "add a `graph g { .. }` block, or give the sample another name",
    example: {
      wrong: wrong(/ {2}graph.*\n/.exec(rightData)?.[0] ?? "", "").replace(
        "target =",
        'graph = "point_graph", target =',
      ),
      right: rightData,
    },
  }),
  snapshotEnds: entry<{ count: number }>({
    code: "D410",
    name: "snapshot-ends",
    severity: "error",
    message: ({ count }) => `\`snapshots\` reads ${count === 0 ? "no array" : `${count} arrays`}`,
    why: () => "an edge has a source and a target: one array of two rows, or two columns",
    fix: () => 'write `snapshots("edge_index", time: "time")`',
    example: { wrong: dynamic('"edge_index", ', ""), right: rightDynamic },
  }),
  emptyTimeRange: entry<{ first: number; last: number }>({
    code: "D411",
    name: "empty-time-range",
    severity: "error",
    message: ({ first, last }) => `no time lies between first ${first} and last ${last}`,
    why: () => "edges are kept whose time is at least `first` and at most `last`",
    fix: ({ first, last }) => `exchange them: \`first: ${last}, last: ${first}\``,
    example: {
      wrong: dynamic('time: "time"', 'time: "time", first: 9, last: 3'),
      right: dynamic('time: "time"', 'time: "time", first: 3, last: 9'),
    },
  }),
  snapshotBoundary: entry<Record<never, never>>({
    code: "D412",
    name: "snapshot-boundary",
    severity: "error",
    message: () => "a dynamic graph is one graph, and `by` divides it into several",
    why: () => "its snapshots have the same nodes, and times say which edges are whose",
    fix: () => "remove `by`, or give plain `edges`",
    example: { wrong: dynamic('x = "x"', 'x = "x" by "node_ptr"'), right: rightDynamic },
  }),
};
