/**
 * Stands between functions and the embedded AWS: records every call with the role that made it, and
 * is Lambda, which the embedded AWS is not.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type RecordedCall, recorded } from "../../testing/recorded-call.ts";

/**
 * A call and the name of the role whose credentials signed it; `undefined`: whoever set the account
 * up.
 */
export interface PowerCall extends RecordedCall {
  readonly role: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

export interface Recorder {
  readonly endpoint: string;
  readonly calls: readonly PowerCall[];
  /** The tags of what was made with some, by its id: it may be gone when somebody asks. */
  readonly made: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /**
   * Denies a role's next call of any of these operations, as IAM would.
   * @param operations `ec2:DescribeInstances`
   * @param after not before it has made one of these
   */
  deny(role: string, operations: readonly string[], after?: readonly string[]): void;
  /** What a role was to be denied and has not asked for. */
  denyNothing(role: string): void;
  /**
   * What is handed to functions through Lambda's API is carried out by it: they are not waited for
   * there, but here.
   */
  functions(invoke: (name: string, payload: unknown) => Promise<unknown>): void;
  stop(): Promise<void>;
}

async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** `POST /2015-03-31/functions/NAME/invocations`. */
const functionOf = (url: string): string | undefined =>
  /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(url)?.[1];

/** `…/functions/NAME/invocations?Qualifier=ALIAS`: what IAM is asked about. */
const qualifiedBy = (name: string, url: string): string => {
  const alias = /[?&]Qualifier=([^&]+)/.exec(url)?.[1];
  return alias === undefined ? name : `${name}:${alias}`;
};

/** `GET /2015-03-31/functions/NAME/aliases/ALIAS`. */
const aliasedBy = (url: string): string | undefined =>
  /^\/2015-03-31\/functions\/([^/]+)\/aliases\//.exec(url)?.[1];

/** `POST /schedules/NAME`. */
const scheduleOf = ({ operation }: RecordedCall, url: string): string | undefined =>
  operation === "CreateSchedule"
    ? decodeURIComponent(/^\/schedules\/([^/?]+)/.exec(url)?.[1] ?? "")
    : undefined;

const denied = ({ protocol, service, operation }: RecordedCall): Answer => {
  const text = `not authorized to perform: ${service}:${operation}`;
  if (protocol === "ec2")
    return {
      status: 403,
      headers: { "content-type": "text/xml" },
      body: `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>${text}</Message></Error></Errors></Response>`,
    };
  if (protocol === "rest-xml")
    return {
      status: 403,
      headers: { "content-type": "text/xml" },
      body: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${text}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
    };
  return {
    status: 400,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify({ __type: "AccessDeniedException", message: text }),
  };
};

/** `TagSpecification.1.Tag.2.Key` and its `.Value`. */
export function requestTags(parameters: unknown): Readonly<Record<string, string>> {
  const flat = parameters as Readonly<Record<string, string>>;
  return Object.fromEntries(
    Object.entries(flat).flatMap(([name, key]) =>
      /^TagSpecification\.\d+\.Tag\.\d+\.Key$/.test(name)
        ? [[key, flat[name.replace(/Key$/, "Value")] ?? ""]]
        : [],
    ),
  );
}

interface ToDeny {
  readonly role: string;
  readonly operations: readonly string[];
  readonly after: readonly string[];
  /** It has made one of `after`, or need not. */
  isDue: boolean;
}

/** @param target endpoint of the embedded AWS */
export async function startRecorder(target: string): Promise<Recorder> {
  const { hostname, port } = new URL(target);
  const calls: PowerCall[] = [];
  const roles = new Map<string, string>();
  const made = new Map<string, Readonly<Record<string, string>>>();
  const toDeny: ToDeny[] = [];
  let invoke: (name: string, payload: unknown) => Promise<unknown> = async () => {};

  const forward = (incoming: IncomingMessage, body: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { "transfer-encoding": _, ...headers } = incoming.headers;
      const outgoing = request(
        {
          hostname,
          port,
          method: incoming.method,
          path: incoming.url,
          headers: { ...headers, "content-length": String(body.length) },
        },
        async (response) => {
          const { "transfer-encoding": __, connection: ___, ...kept } = response.headers;
          resolve({
            status: response.statusCode ?? 502,
            headers: kept as Answer["headers"],
            body: await bodyOf(response),
          });
        },
      );
      outgoing.on("error", reject).end(body);
    });

  /** Who assumes a role signs with its key from then on. */
  function learn({ service, operation, parameters }: RecordedCall, { body }: Answer): void {
    if (service !== "sts" || operation !== "AssumeRole") return;
    const key = /<AccessKeyId>([^<]+)</.exec(String(body))?.[1];
    const role = (parameters as Readonly<Record<string, string>>).RoleArn?.split("/").at(-1);
    if (key && role) roles.set(key, role);
  }

  /** Volumes and instances are made with their tags. */
  function learnMade({ operation, parameters }: RecordedCall, { body }: Answer): void {
    const element = { CreateVolume: "volumeId", RunInstances: "instanceId" }[operation];
    if (element === undefined) return;
    const id = new RegExp(`<${element}>([^<]+)<`).exec(String(body))?.[1];
    if (id) made.set(id, requestTags(parameters));
  }

  async function carryOut(incoming: IncomingMessage, body: Buffer): Promise<Answer> {
    const call = recorded(calls.length, {
      method: incoming.method ?? "",
      url: incoming.url ?? "",
      headers: incoming.headers,
      body,
    });
    const name = functionOf(incoming.url ?? "");
    const role = roles.get(call.accessKeyId);
    const aliased = aliasedBy(incoming.url ?? "");
    const schedule = scheduleOf(call, incoming.url ?? "");
    calls.push({
      ...call,
      role,
      ...(name && { parameters: { FunctionName: qualifiedBy(name, incoming.url ?? "") } }),
      ...(aliased && { parameters: { FunctionName: aliased } }),
      ...(schedule && { parameters: { ...(call.parameters as object), Name: schedule } }),
    });
    const named = `${call.service}:${call.operation}`;
    const at = toDeny.findIndex(
      (one) => one.role === role && one.isDue && one.operations.includes(named),
    );
    const next = toDeny.find((one) => !one.isDue && one.role === role && one.after.includes(named));
    if (next) next.isDue = true;
    if (at >= 0) {
      toDeny.splice(at, 1);
      return denied(call);
    }
    if (name) {
      const answer = await invoke(name, JSON.parse(body.toString()));
      if (incoming.headers["x-amz-invocation-type"] === "Event")
        return { status: 202, headers: {}, body: "" };
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(answer ?? null),
      };
    }
    const answer = await forward(incoming, body);
    learn(call, answer);
    learnMade(call, answer);
    return answer;
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, headers, body } = await carryOut(incoming, await bodyOf(incoming));
    response
      .writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(body)) })
      .end(body);
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) =>
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    made,
    deny: (role, operations, after = []) =>
      void toDeny.push({ role, operations, after, isDue: !after.length }),
    denyNothing(role) {
      toDeny.splice(0, toDeny.length, ...toDeny.filter((each) => each.role !== role));
    },
    functions(given) {
      invoke = given;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
