/** The CDK's own command line, in the version that the project has installed. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { NotPossible } from "../../sdk/errors.ts";
import { projectRoot } from "../io/paths.ts";

/** Runs `cdk` with these arguments. @returns its exit code */
export type Cdk = (args: readonly string[]) => Promise<number>;

function scriptOf(): string {
  try {
    return createRequire(join(projectRoot, "package.json")).resolve("aws-cdk/bin/cdk");
  } catch {
    throw new NotPossible(
      `the package aws-cdk is not installed in ${projectRoot}: run \`npm install\` there, then try again`,
    );
  }
}

/** In the project's folder. What it says goes to stderr: stdout is for what the verb gives. */
export const runCdk: Cdk = (args) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [scriptOf(), ...args], {
      cwd: projectRoot,
      stdio: ["inherit", process.stderr, "inherit"],
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });

/** As the CDK selects a stack, wherever in the app the construct stands. */
export const selecting = (stackName: string): string => `**/${stackName}`;
