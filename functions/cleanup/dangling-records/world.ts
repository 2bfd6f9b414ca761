/** Whether names of AWS are anybody's, in whatever account: what only its own side can say. */
import { NODATA, NOTFOUND, promises } from "node:dns";
import { NotPossible } from "../../../sdk/errors.ts";

/** A port, so that tests have a world of their own. */
export interface World {
  /**
   * Whether a name is there.
   * @throws where no server says so: then nobody knows
   */
  answers(host: string): Promise<boolean>;
  /**
   * Whether a bucket of that name is there, whoever has it.
   * @throws where S3 does not say
   */
  hasBucket(name: string, region: string): Promise<boolean>;
}

const patience = { timeout: 3000, tries: 2 };
/** Milliseconds. */
const longest = 5000;

/** Of a name that is there, without an address of that family. */
const isOtherwise = (error: unknown): boolean => (error as { code?: unknown }).code === NODATA;
/** Of a name that is not there, in any type (NXDOMAIN). */
const isNowhere = (error: unknown): boolean => (error as { code?: unknown }).code === NOTFOUND;

/** What S3 answers to whoever asks for a bucket without being anybody. */
const ofBucketsThere = new Set([200, 301, 307, 400, 403]);

/** @param resolvers `address` or `address:port` of the servers that are asked; none: the system's */
export function createWorld(resolvers: readonly string[] = []): World {
  const resolver = new promises.Resolver(patience);
  if (resolvers.length) resolver.setServers(resolvers);
  return {
    async answers(host) {
      try {
        await resolver.resolve4(host);
        return true;
      } catch (error) {
        if (isOtherwise(error)) return true;
        if (isNowhere(error)) return false;
        throw error;
      }
    },
    async hasBucket(name, region) {
      const { status } = await fetch(`https://s3.${region}.amazonaws.com/${name}`, {
        method: "HEAD",
        redirect: "manual",
        signal: AbortSignal.timeout(longest),
      });
      if (status === 404) return false;
      if (ofBucketsThere.has(status)) return true;
      throw new NotPossible(`S3 answers ${status} for the bucket ${name}`);
    },
  };
}
