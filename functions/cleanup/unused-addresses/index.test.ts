import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  DescribeAddressesCommand,
  DescribeSubnetsCommand,
  DisassociateAddressCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { allocateAddress, releaseAddress } from "../../../aws/ec2/address.ts";
import { before, days } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import { nextSweep, type TestDelivery } from "../../../testing/delivery.ts";
import { fixture } from "./fixture.ts";
import unit from "./index.ts";
import { addressesIn } from "./named.ts";

const now = new Date("2026-11-21T02:50:00Z");
const here = {
  account: "123456789012",
  region: "eu-west-1",
  now,
  since: before(now, days(40)),
  config: unit.config.parse({}),
};
const address = {
  PublicIp: "203.0.113.5",
  AllocationId: "eipalloc-1",
  Domain: "vpc" as const,
  PublicIpv4Pool: "amazon",
  NetworkBorderGroup: "eu-west-1",
  Tags: [
    { Key: "team", Value: "web" },
    { Key: "Name", Value: "shop" },
  ],
};

describe("what is proposed", () => {
  test("an address that nothing has used for a month is released, in its own border group", () => {
    expect(unit.propose({ address }, here)).toEqual({
      because: "nothing has used it since 2026-10-12",
      call: releaseAddress({ AllocationId: "eipalloc-1", NetworkBorderGroup: "eu-west-1" }),
      savesPerMonth: 3.65,
    });
  });

  test.each<[what: string, more: Partial<Parameters<typeof unit.propose>[0]["address"]>]>([
    ["of an instance", { AssociationId: "eipassoc-1", InstanceId: "i-1" }],
    ["of a NAT gateway, which is no instance", { AssociationId: "eipassoc-1" }],
    ["of a NAT gateway that is still going away", { NetworkInterfaceId: "eni-1" }],
    ["without an allocation id", { AllocationId: undefined }],
  ])("one %s is left alone", (_, more) => {
    expect(unit.propose({ address: { ...address, ...more } }, here)).toBeUndefined();
  });

  test.each([
    ["for a day less", before(now, days(29))],
    ["since nobody knows when", undefined],
  ])("one unused %s is left alone", (_, since) => {
    expect(unit.propose({ address }, { ...here, since })).toBeUndefined();
  });

  test("a use begins the time anew", () => {
    expect(unit.counts?.({ address })).toBe(true);
    expect(unit.counts?.({ address: { ...address, AssociationId: "eipassoc-1" } })).toBe(false);
  });
});

