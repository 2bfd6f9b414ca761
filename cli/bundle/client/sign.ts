/**
 * Signature version 4, over headers: in place of the SDK's signer in bundles, which also signs
 * addresses, streams and messages (2 KB compressed). Source: AWS's documentation, "Create a signed
 * AWS API request". A test signs again by the SDK's.
 */
import { createHash, createHmac } from "node:crypto";
import { escapeUri } from "@smithy/core/protocols";
import type { AwsCredentialIdentity, HttpRequest } from "@smithy/types";

/** Who signs what for whom. */
export interface Signing {
  readonly credentials: AwsCredentialIdentity;
  readonly region: string;
  readonly service: string;
  readonly date: Date;
}

const hashOf = (text: string | Uint8Array): string =>
  createHash("sha256").update(text).digest("hex");
const keyed = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

/** Headers that others on the way may change, or that say nothing. */
const unsigned =
  /^(authorization|cache-control|connection|expect|from|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id|proxy-.*|sec-.*)$/;

/** Encoded once more, without `.` and `..`. */
function canonicalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part && part !== ".") parts.push(part);
  }
  const end = parts.length && path.endsWith("/") ? "/" : "";
  return escapeUri(`/${parts.join("/")}${end}`).replaceAll("%2F", "/");
}

function canonicalQuery(query: HttpRequest["query"]): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    [value ?? []].flat().map((each) => [escapeUri(name), escapeUri(each)] as const),
  );
  const order = (a: string, b: string) => Number(a > b) - Number(a < b);
  return pairs
    .sort(([a, x], [b, y]) => order(a, b) || order(x, y))
    .map((pair) => pair.join("="))
    .join("&");
}

/** The same request with its signature; what it was given stays as it was. */
export function signedForAws(
  request: HttpRequest,
  { credentials, region, service, date }: Signing,
): HttpRequest {
  const time = date.toISOString().replace(/\.\d+|[-:]/g, "");
  const { sessionToken, accessKeyId, secretAccessKey } = credentials;
  const headers: Record<string, string> = {
    ...request.headers,
    "x-amz-date": time,
    ...(sessionToken && { "x-amz-security-token": sessionToken }),
    "x-amz-content-sha256": hashOf(request.body ?? ""),
  };
  const canonical = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.replace(/\s+/g, " ").trim()] as const)
    .filter(([name]) => !unsigned.test(name))
    .sort(([a], [b]) => Number(a > b) - Number(a < b));
  const names = canonical.map(([name]) => name).join(";");
  const whole = [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    ...canonical.map((header) => header.join(":")),
    "",
    names,
    headers["x-amz-content-sha256"],
  ].join("\n");

  const scope = [time.slice(0, 8), region, service, "aws4_request"];
  const key = scope.reduce<string | Buffer>(keyed, `AWS4${secretAccessKey}`);
  const algorithm = "AWS4-HMAC-SHA256";
  const signature = keyed(
    key as Buffer,
    [algorithm, time, scope.join("/"), hashOf(whole)].join("\n"),
  );
  headers.authorization = `${algorithm} Credential=${accessKeyId}/${scope.join("/")}, SignedHeaders=${names}, Signature=${signature.toString("hex")}`;
  return { ...request, headers };
}
