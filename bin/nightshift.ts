/** The command line: `npx nightshift --help`. */
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { settingsFolder } from "../cli/io/paths.ts";

// Compiled once, loaded from then on: a third of the time until a command begins. In a project alone,
// where nobody writes who could not write the code itself.
const project = settingsFolder(process.cwd());
if (project) enableCompileCache(join(project, ".nightshift", "compiled"));

const { main } = await import("../cli/main.ts");

// Whoever reads has had enough, as `| head` has: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
});
