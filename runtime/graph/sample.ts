/**
 * Neighbour sampling (Hamilton et al. 2017, GraphSAGE), with a share of the draws from what is new in a
 * snapshot (Li et al. 2023, SpikeNet, section 4.2). Each node draws once per forward pass, for whoever reads it.
 */
import { SgnnError } from "../error.js";
import type { Run } from "../layers/run.js";
import { Rng } from "../tensor/random/rng.js";
import { Graph } from "./graph.js";
import { Topology } from "./topology.js";

/** First edge into each node of a stack that the snapshot before does not have. */
const firstNew = new WeakMap<Graph, Int32Array>();

/**
 * `count` edges into each node, from its neighbours and itself: different ones where there are enough, else each of
 * them and some again. Of a stack of snapshots round(count * recent) of them are from the edges that the snapshot
 * before does not have, and itself.
 * @param g a graph, or all snapshots side by side
 * @param run its training, epoch and step key the draws; in evaluation they are always the same
 * @throws SgnnError R152 when `count` is not a whole number above 0
 */
export function sampleNeighbours(g: Graph, count: number, recent: number, run: Run): Graph {
  if (!Number.isInteger(count) || count < 1) {
    throw new SgnnError({
      code: "R152",
      message: `sample_neighbours<${count}>`,
      why: "A node draws a whole number of neighbours, at least 1.",
      fix: "Give a positive whole number.",
    });
  }
  const { topology, nodeCount } = g;
  const { pointers } = topology.byTarget;
  const fresh = newEdges(g);
  const rng = new Rng(run.random("sample_neighbours"));
  const sources = new Int32Array(nodeCount * count);
  const ofNew = Math.round(count * recent);
  const edges = new Int32Array(count);
  for (let i = 0, at = 0; i < nodeCount; i++) {
    // The number after the last edge into a node stands for the node itself.
    const end = pointers[i + 1]!;
    drawInto(edges, 0, ofNew, fresh[i]!, end, rng);
    drawInto(edges, ofNew, count, pointers[i]!, end, rng);
    for (const edge of edges) sources[at++] = edge === end ? i : topology.sources[edge]!;
  }
  const targets = Int32Array.from(sources, (_, at) => Math.floor(at / count));
  const drawn = new Topology(nodeCount, sources, targets, topology.graphs, false);
  return new Graph(drawn, g.nodes, {}, [], undefined, g.stacked);
}

/** Fills `out` from place `from` up to `to` with numbers first..last: different ones, or each of them, then some again. */
function drawInto(
  out: Int32Array,
  from: number,
  to: number,
  first: number,
  last: number,
  rng: Rng,
): void {
  const choices = last - first + 1;
  const isFew = choices <= to - from;
  for (let k = from; k < to; k++) {
    const next = k - from;
    let draw = isFew && next < choices ? first + next : first + rng.integer(choices);
    while (!isFew && holds(out, from, k, draw)) draw = first + rng.integer(choices);
    out[k] = draw;
  }
}

function holds(list: Int32Array, from: number, to: number, number: number): boolean {
  for (let k = from; k < to; k++) if (list[k] === number) return true;
  return false;
}

/** Edges into a node follow the order of the list: what two snapshots have in common comes first. */
function newEdges(g: Graph): Int32Array {
  const known = firstNew.get(g);
  if (known !== undefined) return known;
  const { pointers } = g.topology.byTarget;
  const { sources } = g.topology;
  const rows = g.nodeCount / (g.stacked?.length ?? 1);
  const found = Int32Array.from({ length: g.nodeCount }, (_, i) => {
    const before = i - rows;
    let at = pointers[i]!;
    if (before < 0) return at;
    const shift = pointers[before]! - at;
    while (
      at < pointers[i + 1]! &&
      at + shift < pointers[before + 1]! &&
      sources[at + shift] === sources[at]! - rows
    ) {
      at += 1;
    }
    return at;
  });
  firstNew.set(g, found);
  return found;
}
