/** Reads a NIR file by the HDF5 library itself, along the paths that `nir.read` of NIR's Python package takes. */
import { File as Hdf5File, ready, type Dataset, type Group } from "h5wasm/node";
import type { NirArray, NirGraph, NirNode } from "../../compiler/export/nir/types.js";

export async function readNir(path: string): Promise<NirGraph> {
  await ready;
  const file = new Hdf5File(path, "r");
  try {
    const value = (name: string): unknown => (file.get(name) as Dataset).value;
    if (value("version") !== "1.0.6") throw new Error("another version of NIR");
    if (value("node/type") !== "NIRGraph") throw new Error("the root is no graph");
    const nodes = new Map<string, NirNode>();
    for (const name of (file.get("node/nodes") as Group).keys()) {
      const group = file.get(`node/nodes/${name}`) as Group;
      const arrays: Record<string, NirArray> = {};
      for (const key of group.keys()) {
        if (key === "type") continue;
        const dataset = group.get(key) as Dataset;
        arrays[key] = {
          shape: dataset.shape ?? [],
          data: (dataset.value as Float64Array).slice(),
        };
      }
      nodes.set(name, { type: value(`node/nodes/${name}/type`) as NirNode["type"], arrays });
    }
    const edges = (file.get("node/edges") as Dataset).to_array() as unknown as [string, string][];
    return { nodes, edges, dt: Number(value("node/metadata/dt")), report: [] };
  } finally {
    file.close();
  }
}
