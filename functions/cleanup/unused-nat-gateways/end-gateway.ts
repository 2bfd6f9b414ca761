/** The end of one NAT gateway: deleted when no route leads to it, and gone when AWS says so. */
import type { ConnectivityType, NatGateway } from "@aws-sdk/client-ec2";
import {
  createNatGateway,
  deleteNatGateway,
  describeNatGateways,
} from "../../../aws/ec2/nat-gateway.ts";
import { describeRouteTables } from "../../../aws/ec2/route-table.ts";
import { compareText } from "../../../sdk/compare.ts";
import { NotPossible } from "../../../sdk/errors.ts";
import { flow } from "../../../sdk/flow.ts";
import { hours, minutes } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";

const reads = [describeNatGateways, describeRouteTables] as const;
type Read = Reader<typeof reads>;

/** What makes it again: all but its id, its interface and its private address. */
export interface GatewaySpec {
  readonly subnet: string | undefined;
  readonly kind: ConnectivityType;
  /** Allocation ids: that of its first public address, and the others'. */
  readonly address?: string;
  readonly others: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export function gatewaySpec(gateway: NatGateway): GatewaySpec {
  const { SubnetId, ConnectivityType, NatGatewayAddresses = [], Tags = [] } = gateway;
  const allocations = (isPrimary: boolean) =>
    NatGatewayAddresses.flatMap((address) =>
      address.AllocationId && (address.IsPrimary ?? true) === isPrimary ? address.AllocationId : [],
    );
  const [address] = allocations(true);
  const own = Tags.flatMap(({ Key = "", Value = "" }) =>
    Key.startsWith("aws:") ? [] : [[Key, Value] as const],
  );
  return {
    subnet: SubnetId,
    kind: ConnectivityType ?? "public",
    ...(address !== undefined && { address }),
    others: allocations(false).sort(compareText),
    tags: Object.fromEntries(own.sort(([a], [b]) => compareText(a, b))),
  };
}

async function routeTo(read: Read, NatGatewayId: string): Promise<string | undefined> {
  const Filters = [{ Name: "route.nat-gateway-id", Values: [NatGatewayId] }];
  const [table] = await Array.fromAsync(read(describeRouteTables({ Filters })));
  return table && `a route in ${table.RouteTableId} leads to it by now`;
}

/** @returns nothing as long as it is being deleted */
async function endOf(read: Read, NatGatewayId: string): Promise<{ why?: string } | undefined> {
  const Filter = [{ Name: "nat-gateway-id", Values: [NatGatewayId] }];
  const [gateway] = await Array.fromAsync(read(describeNatGateways({ Filter })));
  if (!gateway || gateway.State === "deleted") return {};
  if (gateway.State !== "failed") return undefined;
  return { why: gateway.FailureMessage ?? "AWS does not say why" };
}

/** One gateway, with what makes it again. */
export interface EndOfGateway {
  readonly NatGatewayId: string;
  readonly spec: GatewaySpec;
}

export const endGateway = flow({
  id: "end-nat-gateway",
  reads,
  writes: [deleteNatGateway],
  longest: hours(6),
  uncertain:
    "one that is made again has its public addresses only as long as they are held and free, and another id, which routes and alarms do not know",

  async carry({ NatGatewayId, spec }: EndOfGateway, { write, until }) {
    await write(deleteNatGateway({ NatGatewayId }), (read) => routeTo(read, NatGatewayId));
    // Until then its addresses are not free.
    const { why } = await until("it is deleted", (read) => endOf(read, NatGatewayId), {
      every: minutes(1),
      atMost: hours(2),
    });
    if (why !== undefined) throw new NotPossible(`AWS could not delete ${NatGatewayId}: ${why}`);
    return spec;
  },

  inverse: [
    createNatGateway,
    (_, { subnet, kind, address, others, tags }) => {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      return {
        SubnetId: subnet,
        ConnectivityType: kind,
        ...(address !== undefined && { AllocationId: address }),
        ...(others.length > 0 && { SecondaryAllocationIds: [...others] }),
        ...(Tags.length > 0 && {
          TagSpecifications: [{ ResourceType: "natgateway" as const, Tags }],
        }),
      };
    },
  ],
});
