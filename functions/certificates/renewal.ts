/** The renewal of one certificate, from the order until it is served. */
import { describeCertificate } from "../../aws/acm/certificate.ts";
import type { Described } from "../../sdk/call.ts";
import { chunks } from "../../sdk/chunks.ts";
import { count } from "../../sdk/counted.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { type Carrier, flow } from "../../sdk/flow.ts";
import type { Message } from "../../sdk/message.ts";
import {
  after,
  before,
  days,
  hours,
  inWords,
  minutes,
  type Span,
  seconds,
} from "../../sdk/time.ts";
import {
  type AcmeAccount,
  changeAccountKey,
  openAcmeAccount,
  type StepEnd,
} from "./acme-account.ts";
import {
  answerChallenges,
  finalizeOrder,
  newOrder,
  type OrderAt,
  type OrderRead,
  readOrder,
  type StoredCertificate,
  storeCertificate,
  takeProofs,
} from "./acme-order.ts";
import type { ComeAgain } from "./acme-session.ts";
import {
  type CertificateKeyAlgorithm,
  importFormer,
  importNew,
  makeKey,
} from "./certificate-key.ts";
import { type ChallengeRecord, publishChallenge, withdrawChallenge } from "./challenge-record.ts";
import { type ChallengePlace, placesOf, readsOfZones } from "./challenge-zone.ts";
import { takeIssued } from "./issued-version.ts";
import type { NameServers } from "./name-servers.ts";
import type { Probe, TlsEndpoint } from "./probe.ts";
import { failingWords, judgeServing, type Serving, servingMessage } from "./serving.ts";

/** What the flow has of the world beside AWS and the directory. */
export interface RenewalPorts {
  /** @param resolvers as the settings name them */
  nameServers(resolvers: readonly string[]): NameServers;
  readonly probe: Probe;
}

/** What is renewed, and how. */
export interface Renewal {
  readonly arn: string;
  /** In ASCII. */
  readonly names: readonly string[];
  readonly account: AcmeAccount;
  /** The name of the secret that its keys are kept in. */
  readonly secret: string;
  readonly algorithm: CertificateKeyAlgorithm;
  readonly profile?: string | undefined;
  readonly preferredChain?: string | undefined;
  /** The certificate that it takes the place of, as directories name it. */
  readonly replaces?: string | undefined;
  /** When the life of the one that is there began. */
  readonly newerThan: Date;
  /** The version that is there now; absent where somebody else had imported it. */
  readonly former?: string | undefined;
  readonly delegated: Readonly<Record<string, string>>;
  readonly resolvers: readonly string[];
  readonly endpoints: readonly TlsEndpoint[];
  /** Authorities of one's own that endpoints are judged by. */
  readonly authorities: readonly string[];
  readonly hoursToServe: number;
}

/** What became of it. */
export interface Renewed {
  readonly serial: string;
  readonly version: string;
  readonly to: Date;
  readonly issuer: string;
  readonly serving: readonly Serving[];
}

const reads = [...readsOfZones, readOrder, describeCertificate] as const;
const writes = [
  takeIssued,
  takeProofs,
  openAcmeAccount,
  changeAccountKey,
  makeKey,
  newOrder,
  publishChallenge,
  answerChallenges,
  withdrawChallenge,
  finalizeOrder,
  storeCertificate,
  importNew,
] as const;
type Aws = Carrier<typeof reads, typeof writes>;

/** A directory may be down for so long. */
const patience = days(8);
const longestPause = hours(6);
/** How often the directory may want to be asked later. */
const mostTries = 60;

function askedFor(now: Date, again: ComeAgain): Date {
  return "at" in again ? again.at : after(now, seconds(again.seconds));
}

const doubling = (first: Span, tries: number): Span =>
  seconds(Math.min(longestPause.seconds, first.seconds * 2 ** tries));

/**
 * As the directory says, and never sooner; where it says nothing, or a time that is over by our
 * clock, or the same short one again and again, twice as long each time.
 */
function pauseUntil(now: Date, tries: number, again: ComeAgain | undefined): Date {
  if (!again) return after(now, doubling(minutes(2), tries));
  const own = after(now, doubling(seconds(1), tries));
  return new Date(Math.max(askedFor(now, again).getTime(), own.getTime()));
}

const spanBetween = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1000;

/** Waits until then, without running meanwhile. */
async function waitUntil({ until }: Aws, at: Date, now: Date): Promise<void> {
  const left = Math.max(1, Math.ceil(spanBetween(now, at)));
  const every: Span = seconds(left);
  await until(
    "the directory may be asked again",
    async (_, then) => (then >= at ? true : undefined),
    { every, atMost: seconds(left * 2 + hours(1).seconds) },
  );
}

