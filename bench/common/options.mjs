/** Words of the command line: `--name value` and `--name`. */
export function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
}

export function flag(name) {
  return process.argv.includes(`--${name}`);
}

/** Stops with a usage line when a word is no known option. */
export function checkOptions(usage, withValue, flags) {
  for (let k = 2; k < process.argv.length; k++) {
    const name = process.argv[k].replace(/^--/, "");
    if (withValue.includes(name) && process.argv[k + 1] !== undefined) k++;
    else if (!flags.includes(name)) {
      console.error(`unknown or incomplete option ${process.argv[k]}\nusage: ${usage}`);
      process.exit(2);
    }
  }
}
