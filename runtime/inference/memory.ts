/**
 * Where each value of a plan lies in one flat memory. Values that are never alive at the same step share
 * their place, so that the peak is known before anything runs.
 */

/** A stretch of the memory, in floats of four bytes. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** Floats to which places are aligned: 16 bytes, one vector register. */
const ALIGNMENT = 4;

/** Hands out places, best fit first; freed ones are merged with their neighbours. */
export class Layout {
  private readonly free: { offset: number; length: number }[] = [];
  private end = 0;

  /** Floats needed so far. */
  get length(): number {
    return this.end;
  }

  take(length: number): Place {
    const wanted = Math.max(ALIGNMENT, Math.ceil(length / ALIGNMENT) * ALIGNMENT);
    let best = -1;
    this.free.forEach((block, k) => {
      if (block.length < wanted) return;
      if (best < 0 || block.length < this.free[best]!.length) best = k;
    });
    if (best >= 0) {
      const block = this.free[best]!;
      const place = { offset: block.offset, length: wanted };
      block.offset += wanted;
      block.length -= wanted;
      if (block.length === 0) this.free.splice(best, 1);
      return place;
    }
    // The last free block may reach the end: then only the rest is new.
    const last = this.free.findIndex((block) => block.offset + block.length === this.end);
    const offset = last < 0 ? this.end : this.free[last]!.offset;
    if (last >= 0) this.free.splice(last, 1);
    this.end = offset + wanted;
    return { offset, length: wanted };
  }

  give(place: Place): void {
    let { offset, length } = place;
    for (let k = this.free.length - 1; k >= 0; k--) {
      const block = this.free[k]!;
      if (block.offset + block.length === offset) offset = block.offset;
      else if (offset + length !== block.offset) continue;
      length += block.length;
      this.free.splice(k, 1);
    }
    this.free.push({ offset, length });
  }
}
