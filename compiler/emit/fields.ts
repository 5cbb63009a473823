/** Names of the fields that hold the parameters and members of a class. */
import type { LayerIr, ModelIr } from "../ir/ir.js";
import { Names } from "../neurons/index.js";

/** Fields of the base classes, and of ours. */
export const LAYER_FIELDS = ["scope", "forward", "size", "constants", "constructor"];
export const MODEL_FIELDS = [...LAYER_FIELDS, "info", "parameters", "runnings", "dispose"];

/** Source name of a parameter, or field of a member -> field of the class. */
export function fieldsOf(
  owner: LayerIr | ModelIr,
  reserved: readonly string[],
): ReadonlyMap<string, string> {
  const names = new Names(reserved);
  const fields = new Map<string, string>();
  for (const param of owner.params) fields.set(param.name, names.fresh(param.name));
  for (const member of owner.members) fields.set(member.field, names.fresh(member.field));
  return fields;
}
