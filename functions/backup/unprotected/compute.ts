/** Instances with their volumes, and volumes by themselves: as `volume-backups` backs them up. */
import type { Instance, Volume } from "@aws-sdk/client-ec2";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { describeVolumes } from "../../../aws/ec2/volume.ts";
import { arnOf } from "../../../sdk/arn.ts";
import { exemptingRules, exemptsBy } from "../../../sdk/exempt-from.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { exemptTag } from "../../../sdk/tags.ts";
import { maker } from "../backup-set.ts";
import type { LookingPlace } from "./place.ts";
import type { KeptBackups, Resource, TagList } from "./resource.ts";
import { volumeArn } from "./snapshots.ts";

export const computeReads = [describeInstances, describeVolumes] as const;
type Here = LookingPlace<typeof computeReads>;

export const reporter = "unprotected";

const asksNotTo = exemptingRules({ own: [reporter, maker], others: undefined, byName: true });
/** Whether somebody says by its tag, and by name, that it needs no backup. */
export const isLeftOut = (tags: TagList): boolean =>
  tags.some(({ Key, Value = "" }) => Key === exemptTag && exemptsBy(Value, asksNotTo));

const nameIn = (tags: TagList | undefined, id: string): string => {
  const name = tags?.find(({ Key }) => Key === "Name")?.Value;
  return name ? `${name} (${id})` : id;
};

/** A stack that made it does not make anew what was on it. */
function madeAnew(tags: TagList | undefined): string | undefined {
  const manager = managedBy(tags?.filter(({ Key = "" }) => !Key.startsWith("aws:cloudformation:")));
  return manager && `it belongs to ${manager}`;
}

const ended = new Set(["terminated", "shutting-down"]);
const holdersOf = ({ Attachments = [] }: Volume): string[] =>
  Attachments.flatMap(({ InstanceId }) => InstanceId ?? []);

const earliest = (moments: readonly (Date | undefined)[]): Date | undefined =>
  moments
    .filter((at) => at !== undefined)
    .toSorted((a, b) => a.getTime() - b.getTime())
    .at(0);

/** As good as that of its volumes of which the newest backup is the oldest. */
function worstOf(parts: readonly { readonly id: string; readonly kept: KeptBackups }[]) {
  const [worst] = parts.toSorted(
    (a, b) => (a.kept.newest?.at.getTime() ?? 0) - (b.kept.newest?.at.getTime() ?? 0),
  );
  const isPartly = parts.some(({ kept }) => kept.newest) && parts.length > 1;
  return { worst, part: isPartly ? worst?.id : undefined };
}

const newer = (a: KeptBackups, b: KeptBackups): KeptBackups =>
  (a.newest?.at.getTime() ?? 0) >= (b.newest?.at.getTime() ?? 0) ? a : b;

function asInstance(
  instance: Instance,
  volumes: readonly Volume[],
  place: Here,
): Resource | undefined {
  const { InstanceId: id = "", Tags: tags = [], State, InstanceLifecycle } = instance;
  const included = volumes.filter(({ Tags = [] }) => !isLeftOut(Tags));
  // Nothing of it lasts: its disks are gone when it stops.
  if (!included.length) return undefined;
  const arn = arnOf({
    service: "ec2",
    region: place.region,
    account: place.account,
    resource: `instance/${id}`,
  });
  // Of the whole instance AWS Backup keeps an image, which holds all its volumes.
  const whole = place.shelf.of(arn);
  const parts = included.map(({ VolumeId = "" }) => ({
    id: VolumeId,
    kept: newer(place.shelf.of(volumeArn(place, VolumeId)), whole),
  }));
  const { worst, part } = worstOf(parts);
  const drilled = parts.map(({ kept }) => kept.drilled).find((words) => words !== undefined);
  return {
    kind: "instance",
    ...{ arn, id, tags },
    region: place.region,
    name: nameIn(tags, id),
    // A start is a launch: when it was made its oldest volume says.
    created: earliest(included.map(({ CreateTime }) => CreateTime)),
    passing: State?.Name === "pending" ? "it is being started for the first time" : undefined,
    apart: InstanceLifecycle === "spot" ? "it is a spot instance" : madeAnew(tags),
    unread: [],
    newest: worst?.kept.newest,
    useless: worst?.kept.useless,
    drilled,
    part,
  };
}

const passingStates: Readonly<Record<string, string>> = {
  creating: "it is being created",
  deleting: "it is being deleted",
  deleted: "it is deleted",
  error: "it failed when it was created",
};

function asVolume(volume: Volume, place: Here): Resource {
  const { VolumeId: id = "", Tags: tags = [], CreateTime, State = "" } = volume;
  const arn = volumeArn(place, id);
  return {
    kind: "volume",
    ...{ arn, id, tags },
    region: place.region,
    name: nameIn(tags, id),
    created: CreateTime,
    passing: passingStates[State],
    apart: madeAnew(tags),
    unread: [],
    part: undefined,
    ...place.shelf.of(arn),
  };
}

export async function computeIn(place: Here): Promise<Resource[]> {
  const [instances, volumes] = await Promise.all([
    Array.fromAsync(place.read(describeInstances({}))),
    Array.fromAsync(place.read(describeVolumes({}))),
  ]);
  const living = instances.filter(({ State }) => !ended.has(State?.Name ?? ""));
  const isHere = new Set(living.map(({ InstanceId }) => InstanceId ?? ""));
  const attached = new Map<string, Volume[]>();
  const single: Volume[] = [];
  for (const volume of volumes) {
    const holders = holdersOf(volume).filter((id) => isHere.has(id));
    if (!holders.length) single.push(volume);
    for (const id of holders) attached.set(id, [...(attached.get(id) ?? []), volume]);
  }
  return [
    ...living.flatMap(
      (instance) =>
        asInstance(instance, attached.get(instance.InstanceId ?? "") ?? [], place) ?? [],
    ),
    ...single.map((volume) => asVolume(volume, place)),
  ];
}
