/** `policy ID`: the exact IAM policy of a unit's role, from the manifest alone. */

import { policyFor, undoPolicy } from "../../lib/iam/policy.ts";
import { partitionOf } from "../../sdk/arn.ts";
import { UsageError } from "../../sdk/errors.ts";
import type { ManifestUnit } from "../../settings/manifest.ts";
import { mayChange, mayTakeBack } from "../../settings/mode.ts";
import { exit } from "../io/exit.ts";
import { failureOf } from "../io/failure.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import type { Common } from "../io/options.ts";
import { manifestWith } from "../place/manifest.ts";
import { fileOf } from "../place/session.ts";
import { modeOf } from "./list.ts";

export async function policy(
  id: string,
  options: Common & { readonly undo?: boolean },
  io: Io,
): Promise<number> {
  const { surroundings, connect } = await import("../place/account.ts");
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
  if (unit.kind === "automation") tellOfMode(unit, options.undo === true, io);
  io.print(json(options.undo ? undoPolicy(unit, settings, owner) : policyFor(manifest, id, owner)));
  return exit.done;
}

/** What the mode leaves out of the roles that are deployed. */
function tellOfMode(unit: ManifestUnit, ofUndo: boolean, io: Io): void {
  const { id, mode } = unit;
  const about = `${id} is in mode ${modeOf(unit)}:`;
  if (ofUndo && !mayTakeBack(mode))
    io.say(`${about} it has no undo role. In ask, act and retired it has this one.`);
  if (!ofUndo && !mayChange(mode))
    io.say(`${about} its role may only look. In ask and act it may change too.`);
}
