/**
 * The deterministic mode: with `SGNN_DETERMINISTIC=1` a run gives the same bits on every machine of a kind of
 * backend, whatever its processor offers. Without it, sums of products may be rounded differently from one
 * processor to another (fused multiply-add, wider vectors); on one machine a run always gives the same bits.
 */
export function isDeterministic(): boolean {
  const value = process.env["SGNN_DETERMINISTIC"];
  return value !== undefined && value !== "" && value !== "0";
}
