/**
 * Temporal edge lists, `u v t`: edges with a time, cut into the snapshots of a dynamic graph.
 *
 * All snapshots have the same nodes. Snapshot k covers `merge` times in a row, from
 * first + k * merge; its new edges are those of these times. Seen cumulatively it has the edges of all
 * snapshots up to it, so a node that joins late is there from the beginning, without edges.
 */
import { labelOf } from "./columns.js";
import { readEnds, type Ends } from "./connections.js";
import { dataError } from "./errors.js";
import { describe, toNumbers } from "./ndarray.js";
import type { SnapshotsSpec } from "./spec.js";
import type { ArrayTable } from "./array-table.js";

/** How a list of edges in the order of time is cut. */
export interface SnapshotCuts {
  /** Where the new edges of each snapshot begin, then the number of edges: [S + 1]. */
  readonly starts: Int32Array;
  /** First and last time that each snapshot covers. */
  readonly times: readonly (readonly [number, number])[];
  /** Time of each edge of the list: [E]. */
  readonly edgeTimes: Float64Array;
  /** Each snapshot has its new edges only. */
  readonly newEdges: boolean;
}

export interface TemporalEdges extends Ends {
  /** Row of the file that each edge comes from; a reversed edge has that of its original. */
  readonly rows: Int32Array;
  /** Edges in the file. */
  readonly given: number;
  readonly cuts: SnapshotCuts;
}

/** The edges of snapshot k as a range of the list: up to its end, or its new ones only. */
export function edgesOf({ starts, newEdges }: SnapshotCuts, k: number): [number, number] {
  return [newEdges ? starts[k]! : 0, starts[k + 1]!];
}

/**
 * Reads connections with times.
 * @throws SgnnError R249 and R202 (ends), R290 (times), R291 (order), R292 (empty snapshot), R293 (range without edges)
 */
export function readTemporal(spec: SnapshotsSpec, table: ArrayTable): TemporalEdges {
  const ends = readEnds(spec.of, table);
  const given = ends.sources.length;
  const label = labelOf(spec.time, table);
  const times = readTimes(spec, label, table, ends);
  const order = inOrder(times, label, spec.sort === true);
  const low = times[order[0] ?? 0] ?? 0;
  const high = times[order.at(-1) ?? 0] ?? 0;
  const first = spec.first ?? low;
  const last = spec.last ?? high;
  const kept = order.filter((row) => times[row]! >= first && times[row]! <= last);
  if (kept.length === 0) {
    throw dataError(
      "R293",
      order.length === 0
        ? `${ends.label}: there are no edges`
        : `no edge has a time from ${first} to ${last}`,
      order.length === 0
        ? "a dynamic graph needs at least one edge"
        : `the times in ${label} go from ${low} to ${high}`,
      order.length === 0
        ? "give a file with edges"
        : "choose `first` and `last` inside of that range, or leave them out",
    );
  }
  const merge = spec.merge ?? 1;
  const starts = cut(kept, times, first, last, merge, label);
  const cuts = {
    times: Array.from({ length: starts.length - 1 }, (_, k) => {
      const from = first + k * merge;
      return [from, Math.min(last, from + merge - 1)] as const;
    }),
    newEdges: spec.newEdges === true,
  };
  const list =
    spec.undirected === true
      ? withReverse(ends, kept, starts)
      : {
          edges: {
            sources: kept.map((row) => ends.sources[row]!),
            targets: kept.map((row) => ends.targets[row]!),
            rows: kept,
          },
          starts,
        };
  const edgeTimes = Float64Array.from(list.edges.rows, (row) => times[row]!);
  return {
    ...list.edges,
    label: ends.label,
    given,
    cuts: { ...cuts, starts: list.starts, edgeTimes },
  };
}

