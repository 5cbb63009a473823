/** The `graph g { .. }` block of a `data` declaration. */
import type { GraphPart, DataField } from "../../../grammar/tree.js";
import { data as rows } from "../../diagnostics/catalogue/data.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import type { DataIr, SnapshotsIr, SourceIr } from "../../ir/ir.js";
import type { Environment } from "../../resolve/environment.js";
import type { DataNames } from "./names.js";
import { checkSnapshotEdges, isSnapshots } from "./snapshots.js";
import { checkNodeSource, checkSource } from "./source.js";

type GraphField = Extract<DataField, { readonly type: "graph" }>;

/** The graph, or undefined after reporting every error in it. */
export function checkGraph(
  field: GraphField,
  names: DataNames,
  file: string,
  environment: Environment,
  reporter: Reporter,
): DataIr["graph"] {
  let sound = !environment.hasSyntaxProblem(file, field.span);
  const complete = sound;
  const nodes: { name: string; source: SourceIr }[] = [];
  const edges: { name: string; source: SourceIr }[] = [];
  let connections:
    { readonly part: GraphPart; readonly source: SourceIr | SnapshotsIr | undefined } | undefined;

  for (const part of field.parts) {
    if (
      part.on === "edges" &&
      part.name === undefined &&
      connections === undefined &&
      isSnapshots(part.source)
    ) {
      connections = { part, source: checkSnapshotEdges(part.source, file, reporter) };
      const boundary = field.parts.find(({ by }) => by !== undefined)?.by;
      if (boundary !== undefined) {
        sound = false;
        reporter.report(rows.snapshotBoundary, { file, span: boundary.span }, {});
      }
      continue;
    }
    const source =
      part.on === "nodes"
        ? checkNodeSource(part.source, file, reporter)
        : checkSource(part.source, file, reporter);
    if (source === undefined) sound = false;
    if (part.name !== undefined) {
      const what = part.on === "nodes" ? "a node feature" : "an edge feature";
      if (!names.declare(part.name, what)) sound = false;
      else if (source !== undefined) {
        (part.on === "nodes" ? nodes : edges).push({ name: part.name.text, source });
      }
    } else if (part.on === "nodes") {
      // Only `edges` may stand without a name; the parser has reported this one.
      sound = false;
    } else if (connections === undefined) {
      connections = { part, source };
    } else {
      sound = false;
      const first = connections.part;
      reporter.report(
        rows.duplicateConnections,
        { file, span: part.source.span },
        { name: field.name.text, line: environment.origin(file, first.span).line },
        { related: [{ file, span: first.source.span, message: "the first one" }] },
      );
    }
  }

  if (connections === undefined && complete) {
    sound = false;
    const at = { file, span: field.name.span };
    reporter.report(rows.connections, at, { name: field.name.text });
  }
  const dynamic = connections !== undefined && isSnapshots(connections.part.source);
  const boundaries = dynamic
    ? { nodes: undefined, edges: undefined }
    : checkBoundaries(field, file, reporter);
  if (!sound || boundaries === undefined || connections?.source === undefined) return undefined;
  return {
    name: field.name.text,
    nodes,
    nodesBy: boundaries.nodes,
    connections: connections.source,
    edges,
    edgesBy: boundaries.edges,
  };
}

/** The arrays after `by`: one for all nodes, one for all edges, and nodes have one if edges do. */
function checkBoundaries(
  field: GraphField,
  file: string,
  reporter: Reporter,
): { nodes: string | undefined; edges: string | undefined } | undefined {
  const found: { nodes?: string; edges?: string } = {};
  let sound = true;
  for (const { on, by } of field.parts) {
    if (by === undefined) continue;
    const first = found[on];
    if (first !== undefined && first !== by.value) {
      sound = false;
      const at = { file, span: by.span };
      reporter.report(rows.boundaryConflict, at, { on, first, second: by.value });
    }
    found[on] ??= by.value;
  }
  const nodePart = field.parts.find((part) => part.on === "nodes");
  if (found.edges !== undefined && found.nodes === undefined && nodePart !== undefined) {
    sound = false;
    const at = { file, span: nodePart.source.span };
    reporter.report(rows.missingBoundary, at, { on: "nodes", other: "edges", by: found.edges });
  }
  return sound ? { nodes: found.nodes, edges: found.edges } : undefined;
}