const toldAfter = days(1);

const stillWaiting = ({ names }: Renewal, why: string, until: Date): Message => ({
  title: `The certificate for ${names[0]} cannot be renewed yet: ${why}`,
  severity: "warning",
  facts: {
    "Asked again": until.toISOString(),
    "What goes on": "the certificate that is there stays as it is",
  },
});

const probesAtOnce = 10;

/** It ends here, and says why. */
class Refused extends NotPossible {}

/**
 * Writes until the directory has done it.
 * @throws where it refuses, or has not come round within `patience`
 */
async function insist<Op extends (typeof writes)[number]["operation"], T>(
  aws: Aws,
  renewal: Renewal,
  call: Described<Op, StepEnd<T>, "write">,
): Promise<T> {
  let told = false;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const end: StepEnd<T> = await aws.write(call);
    if (end.kind === "done") return end;
    if (end.kind === "refused") throw new Refused(refusalWords(renewal, end.problem));
    const now = await aws.look("the time", async (_, at) => at);
    const at = pauseUntil(now, tries, end.again);
    if (at > after(aws.began, patience))
      throw new Refused(`the directory did not come round in time: ${end.why}`);
    const isLong = at > after(aws.began, toldAfter) || spanBetween(now, at) > toldAfter.seconds;
    if (isLong && !told) await aws.tell(stillWaiting(renewal, end.why, at));
    told ||= isLong;
    await waitUntil(aws, at, now);
  }
  throw new Refused(`the directory wanted to be asked later ${count(mostTries, "time")}`);
}

/** What to do about it, by what the directory calls it. */
const remedies: Readonly<Record<string, string>> = {
  caa: "a CAA record forbids this authority: add it there, or name another directory",
  accountDoesNotExist: "the directory does not know the account: it is made anew by the next run",
  unauthorized:
    "the account was deactivated or may not do this: name another secret for a new account",
  rejectedIdentifier: "the authority does not issue for this name by its policy",
  externalAccountRequired:
    "this authority binds accounts: put kid and hmacKey into a secret and name it in `external`",
  userActionRequired: "the authority has new terms: read and accept them",
  badCSR: "the authority does not take this kind of key",
  invalidProfile: "the directory does not offer this profile",
};

function refusalWords(
  { account }: Renewal,
  { type, detail }: { readonly type: string; readonly detail: string },
): string {
  const remedy = remedies[type];
  return `${new URL(account.directory.url).host} refused it: ${detail} (${type})${remedy ? `; ${remedy}` : ""}`;
}

/** The records that an order takes: those of one name and its wildcard in one set. */
function recordsFor({ proofs }: OrderRead, places: readonly ChallengePlace[]): ChallengeRecord[] {
  const records = new Map<string, { zone: string; name: string; values: string[] }>();
  for (const { name, value, status } of proofs) {
    if (status === "valid") continue;
    const place = places.find(({ about }) => about === name.toLowerCase());
    if (!place) throw new Error(`the directory wants ${name} proven, which was not ordered`);
    if (value === undefined) throw new Error(`the directory takes no proof by DNS for ${name}`);
    const key = `${place.zone} ${place.record}`;
    const record = records.get(key) ?? { zone: place.zone, name: place.record, values: [] };
    record.values.push(value);
    records.set(key, record);
  }
  return [...records.values()];
}

/** Which servers do not know all of it yet; a server that does not answer is one of them. */
async function missingAt(
  servers: NameServers,
  { name, values }: ChallengeRecord,
  all: readonly string[],
): Promise<string[]> {
  const knowing = await Promise.all(
    all.map(async (server) => {
      try {
        const known = await servers.txt(server, name);
        return values.every((value) => known.includes(value));
      } catch {
        return false;
      }
    }),
  );
  return all.filter((_, at) => !knowing[at]);
}

interface Publication {
  readonly records: readonly ChallengeRecord[];
  readonly places: readonly ChallengePlace[];
  readonly servers: NameServers;
}

/**
 * Waits until every server of each zone answers with what was published. Where a renewal that has
 * died is taken up, the directory may have seen it all before, and it is gone again.
 */
