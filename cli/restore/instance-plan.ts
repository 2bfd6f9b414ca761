/** An instance of an image: as the original is, and beside it. */
import { randomUUID } from "node:crypto";
import type { Image, Instance } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { describeAddresses } from "../../aws/ec2/address.ts";
import { describeInstanceAttribute, describeInstances } from "../../aws/ec2/instance.ts";
import { pricePerMonthOf } from "../../aws/ec2/instance-price.ts";
import { runInstances } from "../../aws/ec2/run-instances.ts";
import {
  describeTargetGroups,
  describeTargetHealth,
} from "../../aws/elasticloadbalancing/target-group.ts";
import { priceSource } from "../../aws/pricing/prices.ts";
import { reader } from "../../engine/run/reader.ts";
import { costPerMonth } from "../../functions/cost/volume-cost.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { priceUnknown, savingText } from "../../sdk/saving.ts";
import type { Reader } from "../../sdk/unit.ts";
import { groupsOf, instanceDifferences } from "./instance-differences.ts";
import { servedBy, switchOf } from "./instance-switch.ts";
import type { RestorePlace } from "./place.ts";
import { type RestorePlan, type RestoreStep, type RestoreWish, tagsOfRestored } from "./point.ts";

const leadingReads = [
  describeInstances,
  describeInstanceAttribute,
  describeAddresses,
  describeTargetGroups,
  describeTargetHealth,
] as const;
export type PlanRead = Reader<typeof leadingReads>;

/** Which image, of which instance, and how. */
export interface ImageWish {
  readonly target: string;
  readonly image: Image;
  readonly wish: RestoreWish;
}

type InstanceType = NonNullable<Instance["InstanceType"]>;

/** Where it is put and what it is: of the original, or as was asked. */
export interface NewInstance {
  readonly type: InstanceType;
  readonly subnet: string;
  readonly groups: readonly string[];
  readonly isPublic: boolean;
}

const ended = new Set(["terminated", "shutting-down"]);

async function originalOf(read: PlanRead, target: string): Promise<Instance | undefined> {
  const Filters = [{ Name: "instance-id", Values: [target] }];
  const [found] = await Array.fromAsync(read(describeInstances({ Filters })));
  return found && !ended.has(found.State?.Name ?? "") ? found : undefined;
}

/** @throws {NotPossible} where the original is gone, and nothing says how */
function newInstance({ target, wish }: ImageWish, original: Instance | undefined): NewInstance {
  const asked = wish.instance ?? {};
  // Which types there are EC2 knows.
  const type = (asked.type as InstanceType | undefined) ?? original?.InstanceType;
  const subnet = asked.subnet ?? original?.SubnetId;
  const lacking = [
    ...(type === undefined ? ["its type with --type"] : []),
    ...(subnet === undefined ? ["a subnet with --subnet"] : []),
  ];
  if (type === undefined || subnet === undefined)
    throw new NotPossible(
      `${target} is gone, and no image says where it was: give ${lacking.join(" and ")}; groups with --group, else it gets the default one`,
    );
  const groups = original ? groupsOf(original) : [];
  return { type, subnet, groups: asked.group ?? groups, isPublic: asked.publicAddress === true };
}

/** What a request takes of what an answer says. */
function likeOriginal(original: Instance) {
  const { IamInstanceProfile, KeyName, EbsOptimized, Monitoring, Placement = {} } = original;
  const { Tenancy, GroupName, HostId } = Placement;
  const { State: _, ...metadata } = original.MetadataOptions ?? {};
  const placed = { ...(GroupName && { GroupName }), ...(HostId && { HostId }) };
  const isPlaced = GroupName || HostId || (Tenancy && Tenancy !== "default");
  return {
    ...(IamInstanceProfile?.Arn && { IamInstanceProfile: { Arn: IamInstanceProfile.Arn } }),
    ...(KeyName && { KeyName }),
    ...(EbsOptimized && { EbsOptimized }),
    ...(Monitoring?.State === "enabled" && { Monitoring: { Enabled: true } }),
    ...(Object.keys(metadata).length && { MetadataOptions: metadata }),
    ...(isPlaced && { Placement: { ...placed, ...(Tenancy && { Tenancy }) } }),
  };
}

const lastPart = (arn: string): string => arn.split("/").at(-1) ?? arn;

