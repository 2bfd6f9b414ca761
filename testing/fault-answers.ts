/** How AWS says that something went wrong: each service in its own words and its own protocol. */
import type { Protocol, RecordedCall } from "./recorded-call.ts";

export type Answered = "throttled" | "denied" | "forbidden" | "expired" | "error500" | "error503";
/** Refused by a code of the operation's own. */
export type Refused = `refused:${string}`;
type Asked = Pick<RecordedCall, "service" | "operation" | "protocol">;

export interface FaultAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

type Said = readonly [status: number, code: string];
type Words = Readonly<Record<Exclude<Answered, "forbidden">, Said>>;

const byProtocol: Readonly<Record<Protocol, Words>> = {
  ec2: {
    throttled: [503, "RequestLimitExceeded"],
    denied: [403, "UnauthorizedOperation"],
    expired: [400, "RequestExpired"],
    error500: [500, "InternalError"],
    error503: [503, "Unavailable"],
  },
  query: {
    throttled: [400, "Throttling"],
    denied: [403, "AccessDenied"],
    expired: [403, "ExpiredToken"],
    error500: [500, "InternalFailure"],
    error503: [503, "ServiceUnavailable"],
  },
  json: {
    throttled: [400, "ThrottlingException"],
    denied: [400, "AccessDeniedException"],
    expired: [400, "ExpiredTokenException"],
    error500: [500, "InternalFailure"],
    error503: [503, "ServiceUnavailable"],
  },
  cbor: {
    throttled: [400, "ThrottlingException"],
    denied: [403, "AccessDeniedException"],
    expired: [400, "ExpiredTokenException"],
    error500: [500, "InternalServiceError"],
    error503: [503, "ServiceUnavailable"],
  },
  "rest-json": {
    throttled: [429, "TooManyRequestsException"],
    denied: [403, "AccessDeniedException"],
    expired: [403, "ExpiredTokenException"],
    error500: [500, "ServiceException"],
    error503: [503, "ServiceUnavailable"],
  },
  "rest-xml": {
    throttled: [503, "SlowDown"],
    denied: [403, "AccessDenied"],
    expired: [400, "ExpiredToken"],
    error500: [500, "InternalError"],
    error503: [503, "ServiceUnavailable"],
  },
};

/** Where a service has words of its own. */
const byService: Readonly<Record<string, Partial<Words>>> = {
  dynamodb: {
    throttled: [400, "ProvisionedThroughputExceededException"],
    error500: [500, "InternalServerError"],
  },
  sns: { throttled: [429, "Throttled"], denied: [403, "AuthorizationError"] },
  sqs: { throttled: [403, "RequestThrottled"], denied: [403, "AccessDeniedException"] },
  ssm: { error500: [500, "InternalServerError"] },
  events: { error500: [500, "InternalException"] },
};

const messages: Readonly<Record<Answered, (call: Asked) => string>> = {
  throttled: () => "Rate exceeded",
  denied: ({ service, operation }) =>
    `User is not authorized to perform: ${service}:${operation} because no identity-based policy allows the ${service}:${operation} action`,
  forbidden: ({ service, operation }) =>
    `User is not authorized to perform: ${service}:${operation} with an explicit deny in a service control policy`,
  expired: () => "The security token included in the request is expired",
  error500: () => "An internal error has occurred",
  error503: () => "The service is unavailable. Please try again shortly.",
};

/** CBOR of a map of short texts, which is all that an error needs. */
function cborMap(entries: Readonly<Record<string, string>>): Buffer {
  const text = (value: string) => {
    const bytes = Buffer.from(value);
    const head = Buffer.from([0x79, 0, 0]);
    head.writeUInt16BE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  };
  const pairs = Object.entries(entries);
  return Buffer.concat([
    Buffer.from([0xa0 + pairs.length]),
    ...pairs.flatMap((pair) => pair.map(text)),
  ]);
}

const shapes: Readonly<
  Record<Protocol, (code: string, message: string) => Omit<FaultAnswer, "status">>
> = {
  ec2: (code, message) => ({
    headers: { "content-type": "text/xml;charset=UTF-8" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>fault</RequestID></Response>`,
  }),
  query: (code, message) => ({
    headers: { "content-type": "text/xml" },
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>fault</RequestId></ErrorResponse>`,
  }),
  json: (code, message) => ({
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message }),
  }),
  cbor: (code, message) => ({
    headers: { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" },
    body: cborMap({ __type: `com.amazonaws.cloudwatch#${code}`, message }),
  }),
  "rest-json": (code, message) => ({
    headers: { "content-type": "application/json", "x-amzn-errortype": code },
    body: JSON.stringify({ Message: message }),
  }),
  "rest-xml": (code, message) => ({
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  }),
};

const isRefused = (fault: Answered | Refused): fault is Refused => fault.startsWith("refused:");

/** What the service would answer to this call if this went wrong. */
export function answerOf(fault: Answered | Refused, call: Asked): FaultAnswer {
  if (isRefused(fault)) {
    const code = fault.slice("refused:".length);
    return { status: 400, ...shapes[call.protocol](code, "It cannot be done") };
  }
  // The same code, whoever's policy it was.
  const named = fault === "forbidden" ? "denied" : fault;
  const [status, code] = byService[call.service]?.[named] ?? byProtocol[call.protocol][named];
  return { status, ...shapes[call.protocol](code, messages[fault](call)) };
}

/** A 200 whose body breaks off, as through a bad proxy. */
export function malformed({ protocol }: Pick<RecordedCall, "protocol">): FaultAnswer {
  const { headers, body } = shapes[protocol]("", "");
  return {
    status: 200,
    headers,
    body: (typeof body === "string" ? Buffer.from(body) : body).subarray(0, 12),
  };
}
