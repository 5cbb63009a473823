/** The tables of `npm run bench`. */
import { markdown, number } from "./results.mjs";

const MAIN = ["training", "events", "cold start"];

/** @param machine processor and cores, as a sentence says them */
export function report(rows, machine) {
  const parts = [];
  const main = rows.filter(({ group }) => MAIN.includes(group));
  if (main.length > 0) parts.push(mainTable(main));
  const kernels = rows.filter(({ group }) => group === "kernels");
  if (kernels.length > 0) parts.push(kernelTable(kernels));
  parts.push(`${machine}; ${versionsOf(rows)}; medians of at least ${fewestPairs(rows)} pairs.`);
  return parts.join("\n\n");
}

function mainTable(rows) {
  const header = ["work", "backend", "threads", "ours (ms)", "peer (ms)", "ratio", "target"];
  const cells = rows.map((row) => [
    row.about,
    row.backend,
    row.threads ?? "all",
    number(row.ours, 2),
    number(row.peer, 2),
    number(row.ratio, 2),
    row.target ?? "-",
    number(row.ourPeak, 0),
    number(row.peerPeak, 0),
  ]);
  return [
    "Ratio: peer time / our time. Peak: resident memory of the process, MiB.",
    markdown([...header, "our peak", "peer's peak"], cells),
  ].join("\n\n");
}

function kernelTable(rows) {
  const { machine } = rows.at(-1);
  const rate = (perMs) => (perMs / 1e6).toFixed(1);
  const header = ["kernel", "backend", "ours (ms)", "torch (ms)", "ratio", "torch's way"];
  const share = (value) => (value === undefined ? "-" : `${(100 * value).toFixed(0)} %`);
  const cells = rows.map((row) => [
    row.about,
    row.backend,
    number(row.ours, 2),
    number(row.peer, 2),
    number(row.ratio, 2),
    row.peerWay ?? "-",
    share(row.roofline),
    row.backend === "wasm" ? share(row.wasmRoofline) : "-",
    share(row.peerRoofline),
  ]);
  const about =
    `One thread. The machine: ${rate(machine.bytesPerMs)} GB/s (triad), ${rate(machine.operationsPerMs)} GFLOP/s ` +
    `(native), ${rate(machine.wasmOperationsPerMs)} GFLOP/s (WebAssembly, 128 bits without fused multiply-add). ` +
    "Shares of the roofline: the least time by these rates / the time taken.";
  const shares = ["ours of roofline", "ours of WebAssembly's", "torch of roofline"];
  return [about, markdown([...header, ...shares], cells)].join("\n\n");
}

function versionsOf(rows) {
  const versions = {};
  for (const row of rows) Object.assign(versions, row.versions);
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}

function fewestPairs(rows) {
  return Math.min(...rows.map(({ pairs }) => pairs));
}
