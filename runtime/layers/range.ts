/** Ranges of parameters. */

/** Allowed values of a parameter; an open end is approached to within `OPEN_END`. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

/** Distance kept from an open end, relative to the end where that is larger than 1. */
export const OPEN_END = 1e-6;

/** The range's ends, open ones moved inwards. */
export function closedEnds(range: Range): [number, number] {
  const margin = (end: number): number => OPEN_END * Math.max(1, Math.abs(end));
  const { low, high } = range;
  return [
    range.lowOpen && Number.isFinite(low) ? low + margin(low) : low,
    range.highOpen && Number.isFinite(high) ? high - margin(high) : high,
  ];
}

/** Every value moved into the range. */
export function clampAll(values: Float32Array, range: Range | undefined): Float32Array {
  if (!range) return values;
  const [low, high] = closedEnds(range);
  return values.map((value) => Math.min(Math.max(value, low), high));
}
