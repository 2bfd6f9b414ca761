/** Asks name servers, one by one: what a cache in between believes proves nothing. */
import { NODATA, NOTFOUND, promises } from "node:dns";
import { isIP } from "node:net";
import { NotPossible } from "../../sdk/errors.ts";

/** A port, so that tests have zones of their own. */
export interface NameServers {
  /**
   * The values of a TXT record, by one server.
   * @throws where it does not answer
   */
  txt(server: string, name: string): Promise<readonly string[]>;
  /** What a name stands for, as the Internet sees it. */
  alias(name: string): Promise<string | undefined>;
  /** The servers that the Internet is sent to for a zone; none where nobody is. */
  serversOf(zone: string): Promise<readonly string[]>;
}

const patience = { timeout: 3000, tries: 2 };

const isNothing = (error: unknown): boolean => {
  const { code } = error as { readonly code?: unknown };
  return code === NODATA || code === NOTFOUND;
};

/** There is none: that is an answer. */
async function orNothing<T>(asking: Promise<T[]>): Promise<T[]> {
  try {
    return await asking;
  } catch (error) {
    if (isNothing(error)) return [];
    throw error;
  }
}

function resolverAt(servers: readonly string[]): promises.Resolver {
  const resolver = new promises.Resolver(patience);
  if (servers.length) resolver.setServers(servers);
  return resolver;
}

const bare = (name: string): string => name.replace(/\.$/, "").toLowerCase();

/**
 * @param resolvers `address` or `address:port` of the servers that are asked in place of all others:
 *   where a network lets no other questions out
 */
export function createNameServers(resolvers: readonly string[] = []): NameServers {
  const common = resolverAt(resolvers);

  async function at(server: string): Promise<promises.Resolver> {
    if (resolvers.length) return common;
    if (isIP(server)) return resolverAt([server]);
    const addresses = await orNothing(common.resolve4(server));
    if (!addresses.length) throw new NotPossible(`the name server ${server} has no address`);
    return resolverAt(addresses.slice(0, 1));
  }

  return {
    async txt(server, name) {
      const resolver = await at(server);
      const records = await orNothing(resolver.resolveTxt(bare(name)));
      return records.map((parts) => parts.join(""));
    },
    async alias(name) {
      const [target] = await orNothing(common.resolveCname(bare(name)));
      return target && bare(target);
    },
    serversOf: async (zone) => (await orNothing(common.resolveNs(bare(zone)))).map(bare),
  };
}
