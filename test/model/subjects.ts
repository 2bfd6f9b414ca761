/** The test automations, and what is wrong for each of them in an account in memory. */
import {
  CreateVolumeCommand,
  DeleteVolumeCommand,
  EC2Client,
  paginateDescribeVolumes,
  type Tag,
} from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { describeInstances } from "../../aws/ec2/instance.ts";
import idleInstances from "../../functions/cost/idle-instances/index.ts";
import logRetention from "../../functions/cost/log-retention/index.ts";
import openIngress from "../../functions/security/open-ingress/index.ts";
import { type AnyAutomation, automation } from "../../sdk/automation.ts";
import { paged, write } from "../../sdk/call.ts";
import type { MemoryAws } from "../../testing/memory/aws.ts";
import { retention } from "../setup/retention.ts";
import { stopping } from "../setup/stopping.ts";

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

export interface Subject {
  readonly unit: AnyAutomation;
  readonly config?: object;
  /** Makes something that is wrong. */
  seed(aws: MemoryAws, target: string): void;
  /** As it is; equal before and after an undo. */
  state(aws: MemoryAws, target: string): string;
  isWrong(aws: MemoryAws, target: string): boolean;
  /** Somebody else makes it wrong again. */
  spoil(aws: MemoryAws, target: string): void;
  tags(aws: MemoryAws, target: string): Record<string, string>;
  /** What it must have asked for the tags of a target, right before a change. */
  asksTags(target: string): string;
}

const group = (aws: MemoryAws, target: string) => aws.logs.groups.get(target) ?? { tags: {} };
const machine = (aws: MemoryAws, target: string) =>
  aws.ec2.machines.get(target) ?? { state: "stopped" as const, tags: {} };
const disks = (aws: MemoryAws, target: string) =>
  [...aws.ec2.disks].filter(([, { tags }]) => tags.for === target);
const seedMachine = (aws: MemoryAws, target: string) =>
  void aws.ec2.machines.set(target, { state: "running", tags: { Name: target.replace("i-", "") } });

/** A rule and what comes back of it under another id. */
const openings = (aws: MemoryAws, target: string) =>
  [...aws.ec2.security.rules].filter(([, { tags }]) => tags.for === target);
const open = (aws: MemoryAws, target: string) =>
  void aws.ec2.security.rules.set(target, {
    group: "sg-1",
    protocol: "tcp",
    from: 20 + Number(target.at(-1)),
    to: 30 + Number(target.at(-1)),
    source: "0.0.0.0/0",
    description: "for a while",
    tags: { for: target },
  });

export const subjects: Readonly<
  Record<
    "retention" | "stopping" | "equipping" | "open-ingress" | "log-retention" | "idle-instances",
    Subject
  >
> = {
  /** One call for each, by the proposal's own way back. */
  retention: {
    unit: retention,
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
    seed: seedMachine,
    state: (aws, target) => String(disks(aws, target).length),
    isWrong: (aws, target) => disks(aws, target).length === 0,
    spoil: (aws, target) => {
      for (const [id] of disks(aws, target)) aws.ec2.disks.delete(id);
    },
    tags: (aws, target) => machine(aws, target).tags,
    asksTags: () => "tags",
  },
  /** The units themselves. */
  "open-ingress": {
    unit: openIngress,
    seed(aws, target) {
      const { groups, rules } = aws.ec2.security;
      groups.set("sg-1", {});
      rules.set("sgr-list", {
        group: "sg-1",
        protocol: "tcp",
        from: 22,
        to: 22,
        source: "pl-1",
        tags: {},
      });
      open(aws, target);
    },
    state: (aws, target) => JSON.stringify(openings(aws, target).map(([, rule]) => rule)),
    isWrong: (aws, target) => openings(aws, target).length > 0,
    spoil: (aws, target) => (openings(aws, target).length ? undefined : open(aws, target)),
    tags: (aws, target) => (openings(aws, target)[0]?.[1].tags ?? {}) as Record<string, string>,
    asksTags: () => "tags",
  },
  "log-retention": {
    unit: logRetention,
    seed: (aws, target) => void aws.logs.groups.set(target, { tags: {} }),
    state: (aws, target) => String(group(aws, target).retentionInDays),
    isWrong: (aws, target) => group(aws, target).retentionInDays === undefined,
    spoil: (aws, target) => void delete group(aws, target).retentionInDays,
    tags: (aws, target) => group(aws, target).tags,
    asksTags: (target) => `tags of ${target}`,
  },
  "idle-instances": {
    unit: idleInstances,
    config: { days: 1 },
    seed: seedMachine,
    state: (aws, target) => machine(aws, target).state,
    isWrong: (aws, target) => machine(aws, target).state === "running",
    spoil: (aws, target) => {
      machine(aws, target).state = "running";
    },
    tags: (aws, target) => machine(aws, target).tags,
    asksTags: () => "tags",
  },
};

const prefixes: Partial<Record<keyof typeof subjects, string>> = {
  retention: "",
  "log-retention": "",
  "open-ingress": "sgr-",
};
export const targetsOf = (name: keyof typeof subjects, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${prefixes[name] ?? "i-"}wrong-${at}`);
