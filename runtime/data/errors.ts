/**
 * Errors of the data floor, and the words they share. Codes R2xx; each code means one kind of
 * failure and is never reused (the list is in README.md).
 */
import { SgnnError } from "../error.js";

/** A failure while reading or preparing data: what is wrong, why that is an error, what to do. */
export function dataError(code: string, message: string, why: string, fix: string): SgnnError {
  return new SgnnError({ code, message, why, fix });
}

/** Edits between two words, where swapping neighbours counts as one (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  const table = new Int32Array((a.length + 1) * width);
  for (let j = 0; j <= b.length; j++) table[j] = j;
  for (let i = 1; i <= a.length; i++) {
    table[i * width] = i;
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(
        (table[(i - 1) * width + j] ?? 0) + 1,
        (table[i * width + j - 1] ?? 0) + 1,
        (table[(i - 1) * width + j - 1] ?? 0) + change,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (table[(i - 2) * width + j - 2] ?? 0) + 1);
      }
      table[i * width + j] = best;
    }
  }
  return table[a.length * width + b.length] ?? 0;
}

/** The candidate closest to `word`, when it is close enough to be a misspelling of it. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.floor(0.4 * word.length) + 2;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `did you mean "x"? It has: ...` : the repair for a name that is not there. */
export function suggest(word: string, candidates: readonly string[], what: string): string {
  const close = nearest(word, candidates);
  const list =
    candidates.length === 0
      ? `there are no ${what}`
      : `the ${what} are: ${candidates.slice(0, 40).join(", ")}${candidates.length > 40 ? ", ..." : ""}`;
  return close === undefined ? list : `did you mean "${close}"? ${list}`;
}
