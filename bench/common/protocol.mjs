/** Our side of a comparison: answers the requests of side.mjs on standard input. */
import { createInterface } from "node:readline";

/**
 * @param greeting what the first line says: versions by name
 * @param works by name, a function that prepares the work and returns the function that does it once
 */
export async function serve(greeting, works) {
  const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  say({ node: process.version, ...greeting });
  let current;
  for await (const line of createInterface({ input: process.stdin })) {
    const at = line.lastIndexOf(" ");
    const [name, times] = [line.slice(0, at), Number(line.slice(at + 1))];
    if (current?.name !== name) {
      current?.work.dispose?.();
      current = { name, work: await works[name]() };
      current.work();
    }
    const start = performance.now();
    for (let k = 0; k < times; k++) current.work();
    say({
      ms: (performance.now() - start) / times,
      peak: process.resourceUsage().maxRSS / 1024,
    });
  }
}