async function published(
  aws: Aws,
  at: OrderAt,
  { records, places, servers }: Publication,
): Promise<void> {
  const begun = await aws.look("when it was published", async (_, at) => at);
  const missing = await aws.until(
    "all name servers know it",
    async (read, now) => {
      const found: string[] = [];
      for (const record of records) {
        const place = places.find(
          ({ zone, record: name }) => zone === record.zone && name === record.name,
        );
        const late = await missingAt(servers, record, place?.servers ?? []);
        found.push(...late.map((server) => `${record.name} at ${server}`));
      }
      if (!found.length) return found;
      const order = await read(readOrder(at));
      if (order.kind === "done" && order.status !== "pending") return [];
      return now > after(begun, minutes(30)) ? found : undefined;
    },
    { every: seconds(15), atMost: hours(2) },
  );
  if (missing.length)
    throw new Refused(
      `not all name servers answered with the proof within half an hour: ${missing.slice(0, 8).join(", ")}`,
    );
}

/** How an order came out that the directory works on. */
type Outcome = { readonly isSo: true } | { readonly isSo: false; readonly why: string };

/** An authorization that never becomes valid any more (RFC 8555, section 7.1.6). */
const lost: ReadonlySet<string> = new Set(["invalid", "expired", "revoked", "deactivated"]);

function outcomeOf(order: OrderRead, wanted: OrderRead["status"]): Outcome | undefined {
  if (order.status === wanted || order.status === "valid") return { isSo: true };
  const failed = order.proofs.filter(({ status }) => lost.has(status));
  if (order.status !== "invalid" && !failed.length) return undefined;
  const words = failed.map(
    ({ name, status, error = `its authorization is ${status}, without a reason` }) =>
      `${name} was not proven: ${error}`,
  );
  const why = [order.error, ...words].filter(Boolean).join("; ");
  return { isSo: false, why: why || "the authority calls the order invalid, without a reason" };
}

/** An order is looked at again after so long, then after twice as long, up to the longest. */
const firstLook = seconds(5);
const longestLook = minutes(20);

const pauseOfLooks = (tries: number): Span =>
  seconds(Math.min(longestLook.seconds, firstLook.seconds * 2 ** tries));

interface Wanted {
  readonly status: OrderRead["status"];
  readonly within: Span;
}

/**
 * Waits until the order has come so far, and no shorter than the directory says.
 * @throws {Refused} where it cannot come there any more, or has not within that time
 */
async function orderIs(aws: Aws, at: OrderAt, { status, within }: Wanted): Promise<void> {
  let over: Date | undefined;
  for (let tries = 0; ; tries += 1) {
    const { end, now } = await aws.look(`whether the order is ${status}`, async (read, moment) => ({
      end: await read(readOrder(at)),
      now: moment,
    }));
    over ??= after(now, within);
    if (end.kind === "refused") throw new Refused(end.problem.detail);
    const outcome = end.kind === "done" ? outcomeOf(end, status) : undefined;
    if (outcome?.isSo) return;
    if (outcome) throw new Refused(outcome.why);
    const is = end.kind === "done" ? `the order is still ${end.status}` : end.why;
    if (now >= over) throw new Refused(`${is} after ${inWords(within)}`);
    const asked = end.again ? askedFor(now, end.again) : now;
    if (asked > over)
      throw new Refused(
        `${is}, and the directory is not to be asked before ${asked.toISOString()}`,
      );
    const own = after(now, pauseOfLooks(tries));
    await waitUntil(aws, new Date(Math.min(Math.max(+asked, +own), +over)), now);
  }
}

/** Proves all names, and takes the proofs away again. */
async function proven(
  aws: Aws,
  renewal: Renewal,
  at: OrderAt,
  publication: Omit<Publication, "records">,
) {
  const order = await insist(aws, renewal, takeProofs(at));
  const records = recordsFor(order, publication.places);
  for (const record of records) await aws.write(publishChallenge(record));
  if (records.length) {
    await published(aws, at, { ...publication, records });
    await insist(aws, renewal, answerChallenges(at));
  }
  await orderIs(aws, at, { status: "ready", within: hours(2) });
  for (const record of records) await aws.write(withdrawChallenge(record));
}

/** Looks where it is used until the new one is served everywhere, or time is over. */
async function served(aws: Aws, renewal: Renewal, serial: string, { probe }: RenewalPorts) {
  const { endpoints, authorities, hoursToServe } = renewal;
  if (!endpoints.length) return [];
  const begun = await aws.look("the time", async (_, now) => now);
  const end = after(begun, hours(hoursToServe));
  return aws.until(
    "it is served where it is used",
    async (_, now) => {
      const seen: Serving[] = [];
      for (const some of chunks(endpoints, probesAtOnce))
        seen.push(
          ...(await Promise.all(
            some.map(async (endpoint) =>
              judgeServing(endpoint, await probe(endpoint, { now, authorities }), serial),
            ),
          )),
        );
      const isOver =
        now >= end ||
        seen.every(({ kind }) => kind === "new") ||
        seen.some(({ kind }) => kind === "failing");
      return isOver ? seen : undefined;
    },
    { every: minutes(5), atMost: hours(hoursToServe + 2) },
  );
}

