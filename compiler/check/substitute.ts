/** Types with sizes replaced. */
import type { GraphType, Size, TensorType } from "../ir/types.js";
import { substituteSize } from "./size.js";

/** The type with every size that has a binding replaced by it. */
export function substituteType<T extends TensorType | GraphType>(
  type: T,
  sizes: ReadonlyMap<string, Size>,
): T {
  if (type.tag === "tensor") {
    return { ...type, dims: type.dims.map((dim) => substituteSize(dim, sizes)) };
  }
  const fields = (one: ReadonlyMap<string, TensorType>): Map<string, TensorType> =>
    new Map([...one].map(([name, field]) => [name, substituteType(field, sizes)]));
  return {
    ...type,
    snapshots: substituteSize(type.snapshots, sizes),
    nodeFields: fields(type.nodeFields),
    edgeFields: fields(type.edgeFields),
  };
}
