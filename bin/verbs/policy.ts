/** `policy ID`: the exact IAM policy of a unit's role, from the manifest alone. */
import { partitionOf } from "../../core/arn.ts";
import { UsageError } from "../../core/errors.ts";
import { policyFor, undoPolicy } from "../../core/policy.ts";
import { exit } from "../cli/exit.ts";
import { failureOf } from "../cli/failure.ts";
import type { Io } from "../cli/io.ts";
import { json } from "../cli/json.ts";
import { manifestWith } from "../cli/manifest.ts";
import type { Common } from "../cli/options.ts";
import { fileOf } from "../cli/session.ts";
import { modeOf } from "./list.ts";

export async function policy(
  id: string,
  options: Common & { readonly undo?: boolean },
  io: Io,
): Promise<number> {
  const { surroundings, connect } = await import("../cli/account.ts");
  const around = await surroundings();
  const { manifest, unit } = await manifestWith(id, fileOf(options, around), io);
  const { settings } = manifest;
  if (options.undo && unit.kind !== "automation")
    throw new UsageError(`${id} is a ${unit.kind}: it changes nothing, so it has no undo role`);

  const account = await connect(around, settings.home, io).then(
    (found) => found.id,
    (error: unknown) => {
      io.say(
        `the account is not known, so the policy says {account} in its place: ${failureOf(error).message}`,
      );
      return "{account}";
    },
  );
  const owner = { partition: partitionOf(settings.home), account };
  if (!options.undo && unit.kind === "automation" && unit.mode === "watch")
    io.say(
      `${id} is in mode ${modeOf(unit)}: its role may only look. In ask and act it may change too.`,
    );
  io.print(json(options.undo ? undoPolicy(unit, settings, owner) : policyFor(manifest, id, owner)));
  return exit.done;
}
