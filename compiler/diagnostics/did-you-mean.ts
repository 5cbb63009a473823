/** Guesses the name that was meant, for "did you mean ..?". */

/** Two names of one program that a reader could take for each other, or undefined. */
export interface Candidates {
  /** Names of the kind that is wanted at this place, e.g. the neurons where a neuron belongs. */
  readonly right: Iterable<string>;
  /** Names of other kinds; only used when none of the right kind is close. */
  readonly other?: Iterable<string>;
}

/**
 * The candidate nearest to `name` by Damerau-Levenshtein distance, at most floor(0.4 n) + 1 away for
 * a name of n characters. Names of the right kind come first, then spelling; of equally near ones the
 * first given wins. A candidate of either kind that differs only in upper and lower case is nearest.
 */
export function didYouMean(name: string, candidates: Candidates): string | undefined {
  const { right, other = [] } = candidates;
  const translated = elsewhere.get(name.toLowerCase().replaceAll("_", ""));
  if (translated !== undefined && [...right, ...other].includes(translated)) return translated;
  return sameButCase(name, [...right, ...other]) ?? nearest(name, right) ?? nearest(name, other);
}

/** What PyTorch, PyTorch Geometric and snnTorch call it, in lower case without `_`, and its name here. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ["lr", "rate"],
  ["learningrate", "rate"],
  ["weightdecay", "decay"],
  ["l2", "decay"],
  ["eps", "epsilon"],
  ["linear", "Dense"],
  ["lin", "Dense"],
  ["gcnconv", "GCN"],
  ["sageconv", "SAGE"],
  ["ginconv", "GIN"],
  ["gatconv", "GAT"],
  ["gatv2conv", "GATv2"],
  ["pnaconv", "PNA"],
  ["leaky", "LIF"],
  ["average", "mean"],
  ["avg", "mean"],
  ["add", "sum"],
  ["float", "real"],
  ["float32", "real"],
  ["double", "real"],
  ["binary", "spike"],
  ["bool", "spike"],
  ["ternary", "trit"],
  ["int", "label"],
  ["long", "label"],
  ["nllloss", "cross_entropy"],
  ["crossentropyloss", "cross_entropy"],
  ["mseloss", "mse"],
  ["l1loss", "mae"],
]);

/**
 * What is a function or module elsewhere and a construct here, as a phrase to write instead; names in lower
 * case without `_`.
 */
const constructs: ReadonlyMap<string, string> = new Map([
  ["globalmeanpool", "pool mean h over g"],
  ["globaladdpool", "pool sum h over g"],
  ["globalmaxpool", "pool max h over g"],
  ["meanpool", "pool mean h over g"],
  ["addpool", "pool sum h over g"],
  ["sumpool", "pool sum h over g"],
  ["maxpool", "pool max h over g"],
  ["propagate", "gather sum over j -> i { x[j] }"],
  ["scatter", "gather sum over j -> i { x[j] }"],
  ["messagepassing", "gather sum over j -> i { x[j] }"],
  ["sequential", "x |> Dense<16> |> relu |> Dense<1>"],
  ["knngraph", "knn<20>(x)"],
]);

/** What to write instead of a call that is a construct in this language. */
export function constructFor(name: string): string | undefined {
  return constructs.get(name.toLowerCase().replaceAll("_", ""));
}

/** `ReLU` is `relu`, of whatever kind that is, rather than `PReLU`. */
function sameButCase(name: string, candidates: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  return candidates.find((one) => one !== name && one.toLowerCase() === lower);
}

function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.floor(0.4 * name.length) + 1;
  for (const candidate of candidates) {
    if (candidate === name) continue;
    const distance = nameDistance(name, candidate, bestDistance);
    if (distance < bestDistance || (distance === bestDistance && best === undefined)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** As `editDistance`; 0.5 when only the case differs. Candidates sharing no letter are infinitely far. */
function nameDistance(name: string, candidate: string, limit: number): number {
  if (name.toLowerCase() === candidate.toLowerCase()) return 0.5;
  if (Math.abs(name.length - candidate.length) > limit) return Infinity;
  const distance = editDistance(name, candidate);
  // Replacing every letter is not a typing error: `x` is not a misspelt `v`.
  return distance >= Math.max(name.length, candidate.length) ? Infinity : distance;
}

/**
 * Damerau-Levenshtein distance (optimal string alignment): the least number of inserted, deleted or
 * replaced characters and swapped neighbours that turn `a` into `b`.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replace = last[column - 1] + (a[row - 1] === b[column - 1] ? 0 : 1);
      let cost = Math.min(replace, last[column] + 1, current[column - 1] + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, beforeLast[column - 2] + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length];
}
