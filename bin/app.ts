/** The CDK app. Reads `dist/` alone: no unit and no SDK client is loaded. */
import { resolve } from "node:path";
import { App } from "aws-cdk-lib";
import { type Dist, freshManifest } from "../cli/bundle/stale.ts";
import { failureOf } from "../cli/io/failure.ts";
import { projectRoot } from "../cli/io/paths.ts";
import { NightshiftStacks } from "../lib/nightshift.ts";
import type { Manifest } from "../settings/manifest.ts";

/** Where there is none, what is wrong and its remedy are the last that is said: no stack trace. */
function manifestOrEnd(dist: Dist): Manifest {
  try {
    return freshManifest(dist);
  } catch (error) {
    const { message, exitCode } = failureOf(error);
    console.error(`nightshift: ${message}`);
    process.exit(exitCode);
  }
}

// Validation and cdk-nag are a gate of their own, test/synth.test.ts: here they would cost seconds
// at every look.
const app = new App({ builtinCloudFormationValidation: false });
const settings = app.node.tryGetContext("settings") as string | undefined;
const out = (app.node.tryGetContext("out") as string | undefined) ?? "dist";
const manifest = manifestOrEnd({ settings, out });
new NightshiftStacks(app, "Nightshift", {
  manifest,
  dist: resolve(projectRoot, out),
  account: process.env.CDK_DEFAULT_ACCOUNT,
});
app.synth();
