#!/usr/bin/env node
/** The `sgnnc` executable: hands the arguments over and sets the exit code. */
import { runCommandLine } from "./run.js";
import { processTerminal } from "./terminal.js";

process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
