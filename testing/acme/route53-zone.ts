/** What the zones of an account of the embedded AWS hold, as name servers would answer. */
import {
  GetHostedZoneCommand,
  type HostedZone,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import type { TestAccount } from "../account.ts";
import type { DnsRecord, DnsZone, RecordType } from "./dns-server.ts";
import { recordTypes } from "./dns-server.ts";

const bare = (name = ""): string => name.replace(/\.$/, "").toLowerCase();
const isKnown = (type = ""): type is RecordType => type in recordTypes;
/** Of several strings one text. */
const unquoted = (value: string): string =>
  value.replace(/^"|"$/g, "").replaceAll('" "', "").replaceAll('\\"', '"');

export async function recordsIn(
  client: Route53Client,
  HostedZoneId: string | undefined,
): Promise<ResourceRecordSet[]> {
  const answer = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
  return answer.ResourceRecordSets ?? [];
}

/** Every public zone, and all servers that these are delegated to. */
export function zonesOf(aws: Pick<TestAccount, "client">): DnsZone {
  const client = aws.client(Route53Client);

  /** What stands at the name, else what the wildcard beside it says (RFC 4592), as far as one label. */
  async function recordsAbout(
    name: string,
    { Id, Name: zone }: Pick<HostedZone, "Id" | "Name">,
  ): Promise<DnsRecord[]> {
    const all = await recordsIn(client, Id);
    const wildcard = `\\052.${name.slice(name.indexOf(".") + 1)}`;
    const own = all.filter(({ Name }) => bare(Name) === name);
    return (own.length ? own : all.filter(({ Name }) => bare(Name) === wildcard))
      .filter(({ Type, Name }) => Type !== "NS" || bare(Name) !== bare(zone))
      .flatMap(({ Type, ResourceRecords = [] }) =>
        isKnown(Type) && Type !== "SOA"
          ? ResourceRecords.map(({ Value = "" }) => ({
              name,
              type: Type,
              value: Type === "TXT" ? unquoted(Value) : bare(Value),
            }))
          : [],
      );
  }

  return async (name) => {
    // The servers of all zones are this machine.
    if (name.includes("awsdns")) return [{ name, type: "A", value: "127.0.0.1" }];
    const { HostedZones = [] } = await client.send(new ListHostedZonesCommand({}));
    const found: DnsRecord[] = [];
    for (const { Id, Name, Config } of HostedZones) {
      if (Config?.PrivateZone) continue;
      if (!name.endsWith(bare(Name))) continue;
      found.push(...(await recordsAbout(name, { Id, Name })));
      if (bare(Name) !== name) continue;
      const { DelegationSet } = await client.send(new GetHostedZoneCommand({ Id }));
      for (const server of DelegationSet?.NameServers ?? [])
        found.push({ name, type: "NS", value: bare(server) });
    }
    return found;
  };
}
