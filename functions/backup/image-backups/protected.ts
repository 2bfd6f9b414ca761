/** Which instances the plan selects, and what has left it. */
import type { Instance, Tag } from "@aws-sdk/client-ec2";
import { imageMaker } from "../../../aws/ec2/image-backup.ts";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { SetName } from "../backup-set.ts";
import { leaversOf, leaversTold, type PlanHistory, unmatchedTold } from "../left-plan.ts";

export const instanceReads = [describeInstances] as const;
type Read = Reader<typeof instanceReads>;

export interface ProtectedInstance {
  /** Its id. */
  readonly about: string;
  readonly tags: readonly Tag[];
  readonly instance: Instance;
}

/** The settings' part that says what is backed up. */
interface ChosenInstances {
  readonly tag: string;
  readonly instances: readonly string[];
}

/** A filter takes so many values. */
const filterValues = 200;

const ended = new Set(["terminated", "shutting-down"]);
const isHere = ({ State }: Instance): boolean => !ended.has(State?.Name ?? "");

async function instancesBy(
  read: Read,
  Name: string,
  values: Iterable<string>,
): Promise<Instance[]> {
  const found: Instance[] = [];
  for (const Values of chunks([...values], filterValues))
    for await (const each of read(describeInstances({ Filters: [{ Name, Values: [...Values] }] })))
      if (isHere(each)) found.push(each);
  return found;
}

/** @param only ids to look at; absent: all */
export async function chosenInstances(
  read: Read,
  { tag, instances }: ChosenInstances,
  only: readonly string[] | undefined,
): Promise<ProtectedInstance[]> {
  const listed = new Set(instances);
  const found = only
    ? await instancesBy(read, "instance-id", only)
    : [
        ...(await instancesBy(read, "tag-key", [tag])),
        ...(await instancesBy(read, "instance-id", listed)),
      ];
  const isChosen = ({ InstanceId = "", Tags = [] }: Instance) =>
    listed.has(InstanceId) || Tags.some(({ Key }) => Key === tag);
  const byId = new Map(found.filter(isChosen).map((each) => [each.InstanceId ?? "", each]));
  return [...byId].map(([about, instance]) => ({ about, tags: instance.Tags ?? [], instance }));
}

interface ImagePlanLook {
  readonly all: readonly ProtectedInstance[];
  readonly sets: readonly SetName[];
  readonly chosen: ChosenInstances;
  readonly place: { readonly region: string; readonly regions: readonly string[] };
  readonly remembered: PlanHistory["remembered"];
}

/** @returns what to tell of what has images of ours and is no longer selected, and of names that are nobody's */
export async function instancesTold(
  read: Read,
  { all, sets, chosen, place, remembered }: ImagePlanLook,
): Promise<string[]> {
  const selected = new Set(all.map(({ about }) => about));
  const history = { unit: imageMaker, remembered };
  const leavers = await leaversOf(sets, (about) => selected.has(about), history);
  const abouts = leavers.map(({ about }) => about);
  const here = new Set(
    (await instancesBy(read, "instance-id", abouts)).map(({ InstanceId }) => InstanceId),
  );
  const remedy = `To have it back: the tag ${chosen.tag}, or its id in the settings.`;
  const unmatched = chosen.instances.filter((id) => !selected.has(id));
  return [
    ...leaversTold(leavers, (about) => here.has(about), remedy),
    ...unmatchedTold("instances", unmatched, place),
  ];
}
