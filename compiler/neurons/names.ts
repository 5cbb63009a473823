/**
 * Gives out identifiers: a wanted name as it is when it is free, else the name with a number or,
 * for a reserved word, an underscore. The answer depends only on the order of the questions.
 */

/** Words that cannot name a `const` in a strict module, and globals that emitted code uses. */
const RESERVED = [
  "abstract arguments as async await boolean break case catch class const continue debugger declare",
  "default delete do else enum eval export extends false finally for from function get if implements",
  "import in instanceof interface let module new null number object of package private protected",
  "public require return set static string super switch symbol this throw true try type typeof",
  "undefined var void while with yield",
  "Array Float32Array Float64Array Infinity Math NaN Number Object sg",
]
  .join(" ")
  .split(" ");

export class Names {
  private readonly taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.taken = new Set([...RESERVED, ...taken]);
  }

  /** A free identifier close to `wanted`; it is taken from now on. */
  fresh(wanted: string): string {
    let free = wanted;
    if (this.taken.has(free) && RESERVED.includes(free)) free = `${wanted}_`;
    for (let n = 2; this.taken.has(free); n++) free = `${wanted}${n}`;
    this.taken.add(free);
    return free;
  }

  has(name: string): boolean {
    return this.taken.has(name);
  }

  /** An independent copy: names of an inner scope do not block those of its neighbour. */
  copy(): Names {
    return new Names(this.taken);
  }
}

/** `v` -> `V`, `wSelf` -> `WSelf`. */
export function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
