/** Source maps, version 3, lines only: every mapped line of the output points at a line of a source. */

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Where a generated line comes from; `line` counts from 1. */
export interface LineOrigin {
  readonly source: number;
  readonly line: number;
}

/**
 * The map as JSON text.
 * @param lines for each line of the output, its origin or undefined
 * @param sources names relative to the output
 * @param contents text of each source, null when it is not embedded
 */
export function sourceMap(
  file: string,
  sources: readonly string[],
  contents: readonly (string | null)[],
  lines: readonly (LineOrigin | undefined)[],
): string {
  let lastSource = 0;
  let lastLine = 0;
  const mappings = lines.map((origin) => {
    if (origin === undefined) return "";
    const fields = [0, origin.source - lastSource, origin.line - 1 - lastLine, 0];
    lastSource = origin.source;
    lastLine = origin.line - 1;
    return fields.map(variableLength).join("");
  });
  return JSON.stringify({
    version: 3,
    file,
    sources,
    sourcesContent: contents,
    names: [],
    mappings: mappings.join(";"),
  });
}

/** Base 64 VLQ: the sign in the lowest bit, five bits a digit, lowest first. */
export function variableLength(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = "";
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
