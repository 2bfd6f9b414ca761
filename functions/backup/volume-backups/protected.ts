/** What is backed up as one: an instance with its volumes, or a single volume. */
import type { Instance, Tag, Volume } from "@aws-sdk/client-ec2";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { describeVolumes } from "../../../aws/ec2/volume.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { exemptingRules, exemptsBy } from "../../../sdk/exempt-from.ts";
import { exemptTag } from "../../../sdk/tags.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { maker } from "../backup-set.ts";

const reads = [describeInstances, describeVolumes] as const;

export interface Protected {
  /** The instance's id, or the single volume's. */
  readonly about: string;
  readonly tags: readonly Tag[];
  /** None where it is a single volume. */
  readonly instance?: Instance;
  readonly volumes: readonly Volume[];
  /** Volumes of it that somebody wants left out, by a tag that names this unit. */
  readonly without: readonly string[];
}

/** The settings' part that says what is backed up. */
export interface Chosen {
  readonly tag: string;
  readonly instances: readonly string[];
  readonly volumes: readonly string[];
}

interface Looking {
  readonly read: Reader<typeof reads>;
  readonly chosen: Chosen;
  /** Instances and volumes to look at; absent: all. */
  readonly only: readonly string[] | undefined;
}

/** A filter takes so many values. */
const filterValues = 200;

const byFilter = (Name: string, Values: readonly string[]) => ({
  Filters: [{ Name, Values: [...Values] }],
});
type Filter = ReturnType<typeof byFilter>;

const byIds = (name: string, ids: Iterable<string>): Filter[] =>
  [...chunks([...ids], filterValues)].map((some) => byFilter(name, some));

/** Of the same twice, one. */
async function asked<T>(
  filters: readonly Filter[],
  ask: (filter: Filter) => AsyncIterable<T>,
  idOf: (found: T) => string | undefined,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const filter of filters)
    for await (const each of ask(filter)) found.set(idOf(each) ?? "", each);
  return found;
}

const instancesBy = (filters: readonly Filter[], { read }: Looking) =>
  asked(
    filters,
    (filter) => read(describeInstances(filter)),
    ({ InstanceId }) => InstanceId,
  );
const volumesBy = (filters: readonly Filter[], { read }: Looking) =>
  asked(
    filters,
    (filter) => read(describeVolumes(filter)),
    ({ VolumeId }) => VolumeId,
  );

const carries = ({ Tags = [] }: { readonly Tags?: Tag[] | undefined }, tag: string): boolean =>
  Tags.some(({ Key }) => Key === tag);

const ended = new Set(["terminated", "shutting-down"]);

function isChosen(instance: Instance, { tag, instances }: Chosen): boolean {
  const { InstanceId = "", State } = instance;
  if (ended.has(State?.Name ?? "")) return false;
  return carries(instance, tag) || instances.includes(InstanceId);
}

const asksNotTo = exemptingRules({ own: [maker], others: undefined, byName: true });
const isLeftOut = ({ Tags = [] }: Volume): boolean =>
  Tags.some(({ Key, Value = "" }) => Key === exemptTag && exemptsBy(Value, asksNotTo));

const holdersOf = ({ Attachments = [] }: Volume): string[] =>
  Attachments.flatMap(({ InstanceId }) => InstanceId ?? []);

async function withVolumes(looking: Looking): Promise<Protected[]> {
  const { chosen, only } = looking;
  const all = [byFilter("tag-key", [chosen.tag]), ...byIds("instance-id", chosen.instances)];
  const filters = only
    ? byIds(
        "instance-id",
        only.filter((id) => id.startsWith("i-")),
      )
    : all;
  const instances = await instancesBy(filters, looking);
  for (const [id, instance] of instances) if (!isChosen(instance, chosen)) instances.delete(id);
  const attached = await volumesBy(byIds("attachment.instance-id", instances.keys()), looking);
  return [...instances].flatMap(([about, instance]) => {
    const volumes = [...attached.values()].filter((volume) => holdersOf(volume).includes(about));
    const without = volumes.filter(isLeftOut).map(({ VolumeId = "" }) => VolumeId);
    return volumes.length ? [{ about, tags: instance.Tags ?? [], instance, volumes, without }] : [];
  });
}

/** What is attached to an instance that is backed up comes with that. */
async function singles(looking: Looking): Promise<Protected[]> {
  const { chosen, only } = looking;
  const all = [byFilter("tag-key", [chosen.tag]), ...byIds("volume-id", chosen.volumes)];
  const filters = only
    ? byIds(
        "volume-id",
        only.filter((id) => id.startsWith("vol-")),
      )
    : all;
  const volumes = await volumesBy(filters, looking);
  const holders = new Set([...volumes.values()].flatMap(holdersOf));
  const instances = await instancesBy(byIds("instance-id", holders), looking);
  const isCovered = (volume: Volume) =>
    holdersOf(volume).some((id) => {
      const instance = instances.get(id);
      return instance !== undefined && isChosen(instance, chosen);
    });
  return [...volumes].flatMap(([about, volume]) => {
    if (!carries(volume, chosen.tag) && !chosen.volumes.includes(about)) return [];
    if (isCovered(volume)) return [];
    return [{ about, tags: volume.Tags ?? [], volumes: [volume], without: [] }];
  });
}

/** @returns each once, a volume of several instances with each of them */
export async function protectedIn(looking: Looking): Promise<Protected[]> {
  return [...(await withVolumes(looking)), ...(await singles(looking))];
}
