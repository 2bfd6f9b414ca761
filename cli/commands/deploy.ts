/** `deploy`: bundles, compares, deploys by the CDK, and removes what is no longer in the settings. */
import { NotPossible } from "../../sdk/errors.ts";
import { runCdk } from "../deployment/cdk.ts";
import { deployAll } from "../deployment/deploy.ts";
import { askOnTerminal } from "../io/ask.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { type Common, onLoopbackOnly } from "../io/options.ts";
import { defaultSettings } from "../io/paths.ts";
import { connect, surroundings } from "../place/account.ts";
import { manifestOf } from "../place/manifest.ts";

export interface DeployOptions extends Common {
  readonly yes?: boolean;
  /** Ids of units, parted by commas. */
  readonly forget?: string;
}

/** @throws {NotPossible} on the embedded AWS, which carries everything out without a deployment */
export async function deployCommand(options: DeployOptions, io: Io): Promise<number> {
  onLoopbackOnly("deploy", false, { settings: options.settings });
  const around = await surroundings();
  if (around.embedded)
    throw new NotPossible(
      "on the embedded AWS there is nothing to deploy: set AWS_PROFILE or credentials of the account that is meant",
    );
  const { settings, units } = await manifestOf(defaultSettings, io);
  const account = await connect(around, settings.home, io);
  const result = await deployAll({
    account,
    settings,
    units,
    cdk: runCdk,
    ask: askOnTerminal,
    say: (line) => io.say(line),
    yes: options.yes === true,
    forget: options.forget?.split(",").map((id) => id.trim()) ?? [],
  });
  if (options.json) io.print(json(result));
  return !result.deployed || result.left.length ? exit.held : exit.done;
}
