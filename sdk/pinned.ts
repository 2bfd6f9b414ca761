/** A host name is resolved once, and what is connected to is what was checked. */
import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";

/** All addresses of a host name, as the system's resolver knows them. */
export const allAddresses = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/** Answers these addresses to whoever connects, whatever DNS says meanwhile. */
export const pinnedLookup =
  (addresses: readonly string[]): LookupFunction =>
  (_, options, done) => {
    const all = addresses.map((address) => ({ address, family: isIP(address) }));
    const isOne = options.family === 4 || options.family === 6;
    const fitting = all.filter(({ family }) => !isOne || family === options.family);
    const [first] = fitting;
    if (options.all) done(null, fitting);
    else if (first) done(null, first.address, first.family);
    else done(Object.assign(new Error("no such address"), { code: "ENOTFOUND" }), "");
  };
