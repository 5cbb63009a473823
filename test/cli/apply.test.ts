/** `sgnnc run` on a source: which engine ran is always said, and both give the same. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readNpzFile, writeNpz } from "../../runtime/data/npz.js";
import { folder, sgnnc } from "./support.js";

const source = `model Net(x: real[N, 3]) -> real[N, 2] {
  return rate(over time 4 { x |> Dense<5> |> LIF |> Dense<2> })
}
model Chosen(x: real[N, 3], y: label[N]) -> real[N] {
  return pick(x, y)
}
`;

function project(): string {
  const path = folder();
  writeFileSync(join(path, "net.sgnn"), source);
  const x = { shape: [2, 3], dtype: "f32" as const, data: Float32Array.of(1, -2, 3, 0.5, 4, -1) };
  const y = { shape: [2], dtype: "i32" as const, data: Int32Array.of(2, 0) };
  writeFileSync(join(path, "x.npz"), writeNpz(new Map([["x", x]])));
  writeFileSync(
    join(path, "xy.npz"),
    writeNpz(
      new Map<string, typeof x | typeof y>([
        ["x", x],
        ["y", y],
      ]),
    ),
  );
  return path;
}
const words = (model: string, input: string, ...more: string[]): string[] => [
  ...["run", "net.sgnn", "--model", model, "--input", input, "--output", "out.npz", ...more],
];

test("the plan is followed unless a tensor backend is named", async () => {
  const path = project();
  const planned = await sgnnc(words("Net", "x.npz"), path);
  expect(planned.stderr).toMatch(
    /wrote out\.npz: output \[2, 2\] \(events, \w+ kernels, [\d.]+ MiB\)/,
  );
  const output = readNpzFile(join(path, "out.npz")).get("output")!;
  const tensors = await sgnnc(words("Net", "x.npz", "--backend", "cpu"), path);
  expect(tensors.stderr).toContain("(tensors on cpu: cpu was asked for)");
  const other = readNpzFile(join(path, "out.npz")).get("output")!;
  expect(other.shape).toEqual(output.shape);
  output.data.forEach((value, k) => expect(value).toBeCloseTo(Number(other.data[k]), 5));
});

test("a model without a plan says why, and refuses --backend events", async () => {
  const path = project();
  const tensors = await sgnnc(words("Chosen", "xy.npz"), path);
  expect(tensors.stderr).toMatch(
    /\(tensors on \w+: the inference plan has no place for `pick` of these operands \(net\.sgnn:5\)\)/,
  );
  const refused = await sgnnc(words("Chosen", "xy.npz", "--backend", "events"), path);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("Chosen cannot run on events");
});
