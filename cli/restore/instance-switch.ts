/** What leads to an instance, and how it is led to another: as commands for a shell. */
import type { Address, Image, Instance } from "@aws-sdk/client-ec2";
import { describeAddresses } from "../../aws/ec2/address.ts";
import {
  describeTargetGroups,
  describeTargetHealth,
} from "../../aws/elasticloadbalancing/target-group.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { isDenied } from "../../sdk/errors.ts";
import type { PlanRead } from "./instance-plan.ts";
import type { Switching } from "./point.ts";

/** A registration in a target group, by the instance's id or by its address. */
interface Registration {
  readonly arn: string;
  readonly byAddress: boolean;
  readonly ports: readonly number[];
}

/** What leads to the original. */
export interface Served {
  readonly original: Instance;
  readonly addresses: readonly Address[];
  readonly registrations: readonly Registration[];
  /** What could not be looked up, for people. */
  readonly unknown: readonly string[];
}

/** Whoever must restore at night may not be allowed to look: that is said, and holds nobody up. */
async function unlessDenied<T>(what: string, look: () => Promise<T[]>) {
  try {
    return { found: await look(), unknown: [] };
  } catch (error) {
    if (!isDenied(error)) throw error;
    return { found: [], unknown: [`you may not read ${what}: look yourself what leads to it`] };
  }
}

async function addressesOf(read: PlanRead, id: string): Promise<Address[]> {
  const Filters = [{ Name: "instance-id", Values: [id] }];
  return (await read(describeAddresses({ Filters })))?.Addresses ?? [];
}

const together = 10;

async function registrationsOf(read: PlanRead, original: Instance): Promise<Registration[]> {
  const { InstanceId, PrivateIpAddress, VpcId } = original;
  const groups = await Array.fromAsync(read(describeTargetGroups({})));
  const near = groups.filter((each) => each.VpcId === undefined || each.VpcId === VpcId);
  const all = await concurrently(
    near,
    async ({ TargetGroupArn: arn = "", TargetType }) => {
      const answer = await read(describeTargetHealth({ TargetGroupArn: arn }));
      const byAddress = TargetType === "ip";
      const asked = byAddress ? PrivateIpAddress : InstanceId;
      const ports = (answer?.TargetHealthDescriptions ?? []).flatMap(({ Target }) =>
        Target?.Id === asked ? (Target?.Port ?? []) : [],
      );
      return ports.length ? [{ arn, byAddress, ports }] : [];
    },
    { concurrency: together },
  );
  return all.flat();
}

/** Two listings, and one look for each target group of its VPC. */
export async function servedBy(read: PlanRead, original: Instance): Promise<Served> {
  const [addresses, registrations] = await Promise.all([
    unlessDenied("addresses", () => addressesOf(read, original.InstanceId ?? "")),
    unlessDenied("target groups", () => registrationsOf(read, original)),
  ]);
  return {
    original,
    addresses: addresses.found,
    registrations: registrations.found,
    unknown: [...addresses.unknown, ...registrations.unknown],
  };
}

interface Switched {
  readonly region: string;
  readonly target: string;
  readonly image: Image;
  /** Of what was made. */
  readonly id: string;
  /** Absent: the original is gone. */
  readonly served: Served | undefined;
}

/** Its address is known when it has started. */
const addressOf = (at: string, id: string): string =>
  `$(aws ec2 describe-instances ${at} --instance-ids ${id} --query 'Reservations[0].Instances[0].PrivateIpAddress' --output text)`;

/** From one to the other, in whichever direction. */
interface Pair {
  readonly at: string;
  readonly from: string;
  readonly to: string;
}

function lead({ at, from, to }: Pair, { addresses, registrations, original }: Served): string[] {
  const moved = addresses
    .filter(({ PrivateIpAddress: ip }) => ip === original.PrivateIpAddress)
    .map(
      ({ AllocationId }) =>
        `aws ec2 associate-address ${at} --allocation-id ${AllocationId} --instance-id ${to} --allow-reassociation`,
    );
  const registered = registrations.flatMap(({ arn, byAddress, ports }) => {
    const targets = (id: string): string =>
      ports.map((port) => `"Id=${byAddress ? addressOf(at, id) : id},Port=${port}"`).join(" ");
    const group = `${at} --target-group-arn ${arn} --targets`;
    const one = targets(to);
    return [
      `aws elbv2 register-targets ${group} ${one}`,
      `aws elbv2 wait target-in-service ${group} ${one}`,
      `aws elbv2 deregister-targets ${group} ${targets(from)}`,
    ];
  });
  return [...moved, ...registered];
}

/** What no command of these moves. */
function byHand({ addresses, original }: Served): string[] {
  const { PrivateIpAddress: ip, PrivateDnsName: name } = original;
  const others = addresses.filter((each) => each.PrivateIpAddress !== ip);
  return [
    ...others.map(
      ({ PublicIp, PrivateIpAddress }) =>
        `# ${PublicIp} is on ${PrivateIpAddress}, an address that what was restored does not have`,
    ),
    `# DNS records, settings and classic load balancers that name ${[ip, name].filter(Boolean).join(", ")} or ${original.InstanceId}: change them; nobody has looked for them`,
  ];
}

export function switchOf({ region, target, image, id, served }: Switched): Switching {
  const at = `--region ${region}`;
  const wait = `aws ec2 wait instance-status-ok ${at} --instance-ids ${id}`;
  const stays = (image.BlockDeviceMappings ?? []).some(
    ({ Ebs }) => Ebs?.DeleteOnTermination === false,
  );
  const left = `# then what stays of its volumes: aws ec2 describe-volumes ${at} --filters Name=tag:nightshift:restored-from,Values=${image.ImageId}`;
  const remove = [
    `aws ec2 terminate-instances ${at} --instance-ids ${id}`,
    ...(stays ? [left] : []),
  ];
  if (!served)
    return { next: [wait, `# lead to it what led to ${target}, which is gone`], back: [], remove };
  const there = lead({ at, from: target, to: id }, served);
  const back = lead({ at, from: id, to: target }, served);
  const isRunning = served.original.State?.Name === "running";
  return {
    next: [
      wait,
      ...there,
      ...byHand(served),
      ...(isRunning
        ? [`# when all is well: aws ec2 stop-instances ${at} --instance-ids ${target}`]
        : []),
    ],
    back: [
      `aws ec2 start-instances ${at} --instance-ids ${target}`,
      `aws ec2 wait instance-status-ok ${at} --instance-ids ${target}`,
      ...back,
    ],
    remove,
  };
}
