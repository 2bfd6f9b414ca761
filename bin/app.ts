/** The CDK app. Reads `dist/` alone: no unit and no SDK client is loaded. */
import { resolve } from "node:path";
import { App } from "aws-cdk-lib";
import { freshManifest } from "../cli/bundle/stale.ts";
import { projectRoot } from "../cli/io/paths.ts";
import { NightshiftStacks } from "../lib/nightshift.ts";

// Validation and cdk-nag are a gate of their own, test/synth.test.ts: here they would cost seconds
// at every look.
const app = new App({ builtinCloudFormationValidation: false });
const settings = app.node.tryGetContext("settings") as string | undefined;
const out = (app.node.tryGetContext("out") as string | undefined) ?? "dist";
const manifest = freshManifest({ settings, out });
new NightshiftStacks(app, "Nightshift", {
  manifest,
  dist: resolve(projectRoot, out),
  account: process.env.CDK_DEFAULT_ACCOUNT,
});
app.synth();
