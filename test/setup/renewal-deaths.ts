/**
 * A renewal whose process dies at one of its requests, to AWS, to the ledger or to the directory, and
 * is carried on by another. What is wrong in the end is said in words.
 */
import {
  ChangeResourceRecordSetsCommand,
  ListHostedZonesCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { carryByLedger } from "../../engine/flows/ledger-steps.ts";
import { workplaceOf } from "../../engine/run/attempt.ts";
import type { Host } from "../../engine/run/host.ts";
import { flowsUnderWay } from "../../ledger/flows.ts";
import { keys } from "../../ledger/keys.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Log } from "../../sdk/log.ts";
import { minutes } from "../../sdk/time.ts";
import type { TestAccount } from "../../testing/account.ts";
import { itemsOf, messages } from "../../testing/delivery.ts";
import type { RecordedCall } from "../../testing/recorded-call.ts";
import { inAcm, type RenewalAccount, type renewals, textRecords } from "./renewals.ts";

type World = ReturnType<typeof renewals>;

/** Which of the requests of a renewal are counted. */
export type Requests = "AWS" | "the ledger" | "the directory";

/** Where its process dies: before the request has arrived, or when it has taken effect. */
export interface Death {
  readonly of: Requests;
  /** Of these requests, from 0; or the first of that operation, or with that in its path. */
  readonly at: number | string;
  readonly after: boolean;
}

const record = "_acme-challenge.example.com.";
/** Of another order, and of somebody else: neither is touched. */
const others = [
  { name: record, value: '"of another order"' },
  { name: "example.com.", value: '"v=spf1 -all"' },
];

async function othersIn(aws: TestAccount): Promise<void> {
  const route53 = aws.client(Route53Client);
  const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
  for (const { name, value } of others)
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: HostedZones[0]?.Id,
        ChangeBatch: {
          Changes: [
            {
              Action: "CREATE",
              ResourceRecordSet: {
                ...{ Name: name, Type: "TXT", TTL: 300 },
                ResourceRecords: [{ Value: value }],
              },
            },
          ],
        },
      }),
    );
}

/** Renewals of an account with records of others in its zone. */
export const openedForDeath = (world: World): Promise<RenewalAccount> =>
  world.opened({ certificate: { endpoints: [] }, seed: othersIn });

const isOf = (of: Requests, { service }: RecordedCall): boolean =>
  of === (service === "dynamodb" ? "the ledger" : "AWS");

/** How many requests of a kind were made. */
export const requestsOf = ({ proxy }: RenewalAccount, of: Requests): number =>
  proxy.calls.filter((call) => isOf(of, call)).length;

/** What a renewal asks AWS for, each once. */
export const operationsOf = ({ proxy }: RenewalAccount): string[] =>
  [
    ...new Set(
      proxy.calls
        .filter((call) => isOf("AWS", call))
        .map(({ service, operation }) => `${service}:${operation}`),
    ),
  ].sort();

/** From then on nothing of the process arrives anywhere, until another one begins. */
function dying(world: World, account: RenewalAccount, { of, at, after }: Death): () => void {
  const begun = world.proxy.requests.length;
  let isDead = false;
  let hasDied = false;
  const die = (): void => {
    isDead = true;
    hasDied = true;
  };
  const isMoment = (call: RecordedCall): boolean =>
    typeof at === "number" ? requestsOf(account, of) === at + 1 : call.operation === at;
  if (of !== "the directory")
    account.proxy.fault(
      (call) => isOf(of, call) && isMoment(call),
      after ? "killedAfter" : "killed",
      { times: 1, onFault: die },
    );
  world.proxy.fault = ({ index, path }) => {
    if (isDead) return { status: 0, reset: true };
    if (of !== "the directory" || hasDied) return undefined;
    const isIt = typeof at === "number" ? index === begun + at : path.includes(at);
    if (!isIt) return undefined;
    die();
    account.proxy.fault(() => isDead, "killed");
    return { status: 0, reset: after ? "after" : true };
  };
  return () => {
    isDead = false;
    account.proxy.revive();
  };
}

/** A run that died is delivered again. */
async function begun(account: RenewalAccount, revive: () => void): Promise<RunResult> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await account.deliver();
    } catch (error) {
      if (attempt === 3) throw error;
      revive();
      await account.later(minutes(20));
    }
}

