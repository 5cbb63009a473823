/**
 * Temporal edge lists as text, `u v t`: one edge a line, its source, its target and its time, apart by
 * blanks, tabs or commas. Empty lines, and lines that begin with # or %, are skipped.
 */
import { dataError } from "./errors.js";
import { ndarray, type AnyArray } from "./ndarray.js";

/**
 * Arrays `edge_index` [2, E] and `time` [E], in the order of the lines. Whether they are node numbers and
 * times is checked where they are used.
 * @throws SgnnError R230 (a line without three fields), R237 (a field that is no number), R232 (no edge)
 */
export function readEdgeList(text: string, label: string): Map<string, AnyArray> {
  const edges: number[][] = [];
  text.split(/\r\n|\r|\n/).forEach((line, k) => {
    const content = line.trim();
    if (content === "" || content.startsWith("#") || content.startsWith("%")) return;
    const cells = content.split(/\s*,\s*|\s+/);
    if (cells.length !== 3) {
      throw dataError(
        "R230",
        `${label}, line ${k + 1}: ${cells.length} ${cells.length === 1 ? "field" : "fields"} where an edge has three`,
        "a line of a temporal edge list is: source, target, time",
        cells.length > 3
          ? "leave out what comes after the time (weights), or read the file as csv and name its columns"
          : "give every edge a time",
      );
    }
    edges.push(
      cells.map((cell, column) => {
        const value = cell === "" ? NaN : Number(cell);
        if (Number.isFinite(value)) return value;
        throw dataError(
          "R237",
          `${label}, line ${k + 1}: the ${["source", "target", "time"][column]} is "${cell}"`,
          "nodes and times are numbers",
          "replace names of nodes by row numbers from 0; begin a header line with #, or read the file as csv",
        );
      }),
    );
  });
  if (edges.length === 0) {
    throw dataError(
      "R232",
      `${label} has no edges`,
      "a temporal edge list has one edge a line",
      "write lines such as: 0 1 2015",
    );
  }
  const count = edges.length;
  const ends = new Float64Array(2 * count);
  const times = new Float64Array(count);
  edges.forEach(([source = 0, target = 0, time = 0], k) => {
    ends[k] = source;
    ends[count + k] = target;
    times[k] = time;
  });
  return new Map<string, AnyArray>([
    ["edge_index", ndarray([2, count], ends)],
    ["time", ndarray([count], times)],
  ]);
}
