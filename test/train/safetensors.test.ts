import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { SgnnError } from "../../runtime/error.js";
import { ndarray, type NdArray } from "../../runtime/data/ndarray.js";
import { readSafetensors, writeSafetensors } from "../../runtime/export/safetensors.js";
import { modelWeights, setWeights } from "../../runtime/export/weights.js";
import { Scope } from "../../runtime/layers/index.js";
import { useBackend } from "../../runtime/tensor/backend.js";
import { NodeClassifier } from "./models.js";

const fails = (run: () => unknown): SgnnError => {
  try {
    run();
  } catch (error) {
    if (error instanceof SgnnError) return error;
    throw error;
  }
  throw new Error("it did not fail");
};
/** A file with this header and data. */
function file(header: unknown, data: number): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const out = new Uint8Array(8 + text.length + data);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  return out;
}
const entry = (
  begin: number,
  end: number,
  shape: number[] = [(end - begin) / 4],
  dtype = "F32",
) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe("safetensors", () => {
  const tensors = new Map<string, NdArray>([
    ["b", ndarray([2, 2], Float32Array.of(1, 2, 3, 4))],
    ["a.w", ndarray([3], new Uint8Array([1, 2, 3]))],
    ["c", ndarray([], new Float64Array([Math.PI]))],
    ["d", ndarray([1], new BigInt64Array([-7n]))],
    ["e", ndarray([0, 4], new Int32Array())],
  ]);
  it("writes and reads back tensors and metadata, with the same bytes in any order", () => {
    const bytes = writeSafetensors(tensors, { z: "1", a: "ü" });
    const back = readSafetensors(bytes, "w");
    expect(new Map([...back.tensors].sort())).toEqual(new Map([...tensors].sort()));
    expect(back.metadata).toEqual({ a: "ü", z: "1" });
    expect(writeSafetensors(new Map([...tensors].reverse()), { a: "ü", z: "1" })).toEqual(bytes);
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });
  it("is read by the reference implementation, where it is installed", () => {
    try {
      execFileSync("python3", ["-c", "import safetensors.numpy"], { stdio: "ignore" });
    } catch {
      return;
    }
    const script =
      "import sys, safetensors.numpy as s; t = s.load(sys.stdin.buffer.read()); assert t['b'].tolist() == [[1, 2], [3, 4]]";
    execFileSync("python3", ["-c", script], { input: writeSafetensors(tensors) });
  });
  it("reads half and bfloat16", () => {
    const bytes = file({ h: entry(0, 2, [1], "F16"), z: entry(2, 4, [1], "BF16") }, 4);
    bytes.set([0x00, 0xc0, 0x80, 0x3f], bytes.length - 4);
    const { tensors: read } = readSafetensors(bytes, "w");
    expect(read.get("h")?.data).toEqual(Float32Array.of(-2));
    expect(read.get("z")?.data).toEqual(Float32Array.of(1));
  });
  it("refuses everything that is not right", () => {
    const code = (bytes: Uint8Array): string => fails(() => readSafetensors(bytes, "w")).code;
    const good = writeSafetensors(tensors, { a: "1" });
    for (let length = 0; length < good.length; length++) {
      expect(["R400", "R401", "R402"]).toContain(code(good.subarray(0, length)));
    }
    expect(code(new TextEncoder().encode("PK\x03\x04 not this"))).toBe("R400");
    expect(code(file("{oops", 0))).toBe("R402");
    expect(code(file({ a: entry(0, 8), b: entry(4, 12) }, 12))).toBe("R402");
    expect(code(file({ a: entry(0, 4), b: entry(8, 12) }, 12))).toBe("R402");
    expect(code(file({ a: entry(0, 4) }, 8))).toBe("R402");
    expect(code(file({ a: entry(0, 8) }, 4))).toBe("R401");
    expect(code(file({ a: entry(0, 4, [2]) }, 4))).toBe("R402");
    expect(code(file({ a: entry(0, 4, [1], "F31") }, 4))).toBe("R402");
    expect(code(file({ a: { dtype: "F32", shape: [-1], data_offsets: [0, 4] } }, 4))).toBe("R402");
    expect(code(file({ __metadata__: { a: 1 } }, 0))).toBe("R402");
    expect(
      fails(() => readSafetensors(file({ a: entry(0, 8), b: entry(4, 12) }, 12), "w")).message,
    ).toContain('the data of "b" overlaps another tensor');
  });
});

describe("weights of a model", () => {
  it("come out and go in; names and shapes are checked before anything changes", async () => {
    await useBackend("wasm");
    const size = { in: 3, hidden: 2, out: 2 };
    const one = new NodeClassifier(new Scope({ seed: 1 }), size);
    const two = new NodeClassifier(new Scope({ seed: 2 }), size);
    const weights = modelWeights(one);
    expect([...weights.keys()]).toEqual(["first.w", "first.bias", "second.w", "second.bias"]);
    expect(modelWeights(two)).not.toEqual(weights);
    setWeights(two, weights, "w");
    expect(modelWeights(two)).toEqual(weights);

    const renamed = new Map(weights);
    renamed.delete("first.w");
    renamed.set("frist.w", weights.get("first.w")!);
    const error = fails(() => setWeights(two, renamed, "w.safetensors"));
    expect(error.message).toBe(
      "R403: w.safetensors lacks first.w; it has frist.w, which the model does not know",
    );
    expect(error.fix).toBe('did you mean "first.w" where the file says "frist.w"?');
    const turned = new Map(weights).set("first.w", { ...weights.get("first.w")!, shape: [2, 3] });
    expect(fails(() => setWeights(two, turned, "w")).message).toBe(
      'R404: w: "first.w" is [2, 3], the model needs [3, 2]',
    );
    const odd = new Map(weights).set("second.bias", ndarray([2], Float32Array.of(1, NaN)));
    expect(fails(() => setWeights(two, odd, "w")).code).toBe("R405");
    expect(modelWeights(two)).toEqual(weights);
    one.dispose();
    two.dispose();
  });
});
