/**
 * Hand-written scanners for the two tokens whose length has no bound: a regular expression with an
 * alternation under a star keeps a backtracking record per character and fails on megabytes.
 */

type Match = [string] | null;

/** Block comment, to the end of the text when it is never closed. */
export function scanBlockComment(text: string, offset: number): Match {
  if (text[offset] !== "/" || text[offset + 1] !== "*") return null;
  const end = text.indexOf("*/", offset + 2);
  return [text.slice(offset, end < 0 ? text.length : end + 2)];
}

const closers = new Map([
  ["'", "'"],
  ["\u201c", "\u201d\u201c"],
  ["\u201d", "\u201d"],
  ["\u201e", "\u201c\u201d"],
  ["\u2018", "\u2019\u2018"],
  ["\u2019", "\u2019"],
]);

/**
 * A string, up to the end of the line when it is never closed. Text in single or typographic quotes
 * counts too when it is closed on its line: the author means a string, and the lexer says what is wrong.
 */
export function scanString(text: string, offset: number): Match {
  const opening = text[offset];
  const straight = opening === '"';
  const closing = straight ? '"' : closers.get(opening);
  if (closing === undefined) return null;
  for (let k = offset + 1; k < text.length; k++) {
    const character = text[k];
    if (character === "\n" || character === "\r") return straight ? [text.slice(offset, k)] : null;
    if (closing.includes(character)) return [text.slice(offset, k + 1)];
    if (character === "\\" && straight && k + 1 < text.length) {
      if (text[k + 1] !== "\n" && text[k + 1] !== "\r") k++;
    }
  }
  return straight ? [text.slice(offset)] : null;
}

/** True when the text of a string token in straight quotes ends with its closing quote. */
export function isClosed(image: string): boolean {
  if (image.length < 2 || !image.endsWith('"')) return false;
  let slashes = 0;
  for (let k = image.length - 2; k > 0 && image[k] === "\\"; k--) slashes++;
  return slashes % 2 === 0;
}