describe("what is left alone is named", () => {
  test.each<[more: Partial<Parameters<typeof unit.propose>[0]["address"]>, RegExp]>([
    [{ ServiceManaged: "alb" }, /Application Load Balancer/],
    [{ ServiceManaged: "rnat" }, /NAT gateway/],
    [{ ServiceManaged: "new" as "alb" }, /the service new/],
    [{ PublicIpv4Pool: "ipv4pool-ec2-1" }, /ipv4pool-ec2-1, which is not Amazon's own/],
    [{ PublicIpv4Pool: "ipam-pool-1" }, /ipam-pool-1/],
    [{ PublicIpv4Pool: "amazon", CustomerOwnedIpv4Pool: "coip-pool-1" }, /coip-pool-1/],
    [{ CarrierIp: "155.146.10.111" }, /carrier/],
    [{ Tags: [{ Key: "kubernetes.io/cluster/prod", Value: "owned" }] }, /Kubernetes/],
  ])("%o", (more, managed) => {
    expect(unit.target({ address: { ...address, ...more } }).managed).toMatch(managed);
  });

  test("by whoever names it, and by nobody else", () => {
    expect(unit.target({ address, namedBy: "the A record shop" }).managed).toBe(
      "the A record shop",
    );
    expect(unit.target({ address }).managed).toBeUndefined();
  });
});

describe("the way back", () => {
  const state = unit.state({
    address: { ...address, Tags: [...address.Tags, { Key: "aws:x", Value: "y" }] },
  });

  test("is the same address, with its tags, in its border group", () => {
    expect(unit.restore?.calls(state, { target: "eipalloc-1", within: undefined })).toEqual(
      allocateAddress({
        Domain: "vpc",
        Address: "203.0.113.5",
        NetworkBorderGroup: "eu-west-1",
        TagSpecifications: [
          {
            ResourceType: "elastic-ip",
            Tags: [
              { Key: "Name", Value: "shop" },
              { Key: "team", Value: "web" },
            ],
          },
        ],
      }),
    );
  });

  test("of one without tags asks for none", () => {
    const bare = unit.state({ address: { PublicIp: "203.0.113.5" } });
    const back = unit.restore?.calls(bare, { target: "eipalloc-1", within: undefined });
    expect(back).toEqual(allocateAddress({ Domain: "vpc", Address: "203.0.113.5" }));
  });
});

test.each<[value: string, addresses: string[]]>([
  ["203.0.113.5", ["203.0.113.5"]],
  ['"v=spf1 ip4:203.0.113.5 ip4:203.0.113.6/32 -all"', ["203.0.113.5", "203.0.113.6"]],
  ["ec2-203-0-113-5.eu-west-1.compute.amazonaws.com", ["203.0.113.5"]],
  ["ec2-203-0-113-5.compute-1.amazonaws.com.", ["203.0.113.5"]],
  ["EC2-203-0-113-5.compute-1.AMAZONAWS.com", ["203.0.113.5"]],
  ["10 mail.example.com", []],
  ["2001:db8::1", []],
  ["203.0.113.5555", []],
])("a record with %s names %o", (Value, addresses) => {
  expect(addressesIn({ Name: "a", Type: "A", ResourceRecords: [{ Value }] })).toEqual(addresses);
});

test("an alias names none", () => {
  expect(addressesIn({ Name: "a", Type: "A" })).toEqual([]);
});

async function opened(settings: Partial<UnitSettings>): Promise<TestDelivery> {
  const delivery = await open(unit, fixture.seed, settings);
  onTestFinished(() => delivery.close());
  return delivery;
}
const allOf = async ({ aws }: TestDelivery) =>
  (await aws.client(EC2Client).send(new DescribeAddressesCommand({}))).Addresses ?? [];
const named = async (delivery: TestDelivery, name: string) =>
  (await allOf(delivery)).find(({ Tags = [] }) => Tags.some(({ Value }) => Value === name));

test("it asks first, also in act: whether an address comes back is another's to say", async () => {
  const delivery = await opened({ mode: "act", irreversible: "ask" });
  await delivery.deliver();
  await delivery.later(days(31));
  const run = await delivery.deliver({ start: nextSweep(delivery) });
  expect(run.outcome).toBe("waiting");
  expect(await allOf(delivery)).toHaveLength(11);
});

test("a use between two looks, told by CloudTrail, begins the time anew", async () => {
  const delivery = await opened({ irreversible: "act" });
  const ec2 = delivery.aws.client(EC2Client);
  await delivery.deliver();
  await delivery.later(days(20));
  const idle = await named(delivery, "idle");
  const other = await named(delivery, "idle-too");
  const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { NetworkInterface } = await ec2.send(
    new CreateNetworkInterfaceCommand({ SubnetId: subnet?.SubnetId }),
  );
  const { AssociationId } = await ec2.send(
    new AssociateAddressCommand({
      AllocationId: idle?.AllocationId,
      NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId,
    }),
  );
  const hint = { kind: "event" as const, key: "used", only: [idle?.AllocationId ?? ""] };
  await delivery.deliver({ start: { ...delivery.start, ...hint } });
  await ec2.send(new DisassociateAddressCommand({ AssociationId }));
  await delivery.later(days(15));
  const run = await delivery.deliver({ start: nextSweep(delivery) });
  const changed = run.actions.filter(({ outcome }) => outcome === "applied");
  expect(changed.map(({ target }) => target)).toEqual([other?.AllocationId]);
});

test.each(["DescribeAddressesAttribute", "DescribeSecurityGroups", "ListResourceRecordSets"])(
  "where %s is denied nothing is released: an error is no empty list",
  async (operation) => {
    const delivery = await opened({ irreversible: "act" });
    await delivery.deliver();
    await delivery.later(days(31));
    const before = await allOf(delivery);
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver({ start: nextSweep(delivery) })).rejects.toThrow();
    expect(await allOf(delivery)).toEqual(before);
  },
);

test("where nothing is unused nobody's names are read", async () => {
  const delivery = await open(
    unit,
    async (aws) => {
      const ec2 = aws.client(EC2Client);
      const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
      const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({}));
      const { NetworkInterface } = await ec2.send(
        new CreateNetworkInterfaceCommand({ SubnetId: subnet?.SubnetId }),
      );
      await ec2.send(
        new AssociateAddressCommand({
          AllocationId,
          NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId,
        }),
      );
    },
    {},
  );
  onTestFinished(() => delivery.close());
  delivery.proxy.reset();
  await delivery.deliver();
  const asked = new Set(delivery.proxy.calls.map(({ operation }) => operation));
  expect(asked).toContain("DescribeAddresses");
  expect(asked).not.toContain("ListHostedZones");
});

test.each([{ days: 0 }, { days: 366 }, { days: "30" }, { day: 30 }])(
  "config %o is refused",
  (given) => {
    expect(unit.config.safeParse(given).success).toBe(false);
  },
);
