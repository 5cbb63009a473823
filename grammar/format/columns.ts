/** Marks what stands in one column with its like in the neighbouring lines. */
import { bodies } from "../fields.js";
import * as t from "../tokens.js";
import type { Item } from "./items.js";
import { isOpening } from "./items.js";
import type { Outline } from "./outline.js";

/** Keys whose columns go on over lines without them, until an empty line or a block. */
export function isSticky(key: string): boolean {
  return key === "field" || key === "equation" || key === "arrow";
}

export class ColumnMarker {
  private readonly keys = new Map<number, string>();
  private readonly closers = new Set<Item>();

  constructor(
    private readonly items: readonly Item[],
    private readonly outline: Outline,
    private readonly partners: ReadonlyMap<number, number>,
  ) {
    for (const [from, to] of partners) if (to > from) this.closers.add(items[to]);
    const first = items.findIndex((item) => item.token !== undefined);
    if (items[first]?.token?.tokenType === t.words.variant) this.markVariant();
    else this.markFields();
  }

  /** The column that begins with item `k`; fields that share a line have none. */
  keyBefore(k: number, multiLine: boolean): string | undefined {
    const key = this.keys.get(k);
    return multiLine || key?.startsWith("variant") === true ? key : undefined;
  }

  /** True for a token that closes a bracket. */
  isPartner(item: Item): boolean {
    return this.closers.has(item);
  }

  private markFields(): void {
    const { body, fields } = this.outline;
    if (body === undefined) return;
    const starts: number[] = [];
    this.items.forEach((item, k) => {
      if (item.token !== undefined && fields.has(item.start)) starts.push(k);
    });
    starts.forEach((start, n) => this.markField(start, starts[n + 1] ?? this.items.length));
  }

  private markField(start: number, end: number): void {
    const { body } = this.outline;
    const keyword = this.items[start];
    if (!keyword.breaks && this.items[start - 1]?.kind === "blockComment") return;
    const words = this.items.slice(start, end);
    if (body?.hasResult === false && words.length > 1) this.keys.set(start + 1, "field");
    let depth = 0;
    let equals = -1;
    let commas = 0;
    for (let k = start; k < end && depth >= 0; k++) {
      const type = this.items[k].token?.tokenType;
      const partner = this.partners.get(k);
      if (isOpening(this.items[k])) depth++;
      else if (partner !== undefined && partner < k) depth--;
      if (depth !== 0) continue;
      if (type === t.Equals && equals < 0) equals = k;
      else if (type === t.Comma) commas++;
      else if (type === t.FatArrow) this.keys.set(k, "arrow");
    }
    const named = words.slice(1, equals - start);
    if (equals < 0 || commas > 0 || named.length !== 1) return;
    const isNeuron = body === bodies.neuron;
    this.keys.set(equals, isNeuron ? "equation" : `equation of ${keyword.text}`);
  }

  /** `variant Name = Model<A: .., B: ..>`: variants of one model read as a table. */
  private markVariant(): void {
    const equals = this.items.findIndex((item) => item.token?.tokenType === t.Equals);
    if (equals < 0) return;
    this.keys.set(equals, "variant");
    const names: string[] = [];
    const starts: number[] = [];
    const closing = this.partners.get(equals + 2) ?? -1;
    for (let k = equals + 3; k < closing; k++) {
      const partner = this.partners.get(k);
      const type = this.items[k].token?.tokenType;
      if (partner !== undefined && partner > k) k = partner;
      else if (type === t.Colon) names.push(this.items[k - 1].text);
      else if (type === t.Comma) starts.push(k + 1);
    }
    const table = `${this.items[equals + 1]?.text}<${names.join()}>`;
    if (names.length !== starts.length + 1) return;
    starts.forEach((start, n) => this.keys.set(start, `variant ${n} of ${table}`));
  }
}