/** What became of it. */
export interface Carried {
  readonly ends: readonly string[];
  /** What its processes logged. */
  readonly logged: readonly unknown[];
  /** Requests to the directory. */
  readonly asked: World["proxy"]["requests"];
}

/** As Lambda does when a process has died: another one takes it up. */
export async function carriedOn(
  world: World,
  account: RenewalAccount,
  death?: Death,
): Promise<Carried> {
  const from = world.proxy.requests.length;
  const revive = death ? dying(world, account, death) : () => undefined;
  const logged: unknown[] = [];
  const add = (...said: unknown[]): void => void logged.push(said);
  const log: Log = { info: add, warn: add, error: add };
  const host = (): Host => ({ ...account.host(), log });
  const run = await begun(account, revive);
  await account.flows.carryAll((order, wake) => {
    revive();
    return carryByLedger(workplaceOf(account.unit, order.region, host()), order, wake);
  });
  revive();
  const { actions } = await account.ended(run);
  const ends = actions.map(({ outcome, error }) => `${outcome} ${error ?? ""}`.trim());
  return { ends, logged, asked: world.proxy.requests.slice(from) };
}

const posted = ({ asked }: Carried, part: string): string[] =>
  asked
    .filter(({ method, path }) => method === "POST" && path.includes(part))
    .map(({ path }) => path);

/** How often ACM has taken a certificate. */
function importsIn({ proxy }: RenewalAccount, death: Death | undefined): number {
  const counted = proxy.calls.filter((call) => isOf("AWS", call));
  return counted.filter(
    ({ operation }, at) =>
      operation === "ImportCertificate" &&
      !(death?.of === "AWS" && !death.after && death.at === at),
  ).length;
}

/** What is still open in the ledger. */
async function openIn({ store, place, unit }: RenewalAccount): Promise<string[]> {
  const locks = await itemsOf(store, keys.lock(place, "").pk);
  const flows = await Array.fromAsync(flowsUnderWay(store, unit.id));
  return [
    ...locks.map(({ sk }) => `the lock of ${sk} is held`),
    ...flows.map(({ begun: { action } }) => `the flow ${action} is under way`),
  ];
}

/** What was found beside what is wrong. */
export interface Ending {
  readonly wrong: readonly string[];
  /** Records that were left, and those of others that are gone. */
  readonly orphans: number;
  /** Keys that were seen where none may be. */
  readonly keys: number;
}

/** Orders that the directory has made since it began, as it says with each. */
export const ordersMade = ({ pebble }: Pick<World, "pebble">): number =>
  Number([...pebble.log().matchAll(/There are now (\d+) orders in the db/g)].at(-1)?.[1]);

/** Once, wholly, and told once: else what is not so. */
export async function endingOf(
  world: World,
  account: RenewalAccount,
  { carried, death }: { readonly carried: Carried; readonly death?: Death },
): Promise<Ending> {
  const wrong = await openIn(account);
  const { ends, logged } = carried;
  if (ends.join() !== "applied") wrong.push(`it is ${ends}`);
  if (!(await inAcm(account)).issuer.includes("Pebble")) wrong.push("ACM has the old one");
  const imports = importsIn(account, death);
  if (imports !== 1) wrong.push(`${imports} imports`);
  const finalized = new Set(posted(carried, "finalize"));
  if (finalized.size !== 1) wrong.push(`${finalized.size} orders were finished`);
  const told = (await messages(account)).map(({ title }) => title);
  if (told.length !== 2) wrong.push(`told ${told.join("; ")}`);
  const expected = others.map(({ name }) => `${name} 1`).sort();
  const records = (await textRecords(account)).sort();
  if (records.join() !== expected.join()) wrong.push(`records ${records}`);
  const { seen } = await world.keysSeen(account, [ends, logged]);
  // Some hundred renewals are looked at in one process.
  account.proxy.reset();
  world.proxy.forget();
  if (seen.length) wrong.push(`a key in ${seen}`);
  return {
    wrong,
    orphans: records.join() === expected.join() ? 0 : 1,
    keys: seen.length,
  };
}
