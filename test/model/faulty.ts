/** What AWS answers, or does not, when a call goes wrong: each service in its own words. */
import { type Answered, answerOf, malformed } from "../../testing/fault-answers.ts";
import { type Request, type Response, refusal } from "../../testing/memory/aws.ts";
import { TransactionRefused } from "../../testing/memory/table.ts";
import type { Protocol } from "../../testing/recorded-call.ts";

/**
 * What goes wrong with a call.
 * - `throttled`, `denied`, `expired`, `error`, `error503`: AWS answers so; `conflict`: another transaction is at these items
 * - `reset`, `timeout`: no answer comes, and it had no effect; `lost`, `timeoutAfter`: it had; `malformed`: a 200 that breaks off, after it had
 * - `killed`: the process ends before the call arrives; `killedAfter`: after it took effect
 * - `emptyPage`: a page with nothing on it, and a token for the next; `inside`, `partial`: a 200 that says inside that it failed, or that not all is there
 * - `stale`: a look that shows what was so two minutes ago; `lagging`: so does every look from then on
 */
export type Fault =
  | "killed"
  | "killedAfter"
  | "throttled"
  | "denied"
  | "expired"
  | "error"
  | "error503"
  | "conflict"
  | "reset"
  | "lost"
  | "timeout"
  | "timeoutAfter"
  | "malformed"
  | "emptyPage"
  | "inside"
  | "partial"
  | "stale"
  | "lagging";

export const isLook = ({ operation }: Pick<Request, "operation">): boolean =>
  /^(BatchGet|Get|Query|Describe|List)/.test(operation);
const protocols: Partial<Record<Request["service"], Protocol>> = {
  ec2: "ec2",
  sns: "query",
  iam: "query",
  scheduler: "rest-json",
  lambda: "rest-json",
};
const protocolOf = ({ service }: Request): Protocol => protocols[service] ?? "json";
const json = (body: object): Response => ({
  statusCode: 200,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: Buffer.from(JSON.stringify(body)),
});
const xml = (operation: string, inner: string): Response => ({
  statusCode: 200,
  headers: { "content-type": "text/xml" },
  body: Buffer.from(
    `<${operation}Response><requestId>1</requestId>${inner}</${operation}Response>`,
  ),
});

const answers: Partial<Record<Fault, Answered>> = {
  throttled: "throttled",
  denied: "denied",
  expired: "expired",
  error: "error500",
  error503: "error503",
};

const emptyPages: Readonly<Record<string, (request: Request) => Response>> = {
  // A key that sorts before all others, so that the next page is the first.
  Query: ({ input }) => {
    const pk = Object.values(
      (input as { ExpressionAttributeValues?: Record<string, { S?: string }> })
        .ExpressionAttributeValues ?? {},
    )[0];
    return json({
      Items: [],
      Count: 0,
      ScannedCount: 9,
      LastEvaluatedKey: { pk: pk ?? { S: "" }, sk: { S: "\u0000" } },
    });
  },
  // Nothing of it was read: it is to be asked for again.
  BatchGetItem: ({ input }) => json({ Responses: {}, UnprocessedKeys: input.RequestItems }),
  DescribeLogGroups: () => json({ logGroups: [], nextToken: "more" }),
  GetMetricData: () => json({ MetricDataResults: [], NextToken: "more" }),
  GetCostAndUsage: () => json({ ResultsByTime: [], NextPageToken: "more" }),
  ListCertificates: () => json({ CertificateSummaryList: [], NextToken: "more" }),
  ListServerCertificates: ({ operation }) =>
    xml(
      operation,
      `<${operation}Result><ServerCertificateMetadataList/><IsTruncated>true</IsTruncated><Marker>more</Marker></${operation}Result>`,
    ),
  DescribeInstances: ({ operation }) =>
    xml(operation, "<reservationSet/><nextToken>more</nextToken>"),
  DescribeInstanceTypes: ({ operation }) =>
    xml(operation, "<instanceTypeSet/><nextToken>more</nextToken>"),
  DescribeVolumes: ({ operation }) => xml(operation, "<volumeSet/><nextToken>more</nextToken>"),
  DescribeSecurityGroups: ({ operation }) =>
    xml(operation, "<securityGroupInfo/><nextToken>more</nextToken>"),
  GetManagedPrefixListEntries: ({ operation }) =>
    xml(operation, "<entrySet/><nextToken>more</nextToken>"),
  DescribeSecurityGroupRules: ({ operation }) =>
    xml(operation, "<securityGroupRuleSet/><nextToken>more</nextToken>"),
};

