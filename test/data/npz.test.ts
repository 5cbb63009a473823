import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { rmSync } from "node:fs";
import { SgnnError } from "../../runtime/error.js";
import { ndarray, toFloat32, toInt32, toNumbers } from "../../runtime/data/ndarray.js";
import { halfToFloat, readNpy, writeNpy } from "../../runtime/data/npy.js";
import { openNpz, readNpz, readNpzFile, writeNpz } from "../../runtime/data/npz.js";
import { readZip, writeZip } from "../../runtime/data/zip.js";

const folder = mkdtempSync(join(tmpdir(), "sgnn-npz-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A version 1 .npy as NumPy writes it. */
function npy(descr: string, shape: string, body: Uint8Array, fortran = "False"): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
  const header = text + " ".repeat(63 - ((10 + text.length) % 64)) + "\n";
  return new Uint8Array([
    ...[0x93, 78, 85, 77, 80, 89, 1, 0, header.length & 255, header.length >> 8],
    ...new TextEncoder().encode(header),
    ...body,
  ]);
}
const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof SgnnError) return error.code;
    throw error;
  }
  return "no error";
};

describe("npy", () => {
  it("reads what NumPy writes, element type by element type", () => {
    expect(readNpy(npy("<i2", "(3,)", new Uint8Array([1, 0, 255, 255, 0, 1])), "a")).toEqual({
      shape: [3],
      dtype: "i16",
      data: new Int16Array([1, -1, 256]),
    });
    expect(
      readNpy(npy(">i4", "(2,)", new Uint8Array([0, 0, 1, 2, 255, 255, 255, 254])), "a"),
    ).toEqual({ shape: [2], dtype: "i32", data: new Int32Array([258, -2]) });
    expect(readNpy(npy("|b1", "(3,)", new Uint8Array([0, 1, 1])), "a").data).toEqual(
      new Uint8Array([0, 1, 1]),
    );
    const half = readNpy(npy("<f2", "(2, 1)", new Uint8Array([0, 0x3c, 0, 0xc0])), "a");
    expect(half).toEqual({ shape: [2, 1], dtype: "f16", data: new Float32Array([1, -2]) });
    const double = new Uint8Array(new Float64Array([Math.PI]).buffer);
    expect(readNpy(npy("<f8", "()", double), "a")).toEqual({
      shape: [],
      dtype: "f64",
      data: new Float64Array([Math.PI]),
    });
    expect(readNpy(npy(">f8", "(1,)", double.slice().reverse()), "a").data[0]).toBe(Math.PI);
    const wide = new Uint8Array(new BigInt64Array([-5n, 2n ** 60n]).buffer);
    expect(readNpy(npy("<i8", "(2,)", wide), "a").data).toEqual(
      new BigInt64Array([-5n, 2n ** 60n]),
    );
  });
  it("turns Fortran order into row-major order", () => {
    // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]])
    const bytes = new Uint8Array(new Float32Array([1, 4, 2, 5, 3, 6]).buffer);
    expect(readNpy(npy("<f4", "(2, 3)", bytes, "True"), "a").data).toEqual(
      new Float32Array([1, 2, 3, 4, 5, 6]),
    );
    const cube = new Uint8Array([0, 4, 2, 6, 1, 5, 3, 7]); // arange(8).reshape(2, 2, 2), Fortran
    expect(readNpy(npy("|u1", "(2, 2, 2)", cube, "True"), "a").data).toEqual(
      new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]),
    );
  });
  it("reads half floats exactly", () => {
    expect([0x0001, 0x03ff, 0x7bff, 0x7c00, 0x8000].map(halfToFloat)).toEqual([
      2 ** -24,
      1023 * 2 ** -24,
      65504,
      Infinity,
      -0,
    ]);
    expect(halfToFloat(0x7e00)).toBeNaN();
  });
  it("writes and reads back every element type and shape", () => {
    const arrays = [
      ndarray([2, 2], new Float32Array([1.5, -0, 3, 4])),
      ndarray([], new Float64Array([2])),
      ndarray([0, 3], new Int32Array(0)),
      ndarray([2], new BigInt64Array([1n, -1n])),
      ndarray([2], new Uint8Array([0, 1]), "bool"),
      ndarray([1, 1, 2], new Uint16Array([7, 65535])),
    ];
    for (const array of arrays) expect(readNpy(writeNpy(array), "a")).toEqual(array);
  });
  it("says what is wrong with what it cannot read", () => {
    expect(code(() => readNpy(npy("<U5", "(1,)", new Uint8Array(20)), "names"))).toBe("R212");
    expect(() => readNpy(npy("<U5", "(1,)", new Uint8Array(20)), "names")).toThrow(
      "names holds strings (<U5)",
    );
    expect(() => readNpy(npy("|O", "(1,)", new Uint8Array(20)), "names")).toThrow("Python objects");
    expect(() => readNpy(npy("<c8", "(1,)", new Uint8Array(8)), "z")).toThrow("complex numbers");
    expect(code(() => readNpy(npy("<f4", "(3,)", new Uint8Array(8)), "a"))).toBe("R211");
    expect(code(() => readNpy(new Uint8Array([1, 2, 3]), "a"))).toBe("R210");
  });
  it("turns arrays into numbers, and refuses what would not be exact", () => {
    expect(toInt32(ndarray([2], new BigInt64Array([3n, -4n])))).toEqual(new Int32Array([3, -4]));
    expect(toFloat32(ndarray([2], new Uint8Array([3, 4])))).toEqual(new Float32Array([3, 4]));
    expect(code(() => toNumbers(ndarray([1], new BigInt64Array([2n ** 60n]))))).toBe("R201");
    expect(code(() => toInt32(ndarray([1], new Float32Array([0.5]))))).toBe("R202");
    expect(code(() => toInt32(ndarray([1], new Float64Array([2 ** 40]))))).toBe("R202");
    expect(code(() => ndarray([2, 2], new Float32Array(3)))).toBe("R200");
  });
});

