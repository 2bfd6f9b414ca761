/**
 * Deletes DNS records that point at what is gone. Where somebody else can get what they point at,
 * that somebody answers in the record's name: with its visitors, their cookies, and certificates for
 * it. Whether a name is anybody's is asked of DNS, and of S3 for buckets: so what another account or
 * another region has is never taken for gone. What cannot be asked is held and told.
 *
 * Addresses are different: one that this account does not have may be anybody's, and meant. So only
 * those that the settings call the account's own are gone when it does not have them any more. Other
 * addresses of EC2 that the account does not have are told and left alone.
 */
import type { ResourceRecordSet, Tag } from "@aws-sdk/client-route-53";
import * as z from "zod/mini";
import { recordDeletion } from "../../../aws/route53/record.ts";
import { listRouteTagsForResource } from "../../../aws/route53/zone.ts";
import { type AutomationSearch, automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { count } from "../../../sdk/counted.ts";
import { declaredRegion } from "../../../sdk/elsewhere.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { type JudgedRecord, judgedRecord, ownBy, type Takeover } from "./dangling.ts";
import { type Holdings, holdingsIn, readsOfAddresses } from "./own-addresses.ts";
import { bareName } from "./pointing.ts";
import { hostTypes, publicRecords, readsOfRecords, recordId } from "./records.ts";
import { createWorld, type World } from "./world.ts";

const reads = [...readsOfRecords, ...readsOfAddresses, listRouteTagsForResource] as const;

const deletion = recordDeletion({ names: ["*"], type: hostTypes });

const ofAddress = /^(\d{1,3}\.){3}\d{1,3}(\/(3[0-2]|[12]?\d))?$/;

const config = z.strictObject({
  days: z
    ._default(z.int().check(z.gte(0), z.lte(90)), 1)
    .check(
      z.describe(
        "For how many days what it points at must have been gone, at each look: a name server may be wrong once.",
      ),
    ),
  own: z
    ._default(
      z.array(
        z
          .string()
          .check(
            z.regex(ofAddress, "must be an address or a range, like 203.0.113.7 or 203.0.113.0/28"),
          ),
      ),
      [],
    )
    .check(
      z.describe(
        "Elastic IP addresses and ranges of this account, also those that it has released: a record that names one of them is proposed when the account does not have it any more. Other addresses are never.",
      ),
    ),
  regions: z
    ._default(z.array(declaredRegion).check(z.maxLength(20)), [])
    .check(
      z.describe(
        "Regions beside the home region that addresses of the account may lie in. Addresses are only judged where all regions of the settings are named here.",
      ),
    ),
  resolvers: z
    ._default(
      z.array(z.string().check(z.regex(/^[\d.]+(:\d+)?$/, "must be an address, or address:port"))),
      [],
    )
    .check(
      z.describe(
        "Name servers that are asked whether a name is there, where the network lets no other questions out.",
      ),
    ),
});

export interface DanglingCandidate extends JudgedRecord {
  /** Of its zone; read where something is to be done. */
  readonly zoneTags?: readonly Tag[] | undefined;
}

type Search = AutomationSearch<typeof config, typeof reads>;

/** So many records are asked about at once. */
const together = 16;

/** A name that is always there. Who is told otherwise is told nothing. */
const anchor = "aws.amazon.com";

/** Once for each look, and only where something needs it. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function holdingsOf({ read, region, regions, config: { regions: named } }: Search) {
  const known = new Set<string>([region, ...named]);
  const missing = regions.filter((each) => !known.has(each));
  return once(async (): Promise<Holdings> => {
    if (missing.length)
      return {
        unknown: `addresses of ${missing.join(", ")} are not looked at: name the region in \`regions\` of this unit`,
      };
    return holdingsIn(read, { region, regions: named });
  });
}

/** Asks once for each name; where the name servers cannot be believed, nothing they say is. */
function waryOf(world: World): World {
  const isSane = once(() => world.answers(anchor));
  const known = new Map<string, Promise<boolean>>();
  async function ask(host: string): Promise<boolean> {
    if (await world.answers(host)) return true;
    if (await isSane()) return false;
    throw new CannotJudge(`the name servers say that ${anchor} is not there`);
  }
  return {
    ...world,
    answers(host) {
      const answer = known.get(host) ?? ask(host);
      known.set(host, answer);
      return answer;
    },
  };
}

const dangers: Readonly<Record<Takeover, number>> = { anybody: 3, "whoever gets it": 2, nobody: 1 };

const outcomes: Readonly<Record<Takeover, (name: string) => string>> = {
  anybody: (name) =>
    `whoever makes it anew, in any account, answers for ${name}: TAKEOVER IS POSSIBLE`,
  "whoever gets it": (name) =>
    `whichever account is given it answers for ${name}: takeover is possible`,
  nobody: (name) => `nobody else can get that name, so ${name} only fails`,
};

/** So many are named in a note. */
const mostNamed = 10;

function foreignNote(foreign: readonly string[]): string {
  const named = foreign.toSorted().slice(0, mostNamed);
  const more = foreign.length - named.length;
  return `${count(foreign.length, "record")} ${foreign.length === 1 ? "names an address" : "name addresses"} that this account does not have, and nobody can say whose: ${named.join("; ")}${more ? `; ${more} more` : ""}. Put addresses of yours into \`own\`; take the record out by hand where nobody knows it`;
}

/** @param worldOf makes what is asked, by the name servers of the settings */
export const danglingRecords = (worldOf: (resolvers: readonly string[]) => World) =>
  automation({
    id: "dangling-records",
    family: "cleanup",
    summary: "Deletes DNS records that point at what is gone, which others could take over",
    scope: "global",
    protects: true,
    on: [sweep("cron(30 5 * * ? *)", { window: minutes(30) })],
    config,
    elsewhere: { field: "regions", regions: ({ regions }) => regions },
    reads,
    writes: [deletion],
    lost: [
      "Whoever looked the name up meanwhile may be told for a while that it is not there. What the record points at does not come back with it, and may be somebody else's by then.",
    ],

    async *find(search): AsyncGenerator<DanglingCandidate> {
      const { read, only, note } = search;
      const judging = {
        world: waryOf(worldOf(search.config.resolvers)),
        isOwn: ownBy(search.config.own),
        holdings: holdingsOf(search),
      };
      const tagsOf = new Map<string, readonly Tag[]>();
      const foreign: string[] = [];
      const records = await Array.fromAsync(publicRecords(read, only));
      for (const some of chunks(records, together))
        for (const each of await Promise.all(some.map((record) => judgedRecord(record, judging)))) {
          const { zone, record, verdict } = each;
          if (verdict.standing === "foreign")
            foreign.push(`${bareName(record.Name ?? "")} (${verdict.what})`);
          if (verdict.standing === "gone" && !tagsOf.has(zone)) {
            const answer = await read(
              listRouteTagsForResource({ ResourceType: "hostedzone", ResourceId: zone }),
            );
            tagsOf.set(zone, answer?.ResourceTagSet?.Tags ?? []);
          }
          yield { ...each, zoneTags: tagsOf.get(zone) };
        }
      if (foreign.length && !only) note(foreignNote(foreign));
    },

    target: (found) => ({
      id: recordId(found),
      tags: { untaggable: "Route 53 has tags for zones, and none for records" },
      within: { id: found.zone, tags: found.zoneTags ?? [] },
    }),
    name: ({ record: { Name = "", Type } }) => `${bareName(Name)} ${Type}`,
    state: ({ record }): ResourceRecordSet => record,
    becomes: () => null,
    counts: ({ verdict }) => verdict.standing === "gone",
    danger: ({ verdict }) => (verdict.standing === "gone" ? dangers[verdict.takeover] : 0),

    propose({ zone, record, verdict }, { config: { days: long }, now, since }) {
      if (verdict.standing === "unknown") throw new CannotJudge(verdict.why);
      if (verdict.standing !== "gone" || !since || since > before(now, days(long))) return;
      const name = bareName(record.Name ?? "");
      return {
        because: `it points at ${verdict.what}, which is gone: ${outcomes[verdict.takeover](name)}`,
        call: deletion({
          HostedZoneId: zone,
          ChangeBatch: { Changes: [{ Action: "DELETE", ResourceRecordSet: record }] },
        }),
      };
    },
  });

export default danglingRecords(createWorld);
