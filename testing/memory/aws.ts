/**
 * An AWS account in memory, under the SDK's request handler: the declared operations of the test
 * automations, and the ledger's.
 */
import type { HttpRequest } from "@smithy/types";
import { acmAnswer, serverCertificatesAnswer } from "./certificates.ts";
import { MemoryEc2 } from "./ec2.ts";
import { costs, metrics } from "./figures.ts";
import { MemoryLogs } from "./logs.ts";
import { MemorySecurityGroups } from "./security-groups.ts";
import { MemoryTable, TransactionRefused } from "./table.ts";

export interface Request {
  readonly service:
    | (typeof services)[keyof typeof services]
    | "ec2"
    | "iam"
    | "sns"
    | "scheduler"
    | "lambda";
  readonly operation: string;
  readonly input: Readonly<Record<string, never>>;
}
export interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const services = {
  DynamoDB_20120810: "dynamodb",
  Logs_20140328: "logs",
  AmazonSSM: "ssm",
  GraniteServiceVersion20100801: "cloudwatch",
  AWSInsightsIndexService: "ce",
  CloudTrail_20131101: "cloudtrail",
  AmazonSQS: "sqs",
  AWSEvents: "events",
  CertificateManager: "acm",
} as const;
/** Of the query protocol, by the version that a request names. */
const byVersion: Readonly<Record<string, Request["service"]>> = {
  "2010-03-31": "sns",
  "2010-05-08": "iam",
};
const plain = new TextDecoder();

/** What an SDK client is about to send. */
export function requestOf({
  headers,
  body = "",
  method,
  path = "/",
  query,
}: Pick<HttpRequest, "headers" | "body"> & Partial<HttpRequest>): Request {
  const sent = typeof body === "string" ? body : plain.decode(body as Uint8Array);
  const target = headers["x-amz-target"];
  if (target === undefined && path.startsWith("/schedules")) return scheduled(method, path, sent);
  if (target === undefined && path.includes("/event-source-mappings"))
    return {
      service: "lambda",
      operation: "ListEventSourceMappings",
      input: { ...query } as never,
    };
  if (target === undefined) {
    const {
      Action = "",
      Version = "",
      ...parameters
    } = Object.fromEntries(new URLSearchParams(sent));
    const service = byVersion[Version] ?? "ec2";
    return { service, operation: Action, input: parameters as never };
  }
  const [prefix = "", operation = ""] = target.split(".");
  return { service: services[prefix as keyof typeof services], operation, input: JSON.parse(sent) };
}

/** EventBridge Scheduler's REST: what is done lies in method and path. */
function scheduled(method: string | undefined, path: string, body: string): Request {
  const Name = decodeURIComponent(path.split("/")[2] ?? "");
  const operation = method === "POST" ? "CreateSchedule" : "ListSchedules";
  return { service: "scheduler", operation, input: { ...JSON.parse(body || "{}"), Name } };
}

export const answerInJson = (statusCode: number, body: object, headers: object = {}): Response => ({
  statusCode,
  headers: { "content-type": "application/x-amz-json-1.0", ...headers },
  body: Buffer.from(JSON.stringify(body)),
});
export const answerInXml = (statusCode: number, body: string): Response => ({
  statusCode,
  headers: { "content-type": "text/xml" },
  body: Buffer.from(body),
});

/** An error in the service's own words. */
export const refusal = (
  service: Request["service"],
  { name, message, more, status }: TransactionRefused,
): Response =>
  service === "ec2"
    ? answerInXml(
        status,
        `<Response><Errors><Error><Code>${name}</Code><Message>${message}</Message></Error></Errors><RequestID>1</RequestID></Response>`,
      )
    : answerInJson(
        status,
        { __type: name, message, Message: message, ...more },
        { "x-amzn-errortype": name },
      );

/** What DynamoDB answers. */
export function tableAnswer(
  table: MemoryTable,
  { operation, input }: Request,
  now: number,
): Response {
  try {
    return answerInJson(200, table.answer(operation, input as never, now));
  } catch (error) {
    if (!(error instanceof TransactionRefused)) throw error;
    return refusal("dynamodb", error);
  }
}

