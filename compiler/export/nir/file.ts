/** The HDF5 file of a NIR graph, as NIR's own reader expects it (`nir.read` of its Python package). */
import type { Hdf5Group } from "../hdf5.js";
import { writeHdf5 } from "../hdf5.js";
import type { NirGraph } from "./types.js";

/** Version of NIR whose layout this is. */
const VERSION = "1.0.6";

export function nirFile(graph: NirGraph): Uint8Array {
  const nodes: Record<string, Hdf5Group> = {};
  for (const [name, { type, arrays }] of graph.nodes) nodes[name] = { type, ...arrays };
  return writeHdf5({
    version: VERSION,
    node: {
      type: "NIRGraph",
      nodes,
      edges: { shape: [graph.edges.length, 2], data: graph.edges.flat() },
      metadata: { dt: { shape: [], data: Float64Array.of(graph.dt) } },
    },
  });
}
