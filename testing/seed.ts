/**
 * Fills the embedded account with what an account gathers over the years, and says of each thing
 * what the night should do with it.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { createClients } from "../engine/run/clients.ts";
import { writeSwitch } from "../engine/run/switch.ts";
import { createTable } from "../ledger/create.ts";
import { systemClock } from "../sdk/time.ts";
import { namesOf } from "../settings/names.ts";
import { embeddedCredentials } from "./environment.ts";
import type { NightRenewal } from "./night/renewal.ts";
import { backupsNow, backupsOf } from "./seed/backups.ts";
import { seedCosts } from "./seed/costs.ts";
import { type Inbox, openInbox } from "./seed/inbox.ts";
import { backedUp, instancesNow, seedInstances } from "./seed/instances.ts";
import { logGroupsNow, seedLogGroups } from "./seed/log-groups.ts";
import { rulesNow, seedRules } from "./seed/rules.ts";
import { placeOf, type SeededAccount, type Snapshot, type Thing } from "./seed/thing.ts";

export interface Seeded {
  readonly things: readonly Thing[];
  /** Ids of the security groups, by name. */
  readonly groups: ReadonlyMap<string, string>;
  readonly inbox: Inbox;
  /** Units that wait for others than AWS: each is swept by itself. */
  readonly alone: readonly string[];
}

/**
 * @param retention the days that the settings give to log groups
 * @param renewal where a certificate is to be renewed
 */
export async function seed(
  account: SeededAccount,
  retention: number,
  renewal?: NightRenewal,
): Promise<Seeded> {
  const [home = ""] = account.regions;
  const deployed = async () => {
    await createTable(account.client(DynamoDBClient, home), namesOf(account).table);
    const clients = createClients(systemClock, {
      endpoint: account.endpoint,
      credentials: async () => embeddedCredentials,
    });
    await writeSwitch(clients, { ...account, home }, "run", false);
  };
  // The first question to a region makes its default network, which takes ids out of the sequence.
  for (const region of account.regions)
    await account.client(EC2Client, region).send(new DescribeSecurityGroupsCommand({}));
  const { things: rules, groups } = await seedRules(account);
  const [instances, logGroups, inbox, certificate] = await Promise.all([
    seedInstances(account),
    seedLogGroups(account, retention),
    openInbox(account),
    renewal?.seed(account),
    seedCosts(account),
    deployed(),
  ]);
  const backups = backupsOf(
    instances.filter(({ name }) => backedUp.has(name)),
    account.now,
  );
  const certificates = certificate ? [certificate] : [];
  const alone = renewal ? [renewal.unit.id] : [];
  const things = [...rules, ...instances, ...backups, ...logGroups, ...certificates];
  return { things, groups, inbox, alone };
}

/** What is there now, asked by other calls than the units'. */
export async function snapshot(account: SeededAccount, renewal?: NightRenewal): Promise<Snapshot> {
  const all = await Promise.all(
    account.regions.flatMap((region) =>
      [rulesNow, instancesNow, backupsNow, logGroupsNow].map(async (look) =>
        (await look(account, region)).map(([id, state]) => [placeOf(region, id), state] as const),
      ),
    ),
  );
  return new Map([...all.flat(), ...((await renewal?.now(account)) ?? [])]);
}
