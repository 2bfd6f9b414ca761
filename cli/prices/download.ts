/** What an address of the price list answers, as it comes: an offer has hundreds of megabytes. */
import { type ClientRequest, request as openPlain, Agent as PlainAgent } from "node:http";
import { request as openSecurely, Agent as SecureAgent } from "node:https";
import { createGunzip } from "node:zlib";
import { inOneLine } from "../../sdk/errors.ts";

/** Without a byte for so long, nothing comes any more. */
const quietMilliseconds = 60_000;
/** Of one document, unpacked. */
const mostBytes = 4_000_000_000;

const opened = (url: URL): ClientRequest => {
  // The proxy of `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, as every tool on this machine takes it.
  const proxied = { proxyEnv: process.env, keepAlive: false };
  const headers = { accept: "application/json", "accept-encoding": "gzip" };
  return url.protocol === "https:"
    ? openSecurely(url, { agent: new SecureAgent(proxied), headers })
    : openPlain(url, { agent: new PlainAgent(proxied), headers });
};

async function* answered(url: URL): AsyncGenerator<Buffer> {
  const asked = opened(url);
  asked.setTimeout(quietMilliseconds, () =>
    asked.destroy(new Error(`sent nothing for ${quietMilliseconds / 1000} seconds`)),
  );
  const { promise, resolve, reject } = Promise.withResolvers<import("node:http").IncomingMessage>();
  asked.on("response", resolve);
  asked.on("error", reject);
  asked.end();
  const response = await promise;
  try {
    if (response.statusCode !== 200) throw new Error(`answers ${response.statusCode}`);
    const isPacked = response.headers["content-encoding"] === "gzip";
    const body = isPacked ? response.pipe(createGunzip()) : response;
    if (isPacked) response.on("error", (error) => body.destroy(error));
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > mostBytes) throw new Error(`has more than ${mostBytes} bytes`);
      yield chunk;
    }
    if (!response.complete) throw new Error("broke off before its end");
  } finally {
    asked.destroy();
  }
}

/**
 * The answer's bytes, unpacked.
 * @throws where there is none, with the address
 */
export async function* download(url: URL): AsyncGenerator<Buffer> {
  try {
    yield* answered(url);
  } catch (error) {
    throw new Error(`${url.href}: ${inOneLine(error)}`, { cause: error });
  }
}

/** Of an index: the whole document. */
const mostOfIndex = 20_000_000;

/** @throws where there is none, or it is no JSON, with the address */
export async function downloadWhole(url: URL): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of download(url)) {
    size += chunk.length;
    if (size > mostOfIndex) throw new Error(`${url.href}: has more than ${mostOfIndex} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
  } catch {
    throw new Error(`${url.href}: is no JSON`);
  }
}
