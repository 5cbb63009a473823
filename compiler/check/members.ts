/**
 * Paths of members: what a weight is called in files, in `inspect` and in the emitted class.
 *
 * A statement with exactly one parametric call gives its own name to it (`let h1 = x |> SAGE<16>(g)`:
 * weights `h1.wSelf`); any other call is `<let>.<callee>`, numbered when repeated (`h.sage1`, `h.sage2`).
 * The return statement is called `output`.
 */
import type { MemberIr } from "../ir/ir.js";
import type { PendingCall } from "./body.js";

/** `SAGE` -> `sage`, `EdgeConv` -> `edgeConv`, `CubaLIF` -> `cubaLif`, `GATv2` -> `gatv2`, `my_layer` -> `myLayer`. */
export function lowerCamel(name: string): string {
  const words = name.match(/[A-Z]+v[0-9]+|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+[0-9]*/g) ?? [
    name,
  ];
  return words
    .map((word, at) =>
      at === 0 ? word.toLowerCase() : word[0].toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join("");
}

/** Fields of the base classes and constructor, which no member may take. */
const RESERVED = ["scope", "forward", "parameters", "constructor", "info", "size"];

/** Gives every pending call its path and field, and the members in call order. */
export function nameMembers(
  pending: readonly PendingCall[],
  taken: Iterable<string>,
): readonly MemberIr[] {
  const fields = new Set([...RESERVED, ...taken]);
  const paths = new Set<string>();
  const members: MemberIr[] = [];
  for (const [base, calls] of groupBy(pending, (p) => p.base)) {
    const parametric = calls.filter((c) => c.isParametric);
    const single = parametric.length === 1 ? parametric[0] : undefined;
    const others = calls.filter((c) => c !== single);
    const counts = groupBy(others, (c) => lowerCamel(c.callee));
    const used = new Map<string, number>();
    for (const call of calls) {
      const name = lowerCamel(call.callee);
      const number = (used.get(name) ?? 0) + 1;
      if (call !== single) used.set(name, number);
      const isRepeated = (counts.get(name)?.length ?? 0) > 1;
      const wanted = call === single ? base : `${base}.${name}${isRepeated ? number : ""}`;
      const path = unique(wanted, paths);
      call.call.member = path;
      members.push({ ...call.member, path, field: unique(fieldOf(path), fields) });
    }
  }
  return members;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

function fieldOf(path: string): string {
  const [first, ...rest] = path.split(/[._]/).filter((part) => part !== "");
  return [first ?? "member", ...rest.map((part) => part[0].toUpperCase() + part.slice(1))].join("");
}

function unique(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
  taken.add(name);
  return name;
}
