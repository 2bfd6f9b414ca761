/** Headers that each request has, whatever is asked: they are the same for all its attempts. */
import { randomUUID } from "node:crypto";
import { platform, release } from "node:os";
import { env, versions } from "node:process";
import { InvokeStore } from "@aws/lambda-invoke-store";
import type { HttpRequest } from "@smithy/types";

type Headers = Readonly<Record<string, string>>;

/** Who asks. */
export interface Agent {
  readonly serviceId: string;
  /** Of the client's package. */
  readonly version: string;
  readonly userAgentAppId?: string;
  readonly customUserAgent?: readonly (readonly string[])[];
}

/** As the SDK names itself, without what it tells of its own features. */
export function userAgent(agent: Agent): Headers {
  const { serviceId, version, userAgentAppId = env.AWS_SDK_UA_APP_ID, customUserAgent } = agent;
  const sdk = `aws-sdk-js/${version}`;
  const parts = [
    `${sdk} ua/2.1 os/${platform()}#${release()} lang/js md/nodejs#${versions.node}`,
    `api/${serviceId.toLowerCase().replaceAll(" ", "_")}#${version}`,
    env.AWS_EXECUTION_ENV && `exec-env/${env.AWS_EXECUTION_ENV}`,
    userAgentAppId && `app/${userAgentAppId}`,
    ...(customUserAgent ?? []).map((pair) => pair.join("/")),
  ];
  const whole = parts.filter(Boolean).join(" ");
  return { "x-amz-user-agent": sdk, "user-agent": whole.replace(/[^\x20-\x7e]/g, "-") };
}

/** By which Lambda sees that functions call each other in a circle, and by which a trace goes on. */
async function trace(): Promise<Readonly<Record<string, string | undefined>>> {
  const store = await InvokeStore.getInstanceAsync();
  const traceparent = store?.getTraceparent?.();
  return {
    "X-Amzn-Trace-Id":
      env.AWS_LAMBDA_FUNCTION_NAME && (store?.getXRayTraceId() ?? env._X_AMZN_TRACE_ID),
    ...(traceparent && {
      traceparent,
      tracestate: store?.getTracestate?.(),
      baggage: store?.getBaggage?.(),
    }),
  };
}

export async function addHeaders(request: HttpRequest, agent: Headers): Promise<void> {
  const { body, headers, hostname, port } = request;
  const added = {
    host: port === undefined ? hostname : `${hostname}:${port}`,
    "content-length": body && String(Buffer.byteLength(body)),
    ...headers,
    ...agent,
    ...(await trace()),
    "amz-sdk-invocation-id": randomUUID(),
  };
  for (const [name, value] of Object.entries(added)) if (value) headers[name] = value;
}
