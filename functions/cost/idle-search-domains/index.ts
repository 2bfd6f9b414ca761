/**
 * Tells which domains of OpenSearch Service nothing asks, those of Elasticsearch among them. Idle is
 * what stayed idle: for weeks on end it was measured in almost every hour, and no request reached it.
 * A domain cannot be stopped, and what it holds comes back from a snapshot of one's own alone: so this
 * tells, and changes nothing. Collections of OpenSearch Serverless are not judged.
 */
import type { DomainStatus } from "@aws-sdk/client-opensearch";
import type { IdleSign } from "../../../aws/cloudwatch/idle.ts";
import { describeDomains, listDomainNames } from "../../../aws/opensearch/domain.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { idleReport } from "../idle-report.ts";

/** A domain, and the account under whose number CloudWatch keeps its metrics. */
export interface SearchDomain {
  readonly domain: DomainStatus;
  readonly account: string;
}

const reads = [listDomainNames, describeDomains] as const;

/** A call takes so many. */
const namesAtOnce = 5;

const isElasticsearch = ({ EngineVersion }: DomainStatus): boolean =>
  EngineVersion?.startsWith("Elasticsearch") ?? false;

/**
 * Of requests an hour without any may have no point; that it was there, its CPU shows, which any work
 * within it takes.
 * @see https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html
 */
function signsOf({ domain, account }: SearchDomain): IdleSign[] {
  const dimensions = { ClientId: account, DomainName: domain.DomainName };
  const namespace = "AWS/ES";
  const requests = isElasticsearch(domain) ? "ElasticsearchRequests" : "OpenSearchRequests";
  return [
    {
      metric: { namespace, name: "CPUUtilization", stat: "Maximum", dimensions },
      below: Number.POSITIVE_INFINITY,
    },
    { metric: { namespace, name: requests, stat: "Sum", dimensions }, below: 1, sparse: true },
  ];
}

async function* domainsOf(
  read: Reader<typeof reads>,
  account: string,
): AsyncGenerator<SearchDomain> {
  const { DomainNames: listed = [] } = await read(listDomainNames({}));
  const names = listed.flatMap(({ DomainName }) => DomainName ?? []);
  for (const DomainNames of chunks(names, namesAtOnce)) {
    const { DomainStatusList = [] } = await read(describeDomains({ DomainNames }));
    for (const domain of DomainStatusList)
      if (domain.Created && !domain.Deleted && !domain.Processing) yield { domain, account };
  }
}

const dataNodes = ({
  ClusterConfig: { InstanceCount, InstanceType } = {},
}: DomainStatus): string =>
  InstanceType ? `${InstanceCount ?? 1} × ${InstanceType}` : "not known";

export default idleReport({
  id: "idle-search-domains",
  summary: "Tells which domains of OpenSearch Service nothing has asked for weeks",
  at: "cron(20 7 ? * MON *)",
  noun: "search domain",
  reads,
  things: domainsOf,
  nameOf: ({ domain: { DomainName = "" } }) => DomainName,
  // AWS does not say when one was made: that it was measured all the time says that it was there.
  kind: { since: () => new Date(0), stages: [signsOf] },
  columns: ["engine", "data nodes", "most CPU"],
  cells: ({ domain }, [cpu = 0]) => [
    domain.EngineVersion ?? "not known",
    dataNodes(domain),
    `${cpu.toFixed(0)} %`,
  ],
  price:
    "what they cost is not known here; nodes and storage are paid for by the hour, asked or not, and reserved ones whether there are any or not",
  remedy:
    "Ask whoever its name and tags name. Take a snapshot into a bucket of your own first: AWS's own snapshots go with the domain. Then delete it; one that is made again has another address",
});
