// Builds the WebAssembly modules of the runtime: runtime/kernels/wasm/assembly/<name>/index.ts (AssemblyScript)
// to runtime/kernels/wasm/<name>.wasm, which is committed, so that users need no AssemblyScript.
// `--check` writes nothing and fails when a committed file is not what its source gives, byte for byte.
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "runtime", "kernels", "wasm");
const sources = join(folder, "assembly");
const check = process.argv.includes("--check");

// No runtime, no stack and no data segment: the module shares a memory that belongs to somebody else.
const options = [
  ["--runtime", "stub"],
  ["--importMemory", "--initialMemory", "0", "--noExportMemory"],
  ["--enable", "simd"],
  ["-O3", "--converge", "--noAssert"],
].flat();

/** Modules that are built a second time for machines with relaxed SIMD, as `<name>-fma.wasm`. */
const withRelaxed = ["dense"];

const builds = readdirSync(sources)
  .sort()
  .filter((name) => existsSync(join(sources, name, "index.ts")))
  .flatMap((name) => [
    { name, out: `${name}.wasm`, more: [] },
    ...(withRelaxed.includes(name)
      ? [{ name, out: `${name}-fma.wasm`, more: ["--enable", "relaxed-simd"] }]
      : []),
  ]);

let stale = 0;
for (const { name, out, more } of builds) {
  let binary;
  const { error, stderr } = await asc.main(
    [`${name}/index.ts`, "--outFile", out, ...options, ...more],
    {
      readFile: (file) => {
        const path = join(sources, file);
        return existsSync(path) ? readFileSync(path, "utf8") : null;
      },
      writeFile: (file, contents) => {
        if (file === out) binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) {
    console.error(`${out}: ${stderr}`);
    process.exit(3);
  }
  if (dataSegments(binary) > 0) {
    console.error(`${out}: the module has a data segment, which would overwrite tensors`);
    process.exit(3);
  }
  const target = join(folder, out);
  const current = existsSync(target) && Buffer.compare(readFileSync(target), binary) === 0;
  if (current) continue;
  if (check) {
    console.error(`runtime/kernels/wasm/${out} is not current: node scripts/wasm.mjs`);
    stale += 1;
    continue;
  }
  writeFileSync(`${target}.new`, binary);
  renameSync(`${target}.new`, target);
  console.error(`runtime/kernels/wasm/${out}: ${binary.length} bytes`);
}
process.exitCode = stale === 0 ? 0 : 1;

/** Whether a module has a data section (section 11). */
function dataSegments(binary) {
  let at = 8;
  while (at < binary.length) {
    const id = binary[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++];
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (id === 11) return 1;
    at += size;
  }
  return 0;
}