/** Whether a call can go wrong so, and differently from how it does otherwise. */
export function canFail({ service, operation, input }: Request, fault: Fault): boolean {
  const look = isLook({ operation });
  switch (fault) {
    case "conflict":
      return operation === "TransactWriteItems";
    case "lost":
    case "timeoutAfter":
    case "killedAfter":
      return !look;
    case "emptyPage":
      return operation in emptyPages && !("Limit" in input);
    case "inside":
      return operation === "GetMetricData" || operation === "RevokeSecurityGroupIngress";
    case "partial":
      return operation === "GetMetricData";
    case "stale":
    case "lagging":
      return look && (service === "ec2" || service === "logs");
    default:
      return true;
  }
}

/**
 * What comes in place of an answer: one that the call had no effect for, or nothing, or `undefined`
 * where the call is carried out all the same.
 */
export function insteadOf(
  fault: Fault,
  request: Request,
  truth: () => Response,
): Response | Error | undefined {
  const { service, operation, input } = request;
  const said = answers[fault];
  if (said) {
    const { status, headers, body } = answerOf(said, {
      service,
      operation,
      protocol: protocolOf(request),
    });
    return { statusCode: status, headers, body: Buffer.from(body) };
  }
  switch (fault) {
    case "conflict": {
      if (operation !== "TransactWriteItems") return undefined;
      const CancellationReasons = (input.TransactItems as unknown as object[]).map(() => ({
        Code: "TransactionConflict",
      }));
      return refusal(
        "dynamodb",
        new TransactionRefused("TransactionCanceledException", "Transaction cancelled", {
          CancellationReasons,
        }),
      );
    }
    case "reset":
      return reset();
    case "timeout":
      return timedOut();
    case "emptyPage":
      return emptyPages[operation]?.(request);
    case "inside":
      if (operation === "RevokeSecurityGroupIngress")
        return xml(
          operation,
          "<return>true</return><unknownIpPermissionSet><item><ipProtocol>tcp</ipProtocol></item></unknownIpPermissionSet>",
        );
      return operation === "GetMetricData"
        ? spoilt(truth(), { StatusCode: "InternalError", Values: [], Timestamps: [] })
        : undefined;
    case "partial":
      return operation === "GetMetricData"
        ? spoilt(truth(), { StatusCode: "PartialData", Values: [1], Timestamps: [0] })
        : undefined;
    default:
      return undefined;
  }
}

/** What comes in place of the answer of a call that was carried out. */
export function insteadOfAnswer(fault: Fault, request: Request): Response | Error | undefined {
  if (fault === "lost") return reset();
  if (fault === "timeoutAfter") return timedOut();
  if (fault !== "malformed") return undefined;
  const { status, headers, body } = malformed({ protocol: protocolOf(request) });
  return { statusCode: status, headers, body: Buffer.from(body) };
}

const reset = (): Error => Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
const timedOut = (): Error =>
  Object.assign(new Error("the request has timed out"), { name: "TimeoutError" });

function spoilt({ body }: Response, by: object): Response {
  const { MetricDataResults } = JSON.parse(Buffer.from(body).toString()) as {
    MetricDataResults: object[];
  };
  return json({
    MetricDataResults: MetricDataResults.map((one, at) => (at === 0 ? { ...one, ...by } : one)),
  });
}
