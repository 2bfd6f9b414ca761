/**
 * A real account, for the command line: what the embedded AWS does not do as AWS does is answered
 * by the test.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestAccount } from "../setup/aws.ts";

export interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  // biome-ignore lint/suspicious/noExplicitAny: whatever was posted
  readonly body: any;
}
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or a text as it is. */
  readonly body: unknown;
}
/** A call of another service than those that `answer` is for. */
export interface Call {
  /** As it is signed for: `monitoring`, `sns`. */
  readonly service: string;
  readonly region: string;
  readonly operation: string;
  readonly text: string;
}

/**
 * An address that leads to this machine and does not look like it: for the command line, a real
 * account. Lambda and Function URLs and CloudTrail's LookupEvents are answered here, all else by
 * the embedded AWS.
 * @param instead what is answered in its place; nothing: it answers itself
 */
export async function account(
  aws: TestAccount,
  answer: (asked: Asked) => Answer | undefined,
  instead: (call: Call) => Answer | undefined = () => undefined,
) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await Array.fromAsync(request)).toString();
    const { url: path = "", headers } = request;
    const lambda =
      path.startsWith("/20") ||
      path.startsWith("/decide") ||
      `${headers["x-amz-target"]}`.endsWith(".LookupEvents");
    if (lambda) {
      const one = { path, headers, body: text ? JSON.parse(text) : null };
      asked.push(one);
      const {
        status = 200,
        headers: more,
        body,
      } = answer(one) ?? {
        status: 404,
        headers: { "x-amzn-errortype": "ResourceNotFoundException" },
        body: { Type: "User", Message: "Function not found" },
      };
      response
        .writeHead(status, { "content-type": "application/json", ...more })
        .end(JSON.stringify(body));
      return;
    }
    const [, region = "", service = ""] =
      /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? "") ?? [];
    const operation =
      new URLSearchParams(text).get("Action") ??
      `${headers["x-amz-target"]}`.split(".").at(-1) ??
      "";
    const other = instead({ service, region, operation, text });
    if (other) {
      const said = typeof other.body === "string" ? other.body : JSON.stringify(other.body);
      response
        .writeHead(other.status ?? 200, {
          "content-type": "application/x-amz-json-1.0",
          ...other.headers,
        })
        .end(said);
      return;
    }
    const {
      host: _,
      connection: __,
      "content-length": ___,
      ...kept
    } = headers as Record<string, string>;
    const real = await fetch(`${aws.endpoint}${path}`, {
      method: request.method ?? "POST",
      headers: kept,
      ...(text && { body: text }),
    });
    const {
      "content-length": ____,
      "content-encoding": _____,
      ...given
    } = Object.fromEntries(real.headers);
    response.writeHead(real.status, given).end(await real.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "::ffff:127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  process.env.AWS_ENDPOINT_URL = `http://[::ffff:7f00:1]:${port}`;
  return { asked, url: `http://127.0.0.1:${port}/decide/`, stop: () => server.close() };
}