/** What the units' calls change. */
export interface Changeable {
  readonly logs: MemoryLogs;
  readonly ec2: MemoryEc2;
}

export class MemoryAws implements Changeable {
  readonly table = new MemoryTable();
  readonly logs: MemoryLogs;
  readonly ec2: MemoryEc2;
  killSwitch = "run";
  /** The ARN of the role that all changes are told of in CloudTrail's history. */
  caller = "";
  readonly #account: string;
  readonly #history: object[] = [];

  constructor(account: string, region: string) {
    this.#account = account;
    this.logs = new MemoryLogs(account, region);
    this.ec2 = new MemoryEc2(new MemorySecurityGroups(account));
  }

  /** What calls change, as it is now. */
  copy = (): Changeable => ({ logs: this.logs.copy(), ec2: this.ec2.copy() });

  /**
   * @param seen what is looked at and changed: what there is, or, for a look that lags, what there was
   * @returns the answer, and the resources that the call has changed: none where it was refused
   */
  answer(
    { service, operation, input }: Request,
    now: number,
    seen: Changeable = this,
  ): { readonly response: Response; readonly changed: readonly string[] } {
    if (service === "dynamodb")
      return { response: tableAnswer(this.table, { service, operation, input }, now), changed: [] };
    const { response, changed } = this.#answer({ service, operation, input }, seen);
    if (changed.length) this.#history.unshift(this.#told({ service, operation, input }, now));
    return { response, changed };
  }

  /** A call, as CloudTrail tells of it. */
  #told({ operation, input }: Request, now: number): object {
    const event = {
      eventID: `event-${this.#history.length + 1}`,
      eventName: operation,
      eventTime: new Date(now).toISOString(),
      recipientAccountId: this.#account,
      userIdentity: { sessionContext: { sessionIssuer: { arn: this.caller } } },
      requestParameters: input,
    };
    return { EventName: operation, CloudTrailEvent: JSON.stringify(event) };
  }

  #lookedUp(input: Request["input"]): object {
    const [name] = (input.LookupAttributes ?? []) as readonly { readonly AttributeValue: string }[];
    const events = this.#history as { readonly EventName: string }[];
    return { Events: events.filter(({ EventName }) => !name || EventName === name.AttributeValue) };
  }

  #answer(
    { service, operation, input }: Request,
    seen: Changeable,
  ): { readonly response: Response; readonly changed: readonly string[] } {
    try {
      if (service === "cloudtrail")
        return { response: answerInJson(200, this.#lookedUp(input)), changed: [] };
      if (service === "ssm")
        return {
          response: answerInJson(200, { Parameter: { Name: input.Name, Value: this.killSwitch } }),
          changed: [],
        };
      if (service === "logs") {
        const { body, changed = [] } = seen.logs.answer(operation, input);
        return { response: answerInJson(200, body), changed };
      }
      if (service === "cloudwatch")
        return { response: answerInJson(200, metrics(operation, input as never)), changed: [] };
      if (service === "ce")
        return { response: answerInJson(200, costs(operation, input as never)), changed: [] };
      if (service === "acm")
        return { response: answerInJson(200, acmAnswer(operation)), changed: [] };
      if (service === "iam") {
        const inside = serverCertificatesAnswer(operation);
        const body = `<${operation}Response><${operation}Result>${inside}</${operation}Result></${operation}Response>`;
        return { response: answerInXml(200, body), changed: [] };
      }
      const { body, changed = [] } = seen.ec2.answer(operation, input);
      return {
        response: answerInXml(
          200,
          `<${operation}Response><requestId>1</requestId>${body}</${operation}Response>`,
        ),
        changed,
      };
    } catch (error) {
      if (!(error instanceof TransactionRefused)) throw error;
      return { response: refusal(service, error), changed: [] };
    }
  }
}
