/** What lies behind the address by which Lambda hands out code: on AWS's own hosts, and nowhere else. */
import type { SdkClient } from "../../sdk/call.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { exchange } from "../../sdk/exchange.ts";
import { milliseconds, minutes } from "../../sdk/time.ts";

/** Reads all of it; more than so many bytes are refused. */
export type Download = (mostBytes: number) => Promise<Buffer>;

interface Host {
  readonly hostname: string;
  readonly port?: number;
}
interface Asked {
  readonly config?: { readonly endpoint?: () => Promise<Host> };
}

/** Lambda keeps it in buckets of S3. */
const isOfS3 = ({ protocol, hostname }: URL): boolean =>
  protocol === "https:" && /\.s3[.-]/.test(hostname) && /\.amazonaws\.com(\.cn)?$/.test(hostname);

/** Whoever was told to ask another AWS, as one on this machine, gets code from there too. */
async function isThere(client: SdkClient, { hostname, port }: URL): Promise<boolean> {
  const own = await (client as Asked).config?.endpoint?.();
  return own?.hostname === hostname && String(own.port ?? "") === port;
}

const longest = minutes(2);
/** A connection that breaks, or an S3 that is busy, is asked again so often. */
const attempts = 3;

async function once(url: URL, mostBytes: number): Promise<Buffer | number> {
  const signal = AbortSignal.timeout(milliseconds(longest));
  const answer = await exchange({ url, method: "GET", headers: {}, mostBytes, signal });
  return answer.status === 200 ? answer.body : answer.status;
}

async function whole(url: URL, mostBytes: number): Promise<Buffer> {
  let last: unknown;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      const found = await once(url, mostBytes);
      if (typeof found !== "number") return found;
      last = new Error(`${url.hostname} answered ${found} instead of the code`);
      if (found < 500) break;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** The address itself lets in whoever reads it: no error has more of it than its host. */
export const downloadFrom =
  (client: SdkClient, location: string): Download =>
  async (mostBytes) => {
    const url = URL.parse(location);
    if (url && (isOfS3(url) || (await isThere(client, url)))) return whole(url, mostBytes);
    throw new NotPossible(
      `Lambda hands out code at ${url?.host ?? "no address"}, which is no bucket of AWS: nothing is read from there`,
    );
  };
