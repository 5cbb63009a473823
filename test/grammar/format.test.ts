import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { format, parse } from "../../grammar/index.js";
import { withoutPlaces } from "../../grammar/format/index.js";
import { samples } from "./samples.js";

const runs = Number(process.env.SGNN_FUZZ ?? 150);

function formatted(source: string): string {
  const result = format(source);
  expect(result.leftAlone).toEqual([]);
  return result.text;
}

describe("layout", () => {
  test("fields of a neuron stand below each other and read like equations", () => {
    expect(
      formatted(
        [
          "neuron CubaLIF < alpha:0.8 in [ 0,1 ],learn beta : uniform( 0,1 ) in [0,inf) per channel>{",
          "state current=0",
          "  state v =  0",
          "update current = alpha*current+input // charge",
          "update v=beta * v+current",
          "spike when v>=-threshold surrogate custom(u)=1/(1+abs( u ))^2",
          "reset detached v=v-1",
          "emit 1 or - 1}",
        ].join("\n"),
      ),
    ).toBe(
      `${[
        "neuron CubaLIF<alpha: 0.8 in [0, 1], learn beta: uniform(0, 1) in [0, inf) per channel> {",
        "  state  current = 0",
        "  state  v       = 0",
        "  update current = alpha * current + input  // charge",
        "  update v       = beta * v + current",
        "  spike  when v >= -threshold  surrogate custom(u) = 1 / (1 + abs(u)) ^ 2",
        "  reset  detached v = v - 1",
        "  emit   1 or -1",
        "}",
      ].join("\n")}\n`,
    );
  });

  test("comments and empty lines stay, one empty line at most", () => {
    expect(
      formatted(
        [
          "// head   ",
          "",
          "",
          "/// Doc.",
          "layer Two<out>(x: real[N, in], g: graph) -> real[N, out] { // why",
          "",
          "   // weights",
          "  param w:real[in,out]=glorot",
          "",
          "",
          "  let near = x @ w   // one",
          "  /* two */ let far=gather mean over j->i with self loops {x[j]/* inside */@w} // three",
          "  return softmax(near)+far|>relu",
          "  // last",
          "",
          "}",
          "// end",
        ].join("\n"),
      ),
    ).toBe(
      `${[
        "// head",
        "",
        "/// Doc.",
        "layer Two<out>(x: real[N, in], g: graph) -> real[N, out] {  // why",
        "  // weights",
        "  param w: real[in, out] = glorot",
        "",
        "  let near = x @ w                                                                       // one",
        "  /* two */ let far = gather mean over j -> i with self loops { x[j] /* inside */ @ w }  // three",
        "  return softmax(near) + far |> relu",
        "  // last",
        "}",
        "// end",
      ].join("\n")}\n`,
    );
  });

  test("line breaks inside a field stay and are indented", () => {
    expect(
      formatted(
        [
          "model M<",
          "A: relu,",
          "steps: 4>(g: graph(x: real[N, 4]))",
          "-> real[G, 1] {",
          "let h = rate(over time steps {",
          "let k = g.x |> Dense<4>",
          "k |> A",
          "})",
          "return pool mean h over g",
          "|> Dense<1>",
          "}",
        ].join("\n"),
      ),
    ).toBe(
      `${[
        "model M<",
        "  A: relu,",
        "  steps: 4",
        ">(g: graph(x: real[N, 4]))",
        "  -> real[G, 1] {",
        "  let h = rate(over time steps {",
        "    let k = g.x |> Dense<4>",
        "    k |> A",
        "  })",
        "  return pool mean h over g",
        "    |> Dense<1>",
        "}",
      ].join("\n")}\n`,
    );
  });

  test("variants of one model read as a table", () => {
    expect(
      formatted(
        "variant Plain=Net<A:relu,B:relu>\nvariant Lif = Net<A: LIF<beta: 0.9>, B: LIF>\n\nvariant Other = Net<A: IF, B: IF>\n",
      ),
    ).toBe(
      `${[
        "variant Plain = Net<A: relu,           B: relu>",
        "variant Lif   = Net<A: LIF<beta: 0.9>, B: LIF>",
        "",
        "variant Other = Net<A: IF, B: IF>",
      ].join("\n")}\n`,
    );
  });

  test("a body on one line stays there while it fits", () => {
    const short = "neuron One { state v = 0 update v = v + input emit v }\n";
    expect(formatted(short)).toBe(short);
    expect(
      formatted(
        "neuron Long { state v = 0 update v = v + 0.1 * input spike when v >= 1 surrogate atan(alpha: 2) reset v = 0 emit 1 }",
      ),
    ).toBe(
      `${[
        "neuron Long {",
        "  state  v = 0",
        "  update v = v + 0.1 * input",
        "  spike  when v >= 1  surrogate atan(alpha: 2)",
        "  reset  v = 0",
        "  emit   1",
        "}",
      ].join("\n")}\n`,
    );
  });

  test("line ends and a byte-order mark stay", () => {
    expect(format("\ufeffvariant A=B\r\nvariant C=D\r\n").text).toBe(
      "\ufeffvariant A = B\r\nvariant C = D\r\n",
    );
    expect(format("").text).toBe("");
    expect(format("// only\n\n").text).toBe("// only\n");
  });
});

