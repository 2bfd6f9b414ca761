/** What CloudTrail has recorded of changes lately, in each region. */
import {
  CloudTrailClient,
  LookupEventsCommand,
  type LookupEventsCommandOutput,
} from "@aws-sdk/client-cloudtrail";
import { systemClock } from "../../sdk/time.ts";
import { type TrailRecord, trailRecords } from "../io/lines.ts";
import type { CallerAccount } from "../place/account.ts";

/** Everything that changed something, whoever did it: a stolen role goes by any session name. */
export async function lookUp(
  account: CallerAccount,
  regions: readonly string[],
  since: Date,
): Promise<TrailRecord[]> {
  const clients = account.clients(systemClock);
  const found: TrailRecord[] = [];
  for (const region of regions) {
    let NextToken: string | undefined;
    do {
      const page = (await clients.get(CloudTrailClient, region).send(
        new LookupEventsCommand({
          StartTime: since,
          LookupAttributes: [{ AttributeKey: "ReadOnly", AttributeValue: "false" }],
          MaxResults: 50,
          ...(NextToken && { NextToken }),
        }),
      )) as LookupEventsCommandOutput;
      found.push(...(page.Events ?? []).flatMap(trailRecords));
      NextToken = page.NextToken;
    } while (NextToken);
  }
  return found;
}
