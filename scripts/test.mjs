// The one test command: builds, runs every check of the house and all tests, and ends with one line,
// `N passed, N failed`. A check counts as one test. `npm test -- test/cli` runs only those tests.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const only = process.argv.slice(2);
const tool = (name, file) => join(root, "node_modules", name, file);

const checks = [
  ["build", ["scripts/build.mjs"]],
  ["types of tests and examples", [tool("typescript", "bin/tsc"), "--noEmit", "-p", "."]],
  ["lint", [tool("eslint", "bin/eslint.js"), "."]],
  ["formatting", [tool("prettier", "bin/prettier.cjs"), "--check", "--log-level", "warn", "."]],
  [
    "who may import whom",
    [tool("dependency-cruiser", "bin/dependency-cruise.mjs"), "grammar", "compiler", "runtime"],
  ],
  ["WebAssembly modules are current", ["scripts/wasm.mjs", "--check"]],
  ["embedded standard library is current", ["scripts/std-sources.mjs", "--check"]],
  [
    "examples are formatted",
    ["dist/compiler/cli/main.js", "format", "examples", "compiler/std", "--check"],
  ],
  [
    "generated examples are current",
    ["dist/compiler/cli/main.js", "compile", "examples", "--check"],
  ],
];

const run = (args) =>
  spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status === 0;

let passed = 0;
let failed = 0;
for (const [name, args] of only.length > 0 ? checks.slice(0, 1) : checks) {
  const fine = run(args);
  if (fine) passed += 1;
  else failed += 1;
  console.log(`${fine ? "ok    " : "FAILED"} ${name}`);
}

const folder = mkdtempSync(join(tmpdir(), "sgnn-test-"));
const report = join(folder, "report.json");
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const fine = run([tool("vitest", "vitest.mjs"), "run", ...reporters, ...only]);
try {
  const counts = JSON.parse(readFileSync(report, "utf8"));
  passed += counts.numPassedTests;
  failed += counts.numFailedTests;
  // A file that breaks before its first test, or an error outside any test, is a failure too.
  if (!fine && counts.numFailedTests === 0) failed += Math.max(1, counts.numFailedTestSuites);
} catch {
  failed += 1;
}
rmSync(folder, { recursive: true, force: true });

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
