/**
 * A spiking equilibrium over snapshots in double precision, by other means than the runtime: plain
 * iteration to rest, Jacobians by central differences (exact where the map is linear), dense elimination.
 *
 *   a1 = clip((A_t aL W + x_t F + previous U) / 2),  a2 = clip(A_t a1 G / 2),  aL = clip((A_t a2 K + a1 C) / 2)
 */
export const THRESHOLD = 2;

export interface Small {
  readonly nodes: number;
  readonly width: number;
  /** Symmetric-normalised adjacency with self loops of each snapshot, [N, N]. */
  readonly adjacency: readonly Float64Array[];
  /** [T][N, H]. */
  readonly x: readonly Float64Array[];
  /** W, F, U, G, K, C: [H, H] each. */
  readonly weights: readonly Float64Array[];
}

type Rows = Float64Array;

function product(a: Rows, b: Rows, rows: number, inner: number, columns: number): Rows {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++)
      for (let j = 0; j < columns; j++)
        out[i * columns + j]! += a[i * inner + k]! * b[k * columns + j]!;
  return out;
}
const sum = (...all: readonly Rows[]): Rows =>
  all[0]!.map((_, k) => all.reduce((total, one) => total + one[k]!, 0));
const rate = (current: Rows): Rows =>
  current.map((value) => Math.min(1, Math.max(0, value / THRESHOLD)));

/** One evaluation of the composed map of snapshot t. */
export function evaluate(
  { nodes: n, width: h, adjacency }: Small,
  t: number,
  a: Rows,
  previous: Rows,
  x: Rows,
  [w, f, u, g, k, c]: readonly Rows[],
): Rows {
  const spread = (value: Rows): Rows => product(adjacency[t]!, value, n, n, h);
  const times = (value: Rows, weight: Rows): Rows => product(value, weight, n, h, h);
  const a1 = rate(sum(times(spread(a), w!), times(x, f!), times(previous, u!)));
  const a2 = rate(times(spread(a1), g!));
  return rate(sum(times(spread(a2), k!), times(a1, c!)));
}

/** The states of all snapshots at rest. */
export function rest(small: Small, weights = small.weights, x = small.x): Rows[] {
  const states: Rows[] = [];
  small.adjacency.forEach((_, t) => {
    const previous = states[t - 1] ?? new Float64Array(small.nodes * small.width);
    let a = new Float64Array(small.nodes * small.width) as Rows;
    for (let k = 0; k < 400; k++) a = evaluate(small, t, a, previous, x[t]!, weights);
    states.push(a);
  });
  return states;
}

/** Columns: change of `f` per unit of each element of `at`. */
function jacobian(f: (value: Rows) => Rows, at: Rows): Rows[] {
  const step = 1e-7;
  return Array.from(at, (_, k) => {
    const moved = (by: number): Rows => {
      const copy = at.slice();
      copy[k]! += by;
      return f(copy);
    };
    const up = moved(step);
    const down = moved(-step);
    return up.map((value, i) => (value - down[i]!) / (2 * step));
  });
}

const pulled = (columns: readonly Rows[], v: Rows): Rows =>
  Float64Array.from(columns, (column) =>
    column.reduce((total, value, i) => total + value * v[i]!, 0),
  );

/** Solves (I - J^T) v = g by elimination with pivots. */
function solveAdjoint(columns: readonly Rows[], g: Rows): Rows {
  const n = g.length;
  const m = Array.from({ length: n }, (_, r) =>
    Float64Array.from({ length: n + 1 }, (_, c) =>
      c === n ? g[r]! : (r === c ? 1 : 0) - columns[r]![c]!,
    ),
  );
  for (let p = 0; p < n; p++) {
    let best = p;
    for (let r = p + 1; r < n; r++) if (Math.abs(m[r]![p]!) > Math.abs(m[best]![p]!)) best = r;
    [m[p], m[best]] = [m[best]!, m[p]!];
    for (let r = 0; r < n; r++) {
      if (r === p) continue;
      const factor = m[r]![p]! / m[p]![p]!;
      for (let c = p; c <= n; c++) m[r]![c]! -= factor * m[p]![c]!;
    }
  }
  return Float64Array.from({ length: n }, (_, r) => m[r]![n]! / m[r]![r]!);
}

/** Gradients of sum_t <g_t, a_t> with respect to the weights, then to x over all snapshots. */
export function denseGradient(
  small: Small,
  g: readonly Rows[],
  carry: "exact" | "truncated",
): Rows[] {
  const states = rest(small);
  const { weights, x } = small;
  const zero = new Float64Array(small.nodes * small.width) as Rows;
  const totals = weights.map((weight) => new Float64Array(weight.length) as Rows);
  const ofX: Rows[] = [];
  let carried = zero;
  for (let t = states.length - 1; t >= 0; t--) {
    const previous = states[t - 1] ?? zero;
    const a = states[t]!;
    const ofState = jacobian((v) => evaluate(small, t, v, previous, x[t]!, weights), a);
    const v = solveAdjoint(ofState, sum(g[t]!, carried));
    weights.forEach((weight, k) => {
      const of = jacobian(
        (value) =>
          evaluate(
            small,
            t,
            a,
            previous,
            x[t]!,
            weights.map((w, j) => (j === k ? value : w)),
          ),
        weight,
      );
      totals[k] = sum(totals[k]!, pulled(of, v));
    });
    ofX.unshift(
      pulled(
        jacobian((value) => evaluate(small, t, a, previous, value, weights), x[t]!),
        v,
      ),
    );
    const ofPrevious = jacobian((value) => evaluate(small, t, a, value, x[t]!, weights), previous);
    carried = carry === "exact" ? pulled(ofPrevious, v) : zero;
  }
  return [...totals, Float64Array.from(ofX.flatMap((rows) => [...rows]))];
}

/** The loss sum_t <g_t, a_t> at rest. */
export function loss(small: Small, g: readonly Rows[], weights: readonly Rows[]): number {
  return rest(small, [...weights]).reduce(
    (total, a, t) => total + a.reduce((inner, value, i) => inner + value * g[t]![i]!, 0),
    0,
  );
}
