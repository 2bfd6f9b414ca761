/**
 * Tells what expires beside certificates, and is as quiet about it: KMS keys that somebody has
 * scheduled for deletion and key material that was imported with an end, with whom they were granted
 * to; identity providers in IAM and Cognito whose certificates end; domain registrations that do not
 * renew themselves. Keys that CloudFront trusts never end: those of a certain age are told.
 */
import * as z from "zod/mini";
import { inOneLine } from "../../../sdk/errors.ts";
import { type ReportSearch, report } from "../../../sdk/report.ts";
import { globalRegion } from "../../../sdk/signals/console-link.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { type Expiring, expiryMessage, type NotLookedAt } from "../expires.ts";
import { domainRegistrations, keyReads, keysIn, samlProviders } from "./read.ts";
import { signInProviders } from "./sign-in.ts";
import { signingKeys, type UnusedThing } from "./signing-keys.ts";

const dayCount = z.int().check(z.gte(0), z.lte(365));
const config = z.strictObject({
  warnDays: z
    ._default(dayCount, 30)
    .check(z.describe("Days before its end from which something is a warning.")),
  criticalDays: z
    ._default(dayCount, 7)
    .check(z.describe("Days before its end from which it is critical.")),
  oldDays: z
    ._default(z.int().check(z.gte(1), z.lte(3650)), 365)
    .check(
      z.describe(
        "Age in days at which a key that CloudFront's signed addresses are trusted by is to be replaced.",
      ),
    ),
  rows: z
    ._default(z.int().check(z.gte(1), z.lte(500)), 100)
    .check(z.describe("How many the table names, worst first.")),
});

/** Something that expires, or a place where that is not known. */
export type ExpiryFinding = Expiring | NotLookedAt | UnusedThing;

const isExpiring = (finding: ExpiryFinding): finding is Expiring => "expires" in finding;

const isUnused = (finding: ExpiryFinding): finding is UnusedThing => "unused" in finding;

function* sourcesOf({
  regions,
  readIn,
  region: home,
  config: { oldDays },
}: ReportSearch<typeof config, typeof keyReads>) {
  for (const region of regions)
    yield { where: `KMS ${region}`, things: keysIn(readIn(region), region) };
  for (const region of regions)
    yield { where: `Cognito ${region}`, things: signInProviders(readIn(region), region) };
  const read = readIn(globalRegion(home));
  yield { where: "IAM", things: samlProviders(read) };
  // Other partitions register no domains, and not all have CloudFront.
  if (globalRegion(home) !== "us-east-1") return;
  yield { where: "domain registrations", things: domainRegistrations(read) };
  yield { where: "CloudFront", things: signingKeys(read, oldDays) };
}

export default report({
  id: "expiring-keys",
  family: "certificates",
  summary: "Reports keys, identity providers and domain registrations that end",
  scope: "global",
  everywhere: true,
  on: [sweep("cron(30 6 * * ? *)", { window: minutes(30) })],
  config,
  reads: keyReads,

  async *find(search): AsyncGenerator<ExpiryFinding> {
    let succeeded = 0;
    let first: unknown;
    for (const { where, things } of sourcesOf(search))
      try {
        yield* things;
        succeeded += 1;
      } catch (error) {
        // What fails in the home region is for whoever deployed it.
        if (where === `KMS ${search.region}`) throw error;
        first ??= error;
        yield { where, why: inOneLine(error) };
      }
    if (first !== undefined && succeeded === 0) throw first;
  },

  tell(found: readonly ExpiryFinding[], { now, config: judging }) {
    const things = found.filter(isExpiring);
    const unused = found.filter(isUnused).map((each) => each.unused);
    const notLookedAt = found.filter((each): each is NotLookedAt => "why" in each);
    return expiryMessage({ things, notLookedAt, unused }, now, judging);
  },
});
