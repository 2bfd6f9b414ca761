#!/usr/bin/env node
// The command line runs on the pinned Node, whichever one the host has.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const own = dirname(fileURLToPath(import.meta.url));
const built = join(own, "..", "build", "bin", "nightshift.js");
const inRepository = join(own, "nightshift.ts");
const isRepository = existsSync(inRepository);
const entry = isRepository ? inRepository : built;

/** The pinned Node, beside this package's dependencies, which npm may have put further up. */
function pinnedNode(folder) {
  const candidate = join(folder, "node_modules", ".bin", "node");
  if (existsSync(candidate)) return candidate;
  const parent = dirname(folder);
  return parent === folder ? undefined : pinnedNode(parent);
}

const fail = (text) => {
  process.stderr.write(`nightshift: ${text}\n`);
  process.exit(1);
};

/** `init` works on any Node that can load it: there, nothing is installed yet. */
function nodeToUse() {
  const pinned = pinnedNode(own);
  if (pinned) return pinned;
  if (isRepository)
    return fail(
      "this checkout is not set up yet. Run `node tools/setup.mjs` in it, then try again.",
    );
  const [major = 0] = process.versions.node.split(".").map(Number);
  if (process.argv[2] === "init" && major >= 20) return process.execPath;
  return fail(
    'the pinned Node is missing, because npm did not run the install script of the package `node`. See that package.json has `"allowScripts": { "node": true }`, then run `npm install` again.',
  );
}

const node = nodeToUse();
const child = spawn(node, [entry, ...process.argv.slice(2)], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) =>
  fail(`${node} could not be started: ${error.message}. Install again, then try again.`),
);
child.on("exit", (code, signal) => {
  if (!signal) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