function stepOf(
  { target, image, wish }: ImageWish,
  to: NewInstance,
  original: Instance | undefined,
): RestoreStep {
  const { ImageId = "" } = image;
  const own = (original?.Tags ?? image.Tags ?? []).filter(
    ({ Key }) => wish.name === undefined || Key !== "Name",
  );
  const named = wish.name === undefined ? own : [...own, { Key: "Name", Value: wish.name }];
  const input = {
    ImageId,
    InstanceType: to.type,
    MinCount: 1,
    MaxCount: 1,
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: to.subnet,
        AssociatePublicIpAddress: to.isPublic,
        ...(to.groups.length && { Groups: [...to.groups] }),
      },
    ],
    ...(original && likeOriginal(original)),
    ClientToken: randomUUID(),
    TagSpecifications: [
      { ResourceType: "instance" as const, Tags: tagsOfRestored(target, ImageId, named) },
      { ResourceType: "volume" as const, Tags: tagsOfRestored(target, ImageId) },
    ],
  };
  const { IamInstanceProfile: profile, KeyName: key } = original ?? {};
  const words = [
    `an instance of ${ImageId}: ${to.type}`,
    `in ${to.subnet}`,
    to.groups.length ? `groups ${to.groups.join(" ")}` : "the default group of its VPC",
    profile?.Arn ? `profile ${lastPart(profile.Arn)}` : "no profile",
    key ? `key ${key}` : "no key",
    to.isPublic ? "a public address" : "no public address",
  ];
  return {
    words: words.join(", "),
    write: runInstances,
    call: runInstances(input),
    made: (output) =>
      z.object({ Instances: z.array(z.object({ InstanceId: z.string() })) }).parse(output)
        .Instances[0]?.InstanceId ?? "",
  };
}

/** Its hours as if it ran all the time, and its volumes. */
function costText({ image, to, region }: { image: Image; to: NewInstance; region: string }) {
  const { PlatformDetails = "Linux/UNIX", BlockDeviceMappings = [] } = image;
  const disks = BlockDeviceMappings.flatMap(({ Ebs }) => Ebs ?? []);
  const costs = [
    pricePerMonthOf({ InstanceType: to.type, PlatformDetails }, region),
    ...disks.map(({ VolumeType: type = "gp2", VolumeSize: size = 0, Iops, Throughput }) =>
      costPerMonth({ type, size, iops: Iops, throughput: Throughput }, region),
    ),
  ];
  const known = costs.filter((cost) => cost !== undefined);
  const sum = known.reduce((total, cost) => total + cost, 0);
  const saving = { known: sum, unpriced: costs.length - known.length };
  if (!known.length) return priceUnknown;
  const text = savingText(saving, { verb: "about" }) ?? priceUnknown;
  return `${text} while it runs, by ${priceSource(region, "ec2")}; traffic and what is read from snapshots are not in it`;
}

/**
 * User data may hold secrets: it goes to AWS with the call, and is shown nowhere.
 * @throws {NotPossible} where there is none to run
 */
async function userDataOf(read: PlanRead, { target, wish }: ImageWish) {
  if (wish.instance?.userData !== true) return undefined;
  const attribute = describeInstanceAttribute({ InstanceId: target, Attribute: "userData" });
  const UserData = (await read(attribute))?.UserData?.Value;
  if (UserData) return { UserData };
  throw new NotPossible(`${target} has no user data, or is gone with it: leave --user-data away`);
}

export async function instancePlan(place: RestorePlace, asked: ImageWish): Promise<RestorePlan> {
  const { target, image, wish } = asked;
  const { region } = place;
  const read = reader(leadingReads, place.clients, region);
  const original = await originalOf(read, target);
  const to = newInstance(asked, original);
  const unshown = await userDataOf(read, asked);
  const served = original && (await servedBy(read, original));
  const step = stepOf(asked, to, original);
  return {
    point: wish.point,
    steps: [unshown ? { ...step, unshown } : step],
    cost: costText({ image, to, region }),
    notes: [
      ...instanceDifferences({ original, image, to, runsUserData: unshown !== undefined }),
      ...(served?.unknown ?? []),
    ],
    switching: ([id = ""]) => switchOf({ region, target, image, id, served }),
  };
}