describe("a declaration with a syntax error", () => {
  const broken = "layer Bad(x: real[N, 4] -> real[N, 4] {\n    return   x\n}";
  test("is left as it is, and the others are formatted", () => {
    const source = `variant A=B\n\n// about it\n${broken}\n\nvariant C=D\n`;
    const { text, leftAlone } = format(source);
    expect(text).toBe(`variant A = B\n\n// about it\n${broken}\n\nvariant C = D\n`);
    expect(leftAlone.map(({ start, end }) => source.slice(start, end))).toEqual([
      `// about it\n${broken}`,
    ]);
  });

  test("is named by its place in a file with Windows line ends too", () => {
    const source = `variant A=B\r\n${broken.replaceAll("\n", "\r\n")}\r\n`;
    const [{ start, end }] = format(source).leftAlone;
    expect(source.slice(start, end)).toBe(broken.replaceAll("\n", "\r\n"));
  });
});

/** A token's spelling and the blanks after it, changed in ways that do not change the meaning. */
function disturb(source: string, choices: readonly number[]): string {
  let n = 0;
  const next = (): number => choices[n++ % choices.length];
  return source
    .split("\n")
    .map((line) => {
      if (/\/\/|\/\*|\*\/|"/.test(line)) return line;
      const body = line.trimStart();
      const wide = body.replace(/ (?=[^ ])/g, () => " ".repeat(1 + (next() % 3)));
      const tight = wide.replace(/ *([,{}]) */g, (found, mark: string) =>
        next() % 3 === 0 ? mark : found,
      );
      return " ".repeat(next() % 5) + tight + " ".repeat(next() % 2);
    })
    .flatMap((line) => (next() % 7 === 0 ? [line, ""] : [line]))
    .join("\n");
}

describe("formatting again changes nothing, and the meaning stays", () => {
  test.each(samples)("%s", (_, source) => {
    const once = formatted(source);
    expect(formatted(once)).toBe(once);
    expect(withoutPlaces(parse(once).file)).toBe(withoutPlaces(parse(source).file));
  });

  test("of samples with other spaces and line breaks", () => {
    const input = fc.record({
      source: fc.constantFrom(...samples.map(([, source]) => source)),
      choices: fc.array(fc.nat(20), { minLength: 5, maxLength: 40 }),
    });
    fc.assert(
      fc.property(input, ({ source, choices }) => {
        const written = disturb(source, choices);
        if (parse(written).problems.length > 0) return;
        const once = formatted(written);
        expect(formatted(once)).toBe(once);
        expect(withoutPlaces(parse(once).file)).toBe(withoutPlaces(parse(written).file));
      }),
      { numRuns: runs },
    );
  });

  test("of any broken text, without losing a word or a comment", () => {
    const squeeze = (text: string): string => text.replace(/\s+/g, "");
    const input = fc.record({
      source: fc.constantFrom(...samples.map(([, source]) => source)),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(30),
      text: fc.constantFrom("", "{", "}", "(", "//", "/*", '"', "<", "model X", "\0", "#"),
    });
    fc.assert(
      fc.property(input, ({ source, at, length, text }) => {
        const k = Math.floor(at * source.length);
        const broken = source.slice(0, k) + text + source.slice(k + length);
        const once = format(broken).text;
        expect(squeeze(once)).toBe(squeeze(broken));
        expect(format(once).text).toBe(once);
      }),
      { numRuns: runs * 3 },
    );
  });
});
