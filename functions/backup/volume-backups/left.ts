/** What has sets of ours and is no longer backed up, and what the settings name and is not there. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { describeVolumes } from "../../../aws/ec2/volume.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { maker, setNameOf } from "../backup-set.ts";
import { leaversOf, leaversTold, type PlanHistory, unmatchedTold } from "../left-plan.ts";
import type { Chosen, Protected } from "./protected.ts";

const reads = [describeInstances, describeVolumes] as const;

/** A filter takes so many values. */
const filterValues = 200;

export interface Plan {
  readonly all: readonly Protected[];
  readonly made: ReadonlyMap<string, readonly Snapshot[]>;
  readonly chosen: Chosen;
  readonly place: { readonly region: string; readonly regions: readonly string[] };
  readonly remembered: PlanHistory["remembered"];
}

async function living(
  read: Reader<typeof reads>,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const by = (Name: string, Values: string[]) => ({ Filters: [{ Name, Values }] });
  const instances = ids.filter((id) => id.startsWith("i-"));
  for (const some of chunks(instances, filterValues))
    for await (const { InstanceId = "", State } of read(describeInstances(by("instance-id", some))))
      if (State?.Name !== "terminated" && State?.Name !== "shutting-down") found.add(InstanceId);
  const volumes = ids.filter((id) => id.startsWith("vol-"));
  for (const some of chunks(volumes, filterValues))
    for await (const { VolumeId = "" } of read(describeVolumes(by("volume-id", some))))
      found.add(VolumeId);
  return found;
}

/** A volume that an instance of the plan has by now comes with that. */
function selectedIn(all: readonly Protected[]): ReadonlySet<string> {
  return new Set(
    all.flatMap(({ about, volumes }) => [about, ...volumes.map(({ VolumeId = "" }) => VolumeId)]),
  );
}

/** @returns what to tell of them */
export async function leftOf(
  read: Reader<typeof reads>,
  { all, made, chosen, place, remembered }: Plan,
): Promise<string[]> {
  const selected = selectedIn(all);
  const sets = [...made.keys()].flatMap((id) => setNameOf(id) ?? []);
  const history = { unit: maker, remembered };
  const leavers = await leaversOf(sets, (about) => selected.has(about), history);
  const here = await living(
    read,
    leavers.map(({ about }) => about),
  );
  const remedy = `To have it back: the tag ${chosen.tag}, or its id in the settings.`;
  const words = leaversTold(leavers, (about) => here.has(about), remedy);
  const isUnmatched = (id: string) => !selected.has(id);
  return [
    ...words,
    ...unmatchedTold("instances with volumes", chosen.instances.filter(isUnmatched), place),
    ...unmatchedTold("volumes", chosen.volumes.filter(isUnmatched), place),
  ];
}
