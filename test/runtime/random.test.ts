import { describe, expect, test } from "vitest";
import { Rng, randomKey } from "../../runtime/index.js";
import { philox } from "../../runtime/tensor/random/philox.js";

const hex = (words: Uint32Array): string =>
  [...words].map((word) => word.toString(16).padStart(8, "0")).join(" ");

describe("Philox 4x32-10: the known answers of Random123", () => {
  const cases: [number[], number[], string][] = [
    [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    ],
  ];
  test.each(cases)("counter %j key %j", (counter, key, answer) => {
    const out = new Uint32Array(4);
    philox(counter[0]!, counter[1]!, counter[2]!, counter[3]!, key[0]!, key[1]!, out, 0);
    expect(hex(out)).toBe(answer);
  });
});

describe("keys", () => {
  test("differ by seed, purpose and every index", () => {
    const keys = [
      randomKey(1, "a"),
      randomKey(2, "a"),
      randomKey(-1, "a"),
      randomKey(0.5, "a"),
      randomKey(1, "b"),
      randomKey(1, "a", 0),
      randomKey(1, "a", 1),
      randomKey(1, "a", 0, 1),
      randomKey(1, "a", 1, 0),
      randomKey(1, ""),
      randomKey(1, "a\0"),
    ].map(({ k0, k1 }) => `${k0} ${k1}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(randomKey(7, "dropout", 3)).toEqual(randomKey(7, "dropout", 3));
  });
});

describe("Rng", () => {
  test("uniform numbers stay in [low, high) and have the right moments", () => {
    const values = Rng.of(1, "uniform").uniforms(100_000, -1, 3);
    let sum = 0;
    let squares = 0;
    expect(values.every((value) => value >= -1 && value < 3)).toBe(true);
    for (const value of values) {
      sum += value;
      squares += value * value;
    }
    const mean = sum / values.length;
    expect(mean).toBeCloseTo(1, 1);
    expect(squares / values.length - mean * mean).toBeCloseTo(16 / 12, 1);
  });

  test("normal numbers have the right moments", () => {
    const values = Rng.of(2, "normal").normals(100_000, 2, 3);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(2, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(3, 1);
  });

  test("integers cover their range evenly", () => {
    const counts = new Array<number>(7).fill(0);
    for (const value of Rng.of(3, "integers").integers(70_000, 7)) counts[value]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test("a permutation holds every number once and depends on the key alone", () => {
    const order = Rng.of(4, "order", 1).permutation(1000);
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
    expect(order).toEqual(Rng.of(4, "order", 1).permutation(1000));
    expect(order).not.toEqual(Rng.of(4, "order", 2).permutation(1000));
  });
});
