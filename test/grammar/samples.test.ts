import { describe, expect, test } from "vitest";
import { parse } from "../../grammar/index.js";
import { samples } from "./samples.js";

describe("every sample parses without a problem", () => {
  test.each(samples)("%s", (_, source) => {
    const { problems } = parse(source);
    expect(
      problems.map((one) => [
        one.code,
        source.slice(0, one.span.start).split("\n").length,
        source.slice(one.span.start, one.span.end),
        one.args,
      ]),
    ).toEqual([]);
  });
});
