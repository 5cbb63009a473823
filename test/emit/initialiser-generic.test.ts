import { describe, expect, it } from "vitest";
import { compileSource } from "../../compiler/compile.js";

async function compile(start: string): Promise<{ text: string; codes: string[] }> {
  const source = `layer Wide<out, reach: 1>(x: real[..., in]) -> real[..., out] {
  param weight: real[in, out] = ${start}
  return x @ weight
}
model Net(x: real[N, 2]) -> real[N, 3] { return x |> Wide<3, reach: 5> }
`;
  const host = { read: (): undefined => undefined };
  const input = { file: "net.sgnn", source, hash: "h", version: "0", host };
  const { text = "", diagnostics } = await compileSource(input);
  return { text, codes: diagnostics.map(({ code }) => code) };
}

describe("a generic number in an initialiser", () => {
  it("is a factor of all its numbers", async () => {
    const { text, codes } = await compile("uniform(-reach, 2 * reach)");
    expect(codes).toEqual([]);
    expect(text).toContain("sg.uniform(-constants.reach, 2 * constants.reach)");
    expect(text).toContain("{ reach: 5 }");
  });

  it.each(["uniform(-1, reach)", "uniform(0 - reach, reach + 1)", "uniform(-reach, reach ^ 2)"])(
    "%s is refused, since it is no multiple",
    async (start) => {
      expect((await compile(start)).codes).toEqual(["T274"]);
    },
  );
});
