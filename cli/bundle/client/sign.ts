/**
 * Signature version 4, over headers and addresses: in place of the SDK's signer in bundles, which
 * also signs streams and messages (2 KB compressed). Source: AWS's documentation, "Create a signed
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
  /** The path is signed as it is sent: an object's name may have `..` in it. */
  readonly pathAsSent?: boolean;
}

const hashOf = (text: string | Uint8Array): string =>
  createHash("sha256").update(text).digest("hex");
const keyed = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

/** Headers that others on the way may change, or that say nothing. */
const unsigned =
  /^(authorization|cache-control|connection|expect|from|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id|proxy-.*|sec-.*)$/;

const algorithm = "AWS4-HMAC-SHA256";
const timeOf = (date: Date): string => date.toISOString().replace(/\.\d+|[-:]/g, "");
const scopeOf = ({ date, region, service }: Omit<Signing, "credentials">): string[] => [
  timeOf(date).slice(0, 8),
  region,
  service,
  "aws4_request",
];

const canonicalHeaders = ({ headers }: HttpRequest): (readonly [name: string, value: string])[] =>
  Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.replace(/\s+/g, " ").trim()] as const)
    .filter(([name]) => !unsigned.test(name))
    .sort(([a], [b]) => Number(a > b) - Number(a < b));

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

/** What AWS works out again: the request in one form, signed with a key for that day and place. */
function signatureOf(
  request: HttpRequest,
  { credentials: { secretAccessKey }, date, region, service, pathAsSent }: Signing,
  { hash, names }: { readonly hash: string; readonly names: readonly string[] },
): string {
  const whole = [
    request.method,
    pathAsSent ? request.path : canonicalPath(request.path),
    canonicalQuery(request.query),
    ...canonicalHeaders(request).map((header) => header.join(":")),
    "",
    names.join(";"),
    hash,
  ].join("\n");
  const scope = scopeOf({ date, region, service });
  const key = scope.reduce<string | Buffer>(keyed, `AWS4${secretAccessKey}`);
  const signed = [algorithm, timeOf(date), scope.join("/"), hashOf(whole)].join("\n");
  return keyed(key as Buffer, signed).toString("hex");
}

/** The same request with its signature; what it was given stays as it was. */
export function signedForAws(request: HttpRequest, signing: Signing): HttpRequest {
  const { sessionToken, accessKeyId } = signing.credentials;
  const hash = hashOf(request.body ?? "");
  const headers: Record<string, string> = {
    ...request.headers,
    "x-amz-date": timeOf(signing.date),
    ...(sessionToken && { "x-amz-security-token": sessionToken }),
    "x-amz-content-sha256": hash,
  };
  const whole = { ...request, headers };
  const names = canonicalHeaders(whole).map(([name]) => name);
  const signature = signatureOf(whole, signing, { hash, names });
  headers.authorization = `${algorithm} Credential=${accessKeyId}/${scopeOf(signing).join("/")}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return whole;
}

/**
 * A request that whoever has its address may send: its signature lies in the query.
 * @param seconds that it holds
 */
export function presignedForAws(
  request: HttpRequest,
  signing: Signing,
  seconds: number,
): HttpRequest {
  const { sessionToken, accessKeyId } = signing.credentials;
  const names = canonicalHeaders(request).map(([name]) => name);
  const query: Record<string, string> = {
    ...(request.query as Record<string, string>),
    "X-Amz-Algorithm": algorithm,
    "X-Amz-Credential": [accessKeyId, ...scopeOf(signing)].join("/"),
    "X-Amz-Date": timeOf(signing.date),
    "X-Amz-Expires": String(seconds),
    ...(sessionToken && { "X-Amz-Security-Token": sessionToken }),
    "X-Amz-SignedHeaders": names.join(";"),
  };
  const signature = signatureOf({ ...request, query }, signing, { hash: hashOf(""), names });
  return { ...request, query: { ...query, "X-Amz-Signature": signature } };
}
