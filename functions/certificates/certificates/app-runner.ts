/** Names of one's own that lead to services of App Runner, and the records that their certificates wait for. */
import type { CertificateValidationRecord, CustomDomain } from "@aws-sdk/client-apprunner";
import { describeCustomDomains, listAppRunnerServices } from "../../../aws/apprunner/service.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { FoundPlace } from "./places.ts";

export const appRunnerReads = [listAppRunnerServices, describeCustomDomains] as const;
type Read = Reader<typeof appRunnerReads>;

/**
 * Where there is no App Runner, as of November 2026: its address leads nowhere there. A region that is
 * in no list of ours is asked, and told as not looked at where nothing answers.
 * @see https://docs.aws.amazon.com/general/latest/gr/apprunner.html
 */
const withoutAppRunner: ReadonlySet<string> = new Set([
  ...["us-west-1", "ca-central-1", "ca-west-1", "mx-central-1", "sa-east-1"],
  ...["eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "il-central-1"],
  ...["ap-east-1", "ap-east-2", "ap-northeast-2", "ap-northeast-3", "ap-south-2"],
  ...["ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7"],
  ...["af-south-1", "me-central-1", "me-south-1"],
  ...["cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1"],
]);

export const mayHaveAppRunner = (region: string): boolean => !withoutAppRunner.has(region);

const bare = (name: string): string => name.replace(/\.$/, "");

/** `_a1.example.com CNAME _b2.acm-validations.aws`, of one that was not found. */
function waitsFor({ Name, Type, Value, Status }: CertificateValidationRecord): string[] {
  if (Status === "SUCCESS" || !Name || !Value) return [];
  return [`${bare(Name)} ${Type ?? "CNAME"} ${bare(Value)}`];
}

interface Domain extends CustomDomain {
  readonly DNSTarget?: string | undefined;
}

function atDomain(what: string, arn: string, domain: Domain): FoundPlace {
  const { DomainName = "", EnableWWWSubdomain, DNSTarget: host = DomainName } = domain;
  const records = (domain.CertificateValidationRecords ?? []).flatMap(waitsFor);
  return {
    ...{ what, host, port: 443, arns: [] },
    names: [DomainName, ...(EnableWWWSubdomain ? [`www.${DomainName}`] : [])],
    ...(records.length && { waits: { arn, records } }),
  };
}

const isGone = (error: unknown): boolean =>
  error instanceof Error && error.name === "ResourceNotFoundException";

/** Of one that was deleted meanwhile none. */
async function domainsOf(read: Read, ServiceArn: string): Promise<Domain[]> {
  try {
    return await Array.fromAsync(read(describeCustomDomains({ ServiceArn })));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

const goesAway = new Set(["DELETING", "DELETED"]);

/** Services that are deleted meanwhile have none. */
export async function* atAppRunner(read: Read): AsyncGenerator<FoundPlace> {
  for await (const { ServiceArn = "", ServiceName, Status = "" } of read(
    listAppRunnerServices({}),
  )) {
    if (goesAway.has(Status)) continue;
    for (const domain of await domainsOf(read, ServiceArn))
      if (domain.Status !== "DELETING")
        yield atDomain(`App Runner ${ServiceName}`, ServiceArn, domain);
  }
}
