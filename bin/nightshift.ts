/** The command line: `npx nightshift --help`. */
import { main } from "../cli/main.ts";

// Whoever reads has had enough, as `| head` has: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
});
