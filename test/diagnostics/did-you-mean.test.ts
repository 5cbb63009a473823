import { describe, expect, it } from "vitest";
import { didYouMean, editDistance } from "../../compiler/diagnostics/did-you-mean.js";

describe("edit distance", () => {
  it.each([
    ["", "abc", 3],
    ["dense", "dense", 0],
    ["dnese", "dense", 1],
    ["dens", "dense", 1],
    ["denses", "dense", 1],
    ["danse", "dense", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ])("from %s to %s is %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe("did you mean", () => {
  it("takes the nearest, and of equally near ones the first", () => {
    expect(didYouMean("tahn", { right: ["tan", "tanh"] })).toBe("tan");
    expect(didYouMean("Dnse", { right: ["GCN", "Dense"] })).toBe("Dense");
  });

  it("is as generous as floor(0.4 n) + 1", () => {
    expect(didYouMean("threshod", { right: ["threshold"] })).toBe("threshold");
    expect(didYouMean("trshl", { right: ["threshold"] })).toBeUndefined();
    expect(didYouMean("abcde", { right: ["abxyz"] })).toBe("abxyz");
    expect(didYouMean("abcde", { right: ["awxyz"] })).toBeUndefined();
  });

  it("takes a name of the right kind before a nearer one of another kind", () => {
    expect(didYouMean("LIG", { right: ["LIV"], other: ["LIGX"] })).toBe("LIV");
    expect(didYouMean("LIG", { right: ["Convolution"], other: ["LIGX"] })).toBe("LIGX");
  });

  it("always takes a name that differs in case only", () => {
    expect(didYouMean("lif", { right: ["if", "LIF"] })).toBe("LIF");
  });

  it("never takes the name itself, or one that shares no letter", () => {
    expect(didYouMean("x", { right: ["x"] })).toBeUndefined();
    expect(didYouMean("x", { right: ["v"] })).toBeUndefined();
  });
});