describe("npz", () => {
  const arrays = {
    x: ndarray([2, 3], new Float32Array([1, 2, 3, 4, 5, 6])),
    y: ndarray([2], new Int32Array([0, 1])),
  };
  it("writes the same bytes for the same arrays, and reads them back", () => {
    for (const compress of [true, false]) {
      const bytes = writeNpz(arrays, { compress });
      expect(writeNpz(arrays, { compress })).toEqual(bytes);
      expect(readNpz(bytes, "a.npz")).toEqual(new Map(Object.entries(arrays)));
    }
  });
  it("reads what NumPy writes, and NumPy reads what it writes", () => {
    const script = `
import numpy as np, sys
d = sys.argv[1]
rng = np.random.default_rng(0)
a = {"f": np.asfortranarray(np.arange(12, dtype=np.float64).reshape(3, 4)), "b": np.array([True, False]),
     "h": np.array([1.5, -2], dtype=np.float16), "e": np.array([1, 2], dtype=">u2"), "s": np.array(7, dtype=np.int64)}
np.savez_compressed(d + "/c.npz", **a)
np.savez(d + "/s.npz", **a)
z = np.load(d + "/ours.npz")
assert z["x"].dtype == np.float32 and z["x"].tolist() == [[1, 2, 3], [4, 5, 6]], z["x"]
assert z["y"].dtype == np.int32 and z["y"].tolist() == [0, 1]
`;
    writeFileSync(join(folder, "ours.npz"), writeNpz(arrays));
    try {
      execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
    } catch {
      return; // no NumPy on this machine: the hand-made files above are the check
    }
    execFileSync("python3", ["-c", script, folder]);
    for (const name of ["c.npz", "s.npz"]) {
      const found = readNpzFile(join(folder, name));
      expect(found.get("f")).toEqual({
        shape: [3, 4],
        dtype: "f64",
        data: Float64Array.from({ length: 12 }, (_, k) => k),
      });
      expect(found.get("b")?.data).toEqual(new Uint8Array([1, 0]));
      expect(found.get("h")?.data).toEqual(new Float32Array([1.5, -2]));
      expect(found.get("e")?.data).toEqual(new Uint16Array([1, 2]));
      expect(found.get("s")).toEqual({ shape: [], dtype: "i64", data: new BigInt64Array([7n]) });
    }
  });
  it("tells which arrays there are when a name is wrong", () => {
    const npz = openNpz(writeNpz(arrays), "a.npz");
    expect(npz.names).toEqual(["x", "y"]);
    expect(() => npz.get("X1")).toThrow('R220: a.npz has no array "X1"');
    try {
      npz.get("X1");
    } catch (error) {
      expect((error as SgnnError).fix).toBe('did you mean "x"? the arrays in a.npz are: x, y');
    }
  });
  it("never turns a damaged archive into numbers", () => {
    const bytes = writeNpz({ x: ndarray([64], Float32Array.from({ length: 64 }, Math.sin)) });
    expect(code(() => readNpz(new TextEncoder().encode("a,b\n1,2\n"), "a.npz"))).toBe("R213");
    for (let length = 0; length < bytes.length; length += 7) {
      expect(code(() => readNpz(bytes.subarray(0, length), "a.npz"))).toBe("R213");
    }
    const entry = readZip(bytes, "a.npz")[0];
    expect(entry?.name).toBe("x.npy");
    const changed = writeZip({ "x.npy": new Uint8Array([1, 2, 3, 4]) }, false);
    const at = changed.indexOf(3, 30);
    changed[at] = 9;
    expect(code(() => readNpz(changed, "a.npz"))).toBe("R213");
  });
  it("reads the real data sets, when they are there", () => {
    const path = "../shared/data/cora.npz";
    let there = true;
    try {
      readFileSync(path);
    } catch {
      there = false;
    }
    if (!there) return;
    const cora = readNpzFile(path);
    expect(cora.get("x")?.shape).toEqual([2708, 1433]);
    expect(cora.get("edge_index")?.shape).toEqual([2, 10556]);
  });
  it("names the nearest file when one is missing", () => {
    try {
      readNpzFile(join(folder, "our.npz"));
      expect.unreachable();
    } catch (error) {
      expect((error as SgnnError).code).toBe("R203");
      expect((error as SgnnError).fix).toContain('did you mean "ours.npz"?');
    }
  });
});
