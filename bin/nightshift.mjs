#!/usr/bin/env node
// The command line runs on the pinned Node, whichever one the host has.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const node = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));
if (!existsSync(node)) {
  process.stderr.write(
    "nightshift: this checkout is not set up yet. Run `node tools/setup.mjs` in it, then try again.\n",
  );
  process.exit(1);
}
const child = spawn(
  node,
  [fileURLToPath(new URL("nightshift.ts", import.meta.url)), ...process.argv.slice(2)],
  { stdio: "inherit" },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  process.stderr.write(
    `nightshift: ${node} could not be started: ${error.message}. Run \`node tools/setup.mjs\`, then try again.\n`,
  );
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (!signal) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