/** One whole number from 0 for each edge. */
function readTimes(
  spec: SnapshotsSpec,
  label: string,
  table: ArrayTable,
  ends: Ends,
): ArrayLike<number> {
  const array = table.get(spec.time);
  const edges = ends.sources.length;
  if (array.dtype === "text") {
    throw dataError(
      "R290",
      `${label} holds text (${array.firstText}) where times are needed`,
      "times are whole numbers: a year, a day, a second",
      "number the times, for example days since the first",
    );
  }
  if (array.shape.reduce((product, size) => product * size, 1) !== edges) {
    throw dataError(
      "R290",
      `${label} is ${describe(array)}, but there are ${edges} edges`,
      `every edge of ${ends.label} has one time`,
      "check that both belong to the same edge list",
    );
  }
  const times = toNumbers(array, label);
  for (let edge = 0; edge < edges; edge++) {
    const time = times[edge]!;
    if (Number.isInteger(time) && time >= 0) continue;
    throw dataError(
      "R290",
      `${label} holds ${time} at edge ${edge}`,
      Number.isInteger(time)
        ? "times are counted from 0"
        : "times are whole numbers, since snapshots are cut between two of them",
      Number.isInteger(time)
        ? "add a constant so that the earliest time is 0"
        : "round the times down to the unit that matters, for example days",
    );
  }
  return times;
}

/** Edge numbers in the order of time. */
function inOrder(times: ArrayLike<number>, label: string, sort: boolean): Int32Array {
  const order = Int32Array.from({ length: times.length }, (_, edge) => edge);
  // Equal times keep the order of the file: sorting is stable.
  if (sort) return order.sort((a, b) => times[a]! - times[b]!);
  for (let edge = 1; edge < times.length; edge++) {
    if (times[edge]! >= times[edge - 1]!) continue;
    throw dataError(
      "R291",
      `${label} falls from ${times[edge - 1]} to ${times[edge]} at edge ${edge}`,
      "snapshots follow each other in time, and so do the edges of a temporal edge list",
      "if the edges are in no order, say `sort: true`; otherwise check that these are the times of these edges",
    );
  }
  return order;
}

/** Where each snapshot begins in the list of kept edges. */
function cut(
  kept: Int32Array,
  times: ArrayLike<number>,
  first: number,
  last: number,
  merge: number,
  label: string,
): Int32Array {
  const starts = [0];
  let at = 0;
  for (let from = first; from <= last; from += merge) {
    const before = at;
    while (at < kept.length && times[kept[at]!]! < from + merge) at += 1;
    if (at === before) {
      const to = Math.min(last, from + merge - 1);
      throw dataError(
        "R292",
        `snapshot ${starts.length - 1} would have no new edges: none has ${from === to ? `time ${from}` : `a time from ${from} to ${to}`}`,
        `there is one snapshot for ${merge === 1 ? "every time" : `every ${merge} times`} from ${first} to ${last}; ${label} has nothing there`,
        `merge more times into one snapshot (merge: ${longestGap(kept, times, first, last)} leaves none empty), cut the range with first and last, or number the times without gaps`,
      );
    }
    starts.push(at);
  }
  return Int32Array.from(starts);
}

/** A snapshot that covers this many times always holds one that occurs, wherever it begins. */
function longestGap(
  kept: Int32Array,
  times: ArrayLike<number>,
  first: number,
  last: number,
): number {
  let longest = times[kept[0]!]! - first + 1;
  for (let k = 1; k < kept.length; k++) {
    longest = Math.max(longest, times[kept[k]!]! - times[kept[k - 1]!]!);
  }
  // The last snapshot may be cut short by the end of the range, and must reach back far enough.
  const end = times[kept.at(-1)!]!;
  while (Math.floor((last - first) / longest) > Math.floor((end - first) / longest)) longest += 1;
  return longest;
}

/** Each edge followed by its reverse (a self loop has none). */
function withReverse(
  { sources, targets }: Ends,
  kept: Int32Array,
  starts: Int32Array,
): {
  readonly edges: Pick<TemporalEdges, "sources" | "targets" | "rows">;
  readonly starts: Int32Array;
} {
  const out = { sources: [] as number[], targets: [] as number[], rows: [] as number[] };
  const at = [0];
  for (let k = 0; k + 1 < starts.length; k++) {
    for (const row of kept.subarray(starts[k], starts[k + 1])) {
      const [from, to] = [sources[row]!, targets[row]!];
      out.sources.push(from);
      out.targets.push(to);
      out.rows.push(row);
      if (from === to) continue;
      out.sources.push(to);
      out.targets.push(from);
      out.rows.push(row);
    }
    at.push(out.rows.length);
  }
  const edges = {
    sources: Int32Array.from(out.sources),
    targets: Int32Array.from(out.targets),
    rows: Int32Array.from(out.rows),
  };
  return { edges, starts: Int32Array.from(at) };
}
