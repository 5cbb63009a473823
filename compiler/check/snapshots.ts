/** Typing of `over snapshots`. */
import type { SnapshotBlock } from "../../grammar/tree.js";
import type { GraphRef, Statement } from "../ir/ir.js";
import { checkSteps, graphNamed, mayStep } from "./blocks.js";
import type { Body } from "./body.js";
import { freshGraphName } from "./graph-calls.js";
import type { Value } from "./scope.js";
import { ERROR } from "./scope.js";
import { symbolSize } from "./size.js";
import { ofSnapshot, tensor } from "./types.js";

/** `over snapshots g { .. }`: one step per snapshot; inside, `g` means the snapshot of the step. */
export function checkSnapshots(body: Body, block: SnapshotBlock): Value {
  const graph = graphNamed(body, block.graph);
  if (!mayStep(body, block) || graph === undefined) return ERROR;
  const steps = graph.type.snapshots;
  const snapshots = stacked(freshGraphName(body, `${graph.name}Snapshots`), graph);
  const place = { file: body.file, span: block.graph.span };
  const inner = checkSteps(body, block.body, steps, "`over snapshots`", () => {
    body.define(block.graph.text, {
      tag: "graph",
      ref: snapshots,
      sort: "input",
      place,
      used: true,
    });
  });
  if (inner.result === undefined) return ERROR;
  const { kind, dims } = inner.result.type;
  const origin = body.origin(block.span);
  const made: Statement = {
    name: snapshots.name,
    value: {
      tag: "op",
      op: "snapshots",
      args: [],
      attributes: { graph },
      type: tensor("real", [snapshots.type.edges]),
      timed: true,
      origin,
    },
    origin,
  };
  return {
    tag: "time",
    steps,
    over: undefined,
    lets: [made, ...inner.lets],
    body: inner.result,
    type: tensor(kind, [steps, ...dims]),
    timed: false,
    origin,
  };
}

/** All snapshots of a graph side by side: the same nodes, edges of its own, features of one snapshot. */
function stacked(name: string, whole: GraphRef): GraphRef {
  const { type } = whole;
  const nodeFields = new Map(
    [...type.nodeFields].map(([field, one]) => [field, ofSnapshot(one, type)]),
  );
  const edges = symbolSize(`E'${name}`);
  const edgeFields = new Map(
    [...type.edgeFields].map(([field, { kind, dims }]) => [
      field,
      tensor(kind, [edges, ...dims.slice(1)]),
    ]),
  );
  return {
    name,
    type: { ...type, edges, nodeFields, edgeFields },
    selfLoops: false,
    isStacked: true,
    whole,
  };
}
