/** Operation counts against numbers worked out by hand. */
import { describe as suite, expect, it } from "vitest";
import { printSize, printType } from "../../compiler/ir/print.js";
import { describe, total } from "../../compiler/plan/describe.js";
import { plan } from "../../compiler/plan/index.js";
import { nodeClassifier, stack } from "../emit/programs.js";

suite("describe", () => {
  it("counts a spiking node classifier", () => {
    const rows = describe(plan(nodeClassifier()), "NodeClassifier");
    const table = rows.map((row) => [
      row.path,
      row.layer,
      printType(row.resultType),
      row.parameters.map((p) => `${p.path}[${p.shape.map(printSize).join(", ")}]`).join(" "),
      printSize(row.macs),
      printSize(row.adds),
    ]);
    expect(table).toEqual([
      // The rate adds 8 steps of 7 classes.
      ["", "NodeClassifier", "real[N, 7]", "", "0", "56*N"],
      // x @ w is N * 1433 * 16; the weighted sum runs over the edges and one loop per node.
      [
        "h.gcn1",
        "GCN",
        "real[N, 16]",
        "h.gcn1.weight[1433, 16] h.gcn1.bias[16]",
        "16*E + 22944*N",
        "16*N",
      ],
      // beta * v is one MAC, + input and the threshold are two ADDs; 8 * 16 units.
      ["s.lif1", "LIF", "spike[8, N, 16]", "s.lif1.beta[1]", "128*N", "256*N"],
      // Spikes are added, not multiplied: 8 * 16 * 7 of the product and 8 * 7 of the bias.
      [
        "s.gcn2",
        "GCN",
        "real[8, N, 7]",
        "s.gcn2.weight[16, 7] s.gcn2.bias[7]",
        "56*E + 56*N",
        "952*N",
      ],
      ["s.lif2", "LIF", "spike[8, N, 7]", "s.lif2.beta[1]", "56*N", "112*N"],
    ]);
    expect(printSize(total(rows, "macs"))).toBe("72*E + 23184*N");
    const weights = 1433 * 16 + 16 + 16 * 7 + 7 + 1 + 1;
    expect(total(rows, "bytes").terms.get("")).toBe(4 * weights);
  });

  it("counts unweighted sums as additions and attention by head", () => {
    const rows = describe(plan(stack()), "Stack");
    const counts = new Map(
      rows.map((row) => [row.path, [printSize(row.macs), printSize(row.adds)]]),
    );
    expect(counts.get("h.sage1")).toEqual(["80*N", "5*E + 16*N"]);
    // x @ w: 8*2*4, two dots of 8, one product per edge, loop and channel; per edge and head one for the
    // leaky rectifier and two for the softmax, and two additions.
    expect(counts.get("h.gat1")).toEqual(["14*E + 88*N", "4*E"]);
    // Two products on nodes; the maximum on edges, the sum and the rectifier on nodes; the difference of two weights.
    expect(counts.get("new.edge1")).toEqual(["128*N", "8*E + 16*N + 64"]);
    expect(counts.get("")).toEqual(["0", "16*N"]);
    expect(counts.get("output")).toEqual(["16*G", "G"]);
  });
});
