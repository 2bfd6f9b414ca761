/**
 * Releases Elastic IP addresses that nothing has used for weeks. Every address costs the same, used
 * or not. How long one has been unused is measured: AWS does not say it, and an address that was
 * made years ago may have lost its machine today. An association between two looks, told by
 * CloudTrail, begins the time anew.
 *
 * A released address may be another account's within minutes, and all that still names it then
 * means somebody else. So a person is asked before each, and those are left alone and named that
 * this account itself names: a DNS record of any type in Route 53 (mail's SPF and EC2's own host
 * names among them), a rule of a security group, a name in reverse DNS. So are those of a service,
 * and those of a range that was brought to AWS, which cost nothing.
 */
import type { Address } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { allocateAddress, describeAddresses, releaseAddress } from "../../../aws/ec2/address.ts";
import { hourlyPerMonth, pricedBy } from "../../../aws/pricing/prices.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { apiCall, type Reader, sweep } from "../../../sdk/unit.ts";
import { readsOfNames, whoNames } from "./named.ts";

const reads = [describeAddresses, ...readsOfNames] as const;

interface Found {
  readonly address: Address;
  /** Who names it; only looked for where nothing uses it. */
  readonly namedBy?: string | undefined;
}

/** A filter takes so many values. */
const filterValues = 200;

/** Its own instance, a NAT gateway, a load balancer: all of them have an association. */
const isUsed = ({ AssociationId, NetworkInterfaceId, InstanceId }: Address): boolean =>
  Boolean(AssociationId || NetworkInterfaceId || InstanceId);

const managers: Readonly<Record<string, string>> = {
  alb: "the Application Load Balancer that manages it",
  nlb: "the Network Load Balancer that manages it",
  rds: "the database that manages it",
  rnat: "the regional NAT gateway that manages it",
};

/** Who or what else decides about it (rule: managed-by-others). */
function manager({ address, namedBy }: Found): string | undefined {
  const { ServiceManaged, PublicIpv4Pool, CustomerOwnedIpv4Pool, CarrierIp, Tags } = address;
  if (ServiceManaged) return managers[ServiceManaged] ?? `the service ${ServiceManaged}`;
  const pool = CustomerOwnedIpv4Pool ?? PublicIpv4Pool;
  if (pool && pool !== "amazon") return `the address pool ${pool}, which is not Amazon's own`;
  if (CarrierIp) return "the carrier whose address it is";
  return managedBy(Tags) ?? namedBy;
}

const ofAllocation = "eipalloc-";

async function* addressesOf(
  read: Reader<typeof reads>,
  only: readonly string[] | undefined,
): AsyncGenerator<Address> {
  if (!only) {
    yield* (await read(describeAddresses({}))).Addresses ?? [];
    return;
  }
  // By filter: one that is gone must not fail the others.
  const isAllocation = (id: string) => id.startsWith(ofAllocation);
  for (const [Name, ids] of [
    ["allocation-id", only.filter(isAllocation)],
    ["public-ip", only.filter((id) => !isAllocation(id))],
  ] as const)
    for (const Values of chunks(ids, filterValues))
      yield* (await read(describeAddresses({ Filters: [{ Name, Values }] }))).Addresses ?? [];
}

const Association = z.object({
  requestParameters: z.nullish(
    z.object({
      allocationId: z.optional(z.string()),
      publicIp: z.optional(z.string()),
      CreateNatGatewayRequest: z.optional(z.object({ AllocationId: z.optional(z.string()) })),
    }),
  ),
});

export default automation({
  id: "unused-addresses",
  family: "cleanup",
  summary: "Releases Elastic IP addresses that nothing has used for weeks",
  on: [
    sweep("cron(50 2 * * ? *)", { window: minutes(30) }),
    apiCall({
      source: "aws.ec2",
      names: ["AssociateAddress", "CreateNatGateway"],
      detail: Association,
      only: ({ requestParameters: asked }) => [
        asked?.allocationId ?? asked?.publicIp ?? asked?.CreateNatGatewayRequest?.AllocationId,
      ],
    }),
  ],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(365)), 30)
      .check(z.describe("How long nothing must have used it.")),
  }),
  reads,
  writes: [releaseAddress],
  lost: [
    "Whether the address itself comes back: AWS gives it back only until another account has it, and within the limit of addresses.",
    "Its allocation id: it comes back under a new one, with its tags.",
  ],

  async *find({ read, only }): AsyncGenerator<Found> {
    const found: Address[] = [];
    for await (const address of addressesOf(read, only))
      if (address.PublicIp && address.AllocationId) found.push(address);
    const candidates = found.filter((address) => !isUsed(address) && !manager({ address }));
    const names = await whoNames(
      read,
      candidates.flatMap(({ PublicIp }) => PublicIp ?? []),
    );
    for (const address of found) yield { address, namedBy: names.get(address.PublicIp ?? "") };
  },

  target: (found) => ({
    id: found.address.AllocationId,
    tags: found.address.Tags ?? [],
    managed: manager(found),
  }),
  name: ({ address: { PublicIp } }) => PublicIp,
  state: ({ address: { PublicIp, NetworkBorderGroup, Tags = [] } }) => ({
    PublicIp,
    ...(NetworkBorderGroup !== undefined && { NetworkBorderGroup }),
    tags: Object.fromEntries(
      Tags.filter(({ Key = "" }) => !Key.startsWith("aws:"))
        .map(({ Key = "", Value = "" }) => [Key, Value] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  }),
  becomes: () => null,
  counts: ({ address }) => !isUsed(address),

  restore: {
    by: [allocateAddress],
    calls({ PublicIp: Address, tags, ...where }) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      return allocateAddress({
        Domain: "vpc",
        Address,
        ...where,
        ...(Tags.length > 0 && { TagSpecifications: [{ ResourceType: "elastic-ip", Tags }] }),
      });
    },
  },

  propose({ address }, { config, now, region, since }) {
    const { AllocationId, NetworkBorderGroup } = address;
    if (!AllocationId || isUsed(address)) return;
    if (!since || since > before(now, days(config.days))) return;
    const savesPerMonth = hourlyPerMonth(region, "address:idle");
    const source = savesPerMonth === undefined ? "" : pricedBy(region, "address");
    return {
      because: `nothing has used it since ${since.toISOString().slice(0, 10)}${source}`,
      call: releaseAddress({ AllocationId, ...(NetworkBorderGroup && { NetworkBorderGroup }) }),
      savesPerMonth: savesPerMonth ?? "unknown",
    };
  },
});
