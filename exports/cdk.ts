/** The deployment, for a team's own CDK app. */
import { resolve } from "node:path";
import { Construct } from "constructs";
import { freshManifest } from "../cli/bundle/stale.ts";
import { projectRoot } from "../cli/io/paths.ts";
import { nightshift } from "../lib/nightshift.ts";

export interface NightshiftProps {
  /** The settings file, relative to the project. Default `nightshift.config.ts`. */
  readonly config?: string;
  /** The folder of the bundles, relative to the project. Default `dist`. */
  readonly out?: string;
  /** 12 digits. Absent: whichever account it is deployed to. */
  readonly account?: string;
}

/**
 * All that the settings deploy, as stacks of their own in the app that `scope` is of. Bundles first
 * where `dist/` is missing or older than its sources.
 * @throws {SettingsError} when the settings are wrong
 */
export class Nightshift extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { config, out = "dist", account }: NightshiftProps = {},
  ) {
    super(scope, id);
    const manifest = freshManifest({ settings: config, out });
    nightshift(scope, manifest, resolve(projectRoot, out), account);
  }
}
