/**
 * The test automations and the registry's, and what is wrong for each of them in an account in
 * memory.
 */
import {
  CreateVolumeCommand,
  DeleteVolumeCommand,
  EC2Client,
  paginateDescribeVolumes,
  type Tag,
} from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { describeInstances } from "../../aws/ec2/instance.ts";
import { type AnyAutomation, automation } from "../../sdk/automation.ts";
import { paged, write } from "../../sdk/call.ts";
import type { MemoryAws } from "../../testing/memory/aws.ts";
import type { AutomationInMemory } from "../../testing/memory/fixture.ts";
import { retention } from "../setup/retention.ts";
import { stopping } from "../setup/stopping.ts";
import { loadedUnits } from "../setup/units.ts";

const describeVolumes = paged("ec2:DescribeVolumes", EC2Client, paginateDescribeVolumes, {
  items: ({ Volumes }) => Volumes,
});
const deleteVolume = write("ec2:DeleteVolume", EC2Client, DeleteVolumeCommand, {
  on: "volume/*",
  already: ["InvalidVolume.NotFound"],
  irreversible: "its data are gone",
});
const createVolume = write("ec2:CreateVolume", EC2Client, CreateVolumeCommand, {
  on: "volume/*",
  token: { field: "ClientToken" },
  inverse: [deleteVolume, (_, { VolumeId }) => ({ VolumeId })],
});

const nameOf = (tags: readonly Tag[] | undefined, key: string) =>
  tags?.find(({ Key }) => Key === key)?.Value;

/**
 * A creation with an idempotency token: each instance whose name begins with `wrong` shall have a
 * volume.
 */
const equipping = automation({
  id: "test-equipping",
  family: "test",
  summary: "Makes a volume for each instance",
  on: [],
  config: z.strictObject({}),
  reads: [describeInstances, describeVolumes],
  writes: [createVolume],
  async *find({ read, only }) {
    const volumes = await Array.fromAsync(read(describeVolumes({})));
    for await (const instance of read(
      describeInstances(only ? { Filters: [{ Name: "instance-id", Values: [...only] }] } : {}),
    ))
      yield {
        instance,
        volumes: volumes.flatMap(({ VolumeId, Tags }) =>
          nameOf(Tags, "for") === instance.InstanceId ? [VolumeId] : [],
        ),
      };
  },
  target: ({ instance }) => ({ id: instance.InstanceId, tags: instance.Tags ?? [] }),
  state: ({ volumes }) => ({ volumes }),
  propose({ instance: { InstanceId, Tags }, volumes }) {
    if (!nameOf(Tags, "Name")?.startsWith("wrong") || volumes.length) return;
    const TagSpecifications = [
      { ResourceType: "volume" as const, Tags: [{ Key: "for", Value: InstanceId }] },
    ];
    return {
      because: "it has no volume",
      call: createVolume({ AvailabilityZone: "eu-west-1a", Size: 1, TagSpecifications }),
    };
  },
});

export interface Subject extends AutomationInMemory {
  readonly unit: AnyAutomation;
  readonly config?: object;
}

const group = (aws: MemoryAws, target: string) => aws.logs.groups.get(target) ?? { tags: {} };
const machine = (aws: MemoryAws, target: string) =>
  aws.ec2.machines.get(target) ?? { state: "stopped" as const, tags: {} };
const disks = (aws: MemoryAws, target: string) =>
  [...aws.ec2.disks].filter(([, { tags }]) => tags.for === target);
const seedMachine = (aws: MemoryAws, target: string) =>
  void aws.ec2.machines.set(target, { state: "running", tags: { Name: target.replace("i-", "") } });

const own: Readonly<Record<string, Subject>> = {
  /** One call for each, by the proposal's own way back. */
  retention: {
    unit: retention,
    targetId: (nth) => `wrong-${nth}`,
    seed: (aws, target) => void aws.logs.groups.set(target, { tags: {} }),
    state: (aws, target) => String(group(aws, target).retentionInDays),
    isWrong: (aws, target) => group(aws, target).retentionInDays !== 7,
    spoil: (aws, target) => void delete group(aws, target).retentionInDays,
    tags: (aws, target) => group(aws, target).tags,
    asksTags: (target) => `tags of ${target}`,
  },
  /** One call for all. */
  stopping: {
    unit: stopping,
    targetId: (nth) => `i-wrong-${nth}`,
    seed: seedMachine,
    state: (aws, target) => machine(aws, target).state,
    isWrong: (aws, target) => machine(aws, target).state === "running",
    spoil: (aws, target) => {
      machine(aws, target).state = "running";
    },
    tags: (aws, target) => machine(aws, target).tags,
    asksTags: () => "tags",
  },
  /** A creation. */
  equipping: {
    unit: equipping,
    targetId: (nth) => `i-wrong-${nth}`,
    seed: seedMachine,
    state: (aws, target) => String(disks(aws, target).length),
    isWrong: (aws, target) => disks(aws, target).length === 0,
    spoil: (aws, target) => {
      for (const [id] of disks(aws, target)) aws.ec2.disks.delete(id);
    },
    tags: (aws, target) => machine(aws, target).tags,
    asksTags: () => "tags",
  },
};

/** The registry's automations that have a part in the account in memory, by id. */
const shipped: Readonly<Record<string, Subject>> = Object.fromEntries(
  (await loadedUnits()).flatMap(({ kind, unit, fixture }) => {
    if (kind !== "automation" || !fixture.memory) return [];
    const config = fixture.settings?.config;
    return [[unit.id, { unit, ...(config && { config }), ...fixture.memory }]];
  }),
);
export const automationsInMemory: readonly string[] = Object.keys(shipped);

const subjects: Readonly<Record<string, Subject>> = { ...shipped, ...own };

/** @throws where nobody has that name */
export function subjectOf(name: string): Subject {
  const subject = subjects[name];
  if (!subject) throw new Error(`there is no subject ${name} in the account in memory`);
  return subject;
}

export const targetsOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, nth) => subjectOf(name).targetId(nth));
