/** The deployment, for a team's own CDK app. */
import { resolve } from "node:path";
import type { Construct } from "constructs";
import { freshManifest } from "../cli/bundle/stale.ts";
import { projectRoot } from "../cli/io/paths.ts";
import { NightshiftStacks as DeployedNightshift } from "../lib/nightshift.ts";

export interface NightshiftOptions {
  /** The settings file, relative to the project. Default `nightshift.config.ts`. */
  readonly config?: string;
  /** The folder of the bundles, relative to the project. Default `dist`. */
  readonly out?: string;
  /** 12 digits. Absent: whichever account it is deployed to. */
  readonly account?: string;
}

/**
 * All that the settings deploy, as stacks of their own. Bundles first where `dist/` is missing or
 * older than its sources.
 * @throws {SettingsError} when the settings are wrong
 */
export class Nightshift extends DeployedNightshift {
  constructor(scope: Construct, id: string, options: NightshiftOptions = {}) {
    const { config, out = "dist", account } = options;
    super(scope, id, {
      manifest: freshManifest({ settings: config, out }),
      dist: resolve(projectRoot, out),
      account,
    });
  }
}
