/** `policy ID`: the exact IAM policy of a unit's role, or of people, from the manifest alone. */

import { peoplePolicy } from "../../lib/iam/people.ts";
import { policyFor, undoPolicy } from "../../lib/iam/policy.ts";
import { partitionOf } from "../../sdk/arn.ts";
import { UsageError } from "../../sdk/errors.ts";
import type { ManifestUnit } from "../../settings/manifest.ts";
import { mayChange, mayTakeBack } from "../../settings/mode.ts";
import type { Owner } from "../../settings/statements.ts";
import { exit } from "../io/exit.ts";
import { failureOf } from "../io/failure.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import type { Common } from "../io/options.ts";
import type { Surroundings } from "../place/account.ts";
import { manifestOf, manifestWith } from "../place/manifest.ts";
import { fileOf } from "../place/session.ts";
import { modeOf } from "./list.ts";

interface PolicyOptions extends Common {
  readonly undo?: boolean;
  /** Of those on call, in place of a unit's. */
  readonly people?: boolean;
}

export async function policy(
  id: string | undefined,
  options: PolicyOptions,
  io: Io,
): Promise<number> {
  const { surroundings } = await import("../place/account.ts");
  const around = await surroundings();
  if (options.people) {
    if (id !== undefined || options.undo)
      throw new UsageError("--people is the policy of those on call: leave the unit out");
    const manifest = await manifestOf(fileOf(options, around), io);
    const owner = await ownerIn(around, manifest.settings.home, io);
    io.print(json(peoplePolicy(manifest, owner)));
    return exit.done;
  }
  if (id === undefined)
    throw new UsageError("name a unit, or give --people for the policy of those on call");
  const { manifest, unit } = await manifestWith(id, fileOf(options, around), io);
  const { settings } = manifest;
  if (options.undo && unit.kind !== "automation")
    throw new UsageError(`${id} is a ${unit.kind}: it changes nothing, so it has no undo role`);

  const owner = await ownerIn(around, settings.home, io);
  if (unit.kind === "automation") tellOfMode(unit, options.undo === true, io);
  io.print(json(options.undo ? undoPolicy(unit, settings, owner) : policyFor(manifest, id, owner)));
  return exit.done;
}

async function ownerIn(around: Surroundings, home: string, io: Io): Promise<Owner> {
  const { connect } = await import("../place/account.ts");
  const account = await connect(around, home, io).then(
    (found) => found.id,
    (error: unknown) => {
      io.say(
        `the account is not known, so the policy says {account} in its place: ${failureOf(error).message}`,
      );
      return "{account}";
    },
  );
  return { partition: partitionOf(home), account };
}

/** What the mode leaves out of the roles that are deployed. */
function tellOfMode(unit: ManifestUnit, ofUndo: boolean, io: Io): void {
  const { id, mode, undoes } = unit;
  const about = `${id} is in mode ${modeOf(unit)}:`;
  if (ofUndo && !undoes.length)
    io.say(`${id} does nothing that can be taken back: it has no undo role in any mode.`);
  else if (ofUndo && !mayTakeBack(mode))
    io.say(`${about} it has no undo role. In ask, act and retired it has this one.`);
  if (!ofUndo && !mayChange(mode))
    io.say(`${about} its role may only look. In ask and act it may change too.`);
}
