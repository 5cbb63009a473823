/** What in a model has no place in an inference plan, and where it stands. */
import type { Origin } from "../../ir/ir.js";

/** Thrown while a model is lowered; `inferencePlan` catches it and returns the reason. */
export class NoPlan extends Error {
  constructor(
    what: string,
    readonly place: string,
  ) {
    super(what);
  }
}

/** Ends the lowering of a model. */
export function refuse(what: string, origin: Origin): never {
  throw new NoPlan(what, placeOf(origin));
}

/** `gcn.sgnn:6` */
export function placeOf({ file, line }: Origin): string {
  return `${file.replace(/^.*[\\/]/, "")}:${line}`;
}