const notCurrentMessage = (
  { names, secret, arn }: Renewal,
  version: string,
  why: string,
): Message => ({
  title: `The certificate for ${names[0]} was renewed, and ${secret} still has the one before as AWSCURRENT`,
  severity: "warning",
  facts: { Why: why, "Move the label to the version": version },
  affected: [arn],
});

/** The account, with a key that is not too old. */
async function opened(aws: Aws, renewal: Renewal): Promise<void> {
  const { account } = renewal;
  const now = aws.began;
  await insist(aws, renewal, openAcmeAccount({ account, now }));
  if (account.keyDays === undefined) return;
  const madeBefore = before(now, days(account.keyDays));
  await insist(aws, renewal, changeAccountKey({ account, now, madeBefore }));
}

/** Orders, proves, issues and stores a certificate. */
async function ordered(aws: Aws, renewal: Renewal, { nameServers }: RenewalPorts) {
  const { account, names, secret, algorithm, delegated, profile, replaces } = renewal;
  const servers = nameServers(renewal.resolvers);
  const places = await aws.look("where its names are proven", (read) =>
    placesOf(names, { read, servers, delegated }),
  );
  await opened(aws, renewal);
  const key = await aws.write(makeKey({ secret, algorithm, kmsKey: account.kmsKey }));
  const { order } = await insist(
    aws,
    renewal,
    newOrder({ account, names, key, profile, replaces }),
  );
  const at = { account, order };
  await proven(aws, renewal, at, { places, servers });
  await insist(aws, renewal, finalizeOrder({ ...at, names, key }));
  await orderIs(aws, at, { status: "valid", within: hours(6) });
  const { preferredChain } = renewal;
  return insist(aws, renewal, storeCertificate({ ...at, names, key, preferredChain }));
}

/** What an earlier renewal has left where something came in its way, or a new one. */
async function issued(aws: Aws, renewal: Renewal, ports: RenewalPorts): Promise<StoredCertificate> {
  const { secret, names, algorithm, newerThan } = renewal;
  const wanted = { secret, names, algorithm, newerThan, now: aws.began };
  const left = await aws.write(takeIssued(wanted));
  return left.issued ?? ordered(aws, renewal, ports);
}

/** The longest that the life of a new certificate may lie ahead. */
const longestAhead = days(2);

/** By whichever clock: clients refuse what is not valid yet. */
async function waitForLife(aws: Aws, { from }: StoredCertificate): Promise<void> {
  const now = await aws.look("the time", async (_, moment) => moment);
  if (from <= now) return;
  if (from > after(now, longestAhead))
    throw new Refused(`what was issued is valid from ${from.toISOString()} on, and not before`);
  await waitUntil(aws, from, now);
}

async function renewed(renewal: Renewal, aws: Aws, ports: RenewalPorts): Promise<Renewed> {
  const { arn, secret, former } = renewal;
  const stored = await issued(aws, renewal, ports);
  await waitForLife(aws, stored);
  const { version, serial, to, issuer } = stored;
  const { notCurrent } = await aws.write(importNew({ arn, secret, version, former }));
  if (notCurrent !== undefined) await aws.tell(notCurrentMessage(renewal, version, notCurrent));
  const serving = await served(aws, renewal, serial, ports);
  const failing = serving.filter(({ kind }) => kind === "failing");
  if (failing.length) throw new Refused(failingWords(renewal, failing));
  const message = servingMessage(renewal, serving);
  if (message) await aws.tell(message);
  return { serial, version, to, issuer, serving };
}

const longest = days(21);

/** Renews a certificate that we have imported ourselves: its former version is kept. */
export const renewalFlow = (ports: RenewalPorts) =>
  flow({
    id: "renew-certificate",
    reads,
    writes,
    longest,
    carry(renewal: Renewal, aws) {
      return renewed(renewal, aws, ports);
    },
    inverse: [
      importFormer,
      ({ arn, secret, former = "" }, { version }) => ({
        ...{ arn, secret },
        ...{ version: former, unwanted: version },
      }),
    ],
  });

/** Takes over a certificate that somebody else has imported: ACM gives its key to nobody. */
export const takeOverFlow = (ports: RenewalPorts) =>
  flow({
    id: "take-over-certificate",
    reads,
    writes,
    longest,
    carry(renewal: Renewal, aws) {
      return renewed(renewal, aws, ports);
    },
    irreversible:
      "somebody else imported the certificate that is there, and ACM gives its key to nobody: it cannot be put back by Nightshift. Keep its key and chain where you have them",
  });
