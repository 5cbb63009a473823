/** Small helpers for the native (tfjs-node) forms of kernels. */
import type { OpAttribute, TensorflowBackend } from "./kernel.js";

/** A type attribute of a TensorFlow operation. */
export function typeAttribute(
  backend: TensorflowBackend,
  name: string,
  dtype: "float32" | "int32",
): OpAttribute {
  return {
    name,
    type: backend.binding["TF_ATTR_TYPE"],
    value: backend.binding[dtype === "float32" ? "TF_FLOAT" : "TF_INT32"],
  };
}
