/**
 * Index structures of the sparse kernels.
 *
 * `Segments` groups items: the edges that enter each node, the edges that leave each node, the
 * nodes of each graph. `Incidence` is a sparse matrix whose entries are items, seen by rows and by
 * columns: for a graph, rows are targets, columns are sources, entries are edges.
 *
 * Nothing here needs TensorFlow.js, so that inference over flat buffers starts without it.
 */
import { forgetEverywhere } from "./wasm/heap.js";

export class Segments {
  /** Number of segments. */
  readonly count: number;
  /** Number of items. */
  readonly items: number;
  /** Segment s holds positions pointers[s] .. pointers[s + 1] - 1; [count + 1]. */
  readonly pointers: Int32Array;
  /** Item at each position; undefined when position and item are the same (items sorted by segment). */
  readonly members: Int32Array | undefined;
  /** Segment of each item; [items]. */
  readonly owner: Int32Array;
  private inverse: Float32Array | undefined;
  /** Whether these segments are used by more than one call; their lists then stay in WebAssembly memory. */
  readonly lasting: boolean;

  private constructor(
    count: number,
    owner: Int32Array,
    pointers: Int32Array,
    members: Int32Array | undefined,
    lasting = true,
  ) {
    this.lasting = lasting;
    this.count = count;
    this.items = owner.length;
    this.owner = owner;
    this.pointers = pointers;
    this.members = members;
  }

  /**
   * From the segment of each item, by a stable counting sort. Owners are in [0, count).
   * @param lasting false for segments of a single call, whose lists are copied for each call and need no `dispose`
   */
  static of(owner: Int32Array, count: number, lasting = true): Segments {
    const pointers = new Int32Array(count + 1);
    let sorted = true;
    for (let item = 0; item < owner.length; item++) {
      pointers[owner[item]! + 1]! += 1;
      if (item > 0 && owner[item]! < owner[item - 1]!) sorted = false;
    }
    for (let s = 0; s < count; s++) pointers[s + 1]! += pointers[s]!;
    if (sorted) return new Segments(count, owner, pointers, undefined, lasting);
    const next = pointers.slice(0, count);
    const members = new Int32Array(owner.length);
    for (let item = 0; item < owner.length; item++) members[next[owner[item]!]!++] = item;
    return new Segments(count, owner, pointers, members, lasting);
  }

  /** From the boundaries of consecutive segments. */
  static fromPointers(pointers: Int32Array): Segments {
    const count = pointers.length - 1;
    const owner = new Int32Array(pointers[count] ?? 0);
    for (let s = 0; s < count; s++) owner.fill(s, pointers[s], pointers[s + 1]);
    return new Segments(count, owner, pointers, undefined);
  }

  /** Segments side by side: items and segments of each are numbered on from those before it. */
  static stack(parts: readonly Segments[]): Segments {
    let [count, items] = [0, 0];
    for (const part of parts) {
      count += part.count;
      items += part.items;
    }
    const pointers = new Int32Array(count + 1);
    const owner = new Int32Array(items);
    const sorted = parts.every(({ members }) => members === undefined);
    const members = sorted ? undefined : new Int32Array(items);
    let [segment, item] = [0, 0];
    for (const part of parts) {
      for (let s = 1; s <= part.count; s++) pointers[segment + s] = part.pointers[s]! + item;
      shiftInto(owner, item, part.owner, segment);
      if (members && part.members) shiftInto(members, item, part.members, item);
      else for (let k = 0; members && k < part.items; k++) members[item + k] = item + k;
      segment += part.count;
      item += part.items;
    }
    return new Segments(count, owner, pointers, members);
  }

  /** 1 / size of each segment, 0 for an empty one; [count]. */
  get inverseSizes(): Float32Array {
    if (!this.inverse) {
      this.inverse = new Float32Array(this.count);
      for (let s = 0; s < this.count; s++) {
        const size = this.pointers[s + 1]! - this.pointers[s]!;
        this.inverse[s] = size === 0 ? 0 : 1 / size;
      }
    }
    return this.inverse;
  }

  /** Items of the largest segment. */
  get largest(): number {
    let most = 0;
    for (let s = 0; s < this.count; s++) {
      most = Math.max(most, this.pointers[s + 1]! - this.pointers[s]!);
    }
    return most;
  }

  /** Frees the copies in WebAssembly memory. */
  dispose(): void {
    forgetEverywhere(this.pointers, this.members, this.owner, this.inverse);
  }
}

/** Writes `list`, each number raised by `shift`, to `to` from `start` on. */
export function shiftInto(to: Int32Array, start: number, list: Int32Array, shift: number): void {
  for (let k = 0; k < list.length; k++) to[start + k] = list[k]! + shift;
}

/** A sparse 0/1 matrix [rows.count, columns.count] with numbered entries. */
export class Incidence {
  readonly rows: Segments;
  /** Column of each entry. */
  private readonly columnOf: Int32Array;
  readonly columnCount: number;
  private columnSegments: Segments | undefined;
  private transpose: Incidence | undefined;
  private neighbourList: Int32Array | undefined;
  private blocks: readonly Incidence[] | undefined;

  /**
   * @param rows entries grouped by row
   * @param columnOf column of each entry, in [0, columnCount)
   */
  constructor(rows: Segments, columnOf: Int32Array, columnCount: number) {
    this.rows = rows;
    this.columnOf = columnOf;
    this.columnCount = columnCount;
  }

  /** A block-diagonal matrix. What the blocks have sorted is not sorted again. */
  static stack(blocks: readonly Incidence[]): Incidence {
    const rows = Segments.stack(blocks.map((block) => block.rows));
    const columnOf = new Int32Array(rows.items);
    let [columnCount, entry] = [0, 0];
    for (const block of blocks) {
      shiftInto(columnOf, entry, block.columnOf, columnCount);
      entry += block.columnOf.length;
      columnCount += block.columnCount;
    }
    const made = new Incidence(rows, columnOf, columnCount);
    made.blocks = blocks;
    return made;
  }

  /** Entries grouped by column; built when first asked for. */
  get columns(): Segments {
    this.columnSegments ??=
      this.blocks === undefined
        ? Segments.of(this.columnOf, this.columnCount, this.rows.lasting)
        : Segments.stack(this.blocks.map((block) => block.columns));
    return this.columnSegments;
  }

  /** The same entries with rows and columns exchanged. */
  get transposed(): Incidence {
    if (!this.transpose) {
      this.transpose = new Incidence(this.columns, this.rows.owner, this.rows.count);
      this.transpose.columnSegments = this.rows;
      this.transpose.transpose = this;
    }
    return this.transpose;
  }

  /** Column of the entry at each position of `rows`; [entries]. */
  get neighbours(): Int32Array {
    if (!this.neighbourList) {
      const { members } = this.rows;
      this.neighbourList = members ? members.map((entry) => this.columnOf[entry]!) : this.columnOf;
    }
    return this.neighbourList;
  }

  dispose(): void {
    forgetEverywhere(this.neighbourList, this.transpose?.neighbourList);
    this.rows.dispose();
    this.columnSegments?.dispose();
  }
}
