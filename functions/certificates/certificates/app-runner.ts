/** Names of one's own that lead to services of App Runner, and the records that their certificates wait for. */
import type { CertificateValidationRecord, CustomDomain } from "@aws-sdk/client-apprunner";
import { describeCustomDomains, listAppRunnerServices } from "../../../aws/apprunner/service.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { FoundPlace } from "./places.ts";

export const appRunnerReads = [listAppRunnerServices, describeCustomDomains] as const;
type Read = Reader<typeof appRunnerReads>;

/**
 * Where there is App Runner; elsewhere its address leads nowhere.
 * @see https://docs.aws.amazon.com/general/latest/gr/apprunner.html
 */
const withAppRunner: ReadonlySet<string> = new Set([
  ...["us-east-1", "us-east-2", "us-west-2"],
  ...["eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"],
  ...["ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2"],
]);

export const hasAppRunner = (region: string): boolean => withAppRunner.has(region);

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
