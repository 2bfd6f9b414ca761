/** An AWS call as it looks on the wire: what any SDK, CLI or handler really sent. */
import type { IncomingHttpHeaders } from "node:http";

/**
 * The wire protocols of the services: they differ in how an operation is named and in how an error
 * is said.
 */
export type Protocol = "ec2" | "query" | "json" | "cbor" | "rest-json" | "rest-xml";

export interface RecordedCall {
  /** Counts from 0, in the order of arrival. A retry is a call of its own. */
  readonly index: number;
  /** As in CloudTrail and IAM: `cloudwatch`, not the `monitoring` that is signed. */
  readonly service: string;
  /**
   * `DescribeInstances`; of REST services, whose paths say what is meant, method and path: `PUT
   * /bucket?policy`.
   */
  readonly operation: string;
  readonly region: string;
  /**
   * The flat form (`{ "GroupId.1": "sg-1" }`), the parsed JSON, or the body as it is where it is
   * neither.
   */
  readonly parameters: unknown;
  readonly protocol: Protocol;
  readonly accessKeyId: string;
}

const signedAs: Readonly<Record<string, string>> = { monitoring: "cloudwatch", tagging: "tag" };
const restXml = new Set(["s3", "route53", "cloudfront"]);

/** Operations of REST services that are called here, by method and path. */
const rest: readonly (readonly [
  service: string,
  method: string,
  path: RegExp,
  operation: string,
])[] = [
  ["lambda", "GET", /^\/2015-03-31\/functions\/[^/]+\/aliases\/[^/]+/, "GetAlias"],
  ["lambda", "POST", /^\/2015-03-31\/functions\/[^/]+\/invocations/, "InvokeFunction"],
  ["lambda", "GET", /^\/2015-03-31\/functions\/?(\?|$)/, "ListFunctions"],
  ["lambda", "GET", /^\/2015-03-31\/functions\/[^/?]+(\?|$)/, "GetFunction"],
  ["lambda", "GET", /^\/2018-10-31\/layers\/[^/]+\/versions\/\d+$/, "GetLayerVersion"],
  ["scheduler", "GET", /^\/schedules(\?|$)/, "ListSchedules"],
  ["lambda", "GET", /^\/2015-03-31\/event-source-mappings(\?|$)/, "ListEventSourceMappings"],
  ["scheduler", "GET", /^\/schedules\/[^/?]+(\?|$)/, "GetSchedule"],
  ["scheduler", "POST", /^\/schedules\/[^/]+$/, "CreateSchedule"],
  ["route53", "GET", /^\/2013-04-01\/hostedzone(\?|$)/, "ListHostedZones"],
  ["route53", "GET", /^\/2013-04-01\/hostedzone\/[^/]+\/rrset(\?|$)/, "ListResourceRecordSets"],
  ["route53", "POST", /^\/2013-04-01\/hostedzone\/[^/]+\/rrset\/?$/, "ChangeResourceRecordSets"],
  ["route53", "GET", /^\/2013-04-01\/hostedzone\/[^/?]+$/, "GetHostedZone"],
  ["route53", "GET", /^\/2013-04-01\/tags\/hostedzone\/[^/?]+$/, "ListTagsForResource"],
  ["backup", "GET", /^\/backup-vaults(\?|$)/, "ListBackupVaults"],
  [
    "backup",
    "GET",
    /^\/backup-vaults\/[^/]+\/recovery-points(\?|$)/,
    "ListRecoveryPointsByBackupVault",
  ],
  ["backup", "GET", /^\/backup\/plans(\?|$)/, "ListBackupPlans"],
  ["backup", "GET", /^\/backup\/plans\/[^/?]+(\?|$)/, "GetBackupPlan"],
  ["backup", "GET", /^\/backup\/plans\/[^/]+\/selections(\?|$)/, "ListBackupSelections"],
  ["backup", "GET", /^\/backup\/plans\/[^/]+\/selections\/[^/?]+$/, "GetBackupSelection"],
  ["backup", "GET", /^\/account-settings$/, "DescribeRegionSettings"],
  ["backup", "GET", /^\/backup-jobs(\?|$)/, "ListBackupJobs"],
  ["backup", "GET", /^\/backup-jobs\/[^/?]+$/, "DescribeBackupJob"],
  ["backup", "PUT", /^\/backup-jobs$/, "StartBackupJob"],
  ["backup", "POST", /^\/backup-jobs\/[^/]+$/, "StopBackupJob"],
  ["backup", "PUT", /^\/copy-jobs$/, "StartCopyJob"],
  ["backup", "GET", /^\/copy-jobs(\/?\?|\/?$)/, "ListCopyJobs"],
  ["backup", "GET", /^\/copy-jobs\/[^/?]+$/, "DescribeCopyJob"],
  ["backup", "GET", /^\/tags\/[^/?]+/, "ListTags"],
  ["backup", "DELETE", /^\/backup-vaults\/[^/]+\/recovery-points\/[^/]+$/, "DeleteRecoveryPoint"],
  ["backup", "GET", /^\/restore-jobs\/[^/]+$/, "DescribeRestoreJob"],
  ["elasticfilesystem", "GET", /^\/2015-02-01\/file-systems(\?|$)/, "DescribeFileSystems"],
  [
    "elasticfilesystem",
    "GET",
    /^\/2015-02-01\/file-systems\/[^/?]+\/backup-policy$/,
    "DescribeBackupPolicy",
  ],
  ["es", "GET", /^\/2021-01-01\/domain(\?|$)/, "ListDomainNames"],
  ["es", "POST", /^\/2021-01-01\/opensearch\/domain-info$/, "DescribeDomains"],
  ["eks", "GET", /^\/clusters(\?|$)/, "ListClusters"],
  ["eks", "GET", /^\/clusters\/[^/?]+$/, "DescribeCluster"],
  ["eks", "GET", /^\/clusters\/[^/]+\/node-groups(\?|$)/, "ListNodegroups"],
  ["eks", "GET", /^\/clusters\/[^/]+\/node-groups\/[^/?]+$/, "DescribeNodegroup"],
  [
    "eks",
    "POST",
    /^\/clusters\/[^/]+\/node-groups\/[^/]+\/update-config$/,
    "UpdateNodegroupConfig",
  ],
  ["guardduty", "POST", /^\/detector\/[^/]+\/findings\/get$/, "GetFindings"],
  ["inspector2", "POST", /^\/findings\/list$/, "ListFindings"],
  ["securityhub", "POST", /^\/findings$/, "GetFindings"],
  ["securityhub", "POST", /^\/findingsv2$/, "GetFindingsV2"],
  ["cloudfront", "GET", /^\/\d{4}-\d\d-\d\d\/distribution(\?|$)/, "ListDistributions"],
  ["cloudfront", "GET", /^\/\d{4}-\d\d-\d\d\/key-group(\?|$)/, "ListKeyGroups"],
  ["cloudfront", "GET", /^\/\d{4}-\d\d-\d\d\/public-key(\?|$)/, "ListPublicKeys"],
  ["apigateway", "GET", /^\/domainnames(\?|$)/, "GetDomainNames"],
  ["route53", "GET", /^\/2013-04-01\/hostedzone(\?|$)/, "ListHostedZones"],
  ["route53", "GET", /^\/2013-04-01\/hostedzone\/[^/]+\/rrset(\?|$)/, "ListResourceRecordSets"],
  ["route53", "POST", /^\/2013-04-01\/hostedzone\/[^/]+\/rrset\/?$/, "ChangeResourceRecordSets"],
  // A bucket is in the path where the host is an address.
  ["s3", "GET", /^\/\?[^/]*x-id=ListBuckets/, "ListBuckets"],
  ["s3", "GET", /^\/[^/?]+\/?\?lifecycle=?$/, "GetBucketLifecycleConfiguration"],
  ["s3", "PUT", /^\/[^/?]+\/?\?lifecycle=?$/, "PutBucketLifecycleConfiguration"],
  ["s3", "DELETE", /^\/[^/?]+\/?\?lifecycle=?$/, "DeleteBucketLifecycle"],
  ["s3", "GET", /^\/[^/?]+\/?\?tagging=?$/, "GetBucketTagging"],
  ["s3", "GET", /^\/[^/?]+\/?\?versioning=?$/, "GetBucketVersioning"],
  ["s3", "GET", /^\/[^/?]+\/?\?replication=?$/, "GetBucketReplication"],
  ["s3", "GET", /^\/[^/?]+\/?\?object-lock=?$/, "GetObjectLockConfiguration"],
  ["s3", "GET", /^\/[^/?]+\/?\?publicAccessBlock=?$/, "GetPublicAccessBlock"],
  ["s3", "GET", /^\/[^/?]+\/?\?encryption=?$/, "GetBucketEncryption"],
  ["s3", "GET", /^\/[^/?]+\/?\?(?:delimiter=[^&]*&)?list-type=2/, "ListObjectsV2"],
  ["s3", "GET", /^\/[^/?]+\/?\?[^/]*versions=?(&|$)/, "ListObjectVersions"],
  ["s3", "POST", /^\/[^/?]+\/?\?delete=?$/, "DeleteObjects"],
  ["s3", "HEAD", /^\/[^/?]+\/[^?]/, "HeadObject"],
  ["s3", "GET", /^\/[^/?]+\/[^?]+\?[^/]*x-id=GetObject$/, "GetObject"],
  ["s3", "PUT", /^\/[^/?]+\/[^?]+\?x-id=PutObject$/, "PutObject"],
  ["s3", "PUT", /^\/[^/?]+\/[^?]+\?x-id=CopyObject$/, "CopyObject"],
  ["access-analyzer", "GET", /^\/findingv2\/[^/]+$/, "GetFindingV2"],
];

