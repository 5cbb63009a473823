/** Which of the valid words was meant? Restricted Damerau-Levenshtein distance. */

/** Number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, beforeLast[j - 2] + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}

/**
 * The one of `words` that `word` begins, else the closest (the first of several) when it is no more than
 * floor(0.4 n) + 1 edits away.
 */
export function closest(word: string, words: readonly string[]): string | undefined {
  if (word.length > 40) return undefined;
  const abbreviated = words.filter((one) => word.length > 2 && one.startsWith(word.toLowerCase()));
  if (abbreviated.length === 1) return abbreviated[0];
  // A two-letter word is one edit from too many others.
  let most = word.length < 3 ? 0 : Math.floor(0.4 * word.length) + 1;
  let found: string | undefined;
  for (const candidate of words) {
    const distance = editDistance(word.toLowerCase(), candidate);
    if (distance <= most && distance < candidate.length) {
      most = distance - 1;
      found = candidate;
    }
  }
  return found;
}