const json = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    return body.toString();
  }
};

/** A request as it was received. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Reads service, operation, region and parameters from a request. Unsigned requests have the
 * service "unknown".
 */
export function recorded(index: number, request: RecordedRequest): RecordedCall {
  const { method, url, headers, body } = request;
  const [, accessKeyId = "", region = "", signed = "unknown"] =
    /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? "") ?? [];
  const service = signedAs[signed] ?? signed;
  const call = { index, service, region, accessKeyId };

  const rpc = /\/service\/[^/]+\/operation\/([^/?]+)/.exec(url)?.[1];
  if (rpc) return { ...call, protocol: "cbor", operation: rpc, parameters: body };

  const target = headers["x-amz-target"];
  if (typeof target === "string")
    return {
      ...call,
      protocol: "json",
      operation: target.slice(target.lastIndexOf(".") + 1),
      parameters: json(body),
    };

  const form = headers["content-type"]?.startsWith("application/x-www-form-urlencoded")
    ? Object.fromEntries(new URLSearchParams(body.toString()))
    : {};
  const { Action, Version, ...parameters } = form;
  if (Action)
    return {
      ...call,
      protocol: service === "ec2" ? "ec2" : "query",
      operation: Action,
      parameters,
    };

  const known = rest.find(
    ([of, by, path]) => of === service && by === method && path.test(url),
  )?.[3];
  return {
    ...call,
    protocol: restXml.has(service) ? "rest-xml" : "rest-json",
    operation: known ?? `${method} ${url}`,
    parameters: json(body),
  };
}
