/**
 * The seeded night, and all else that functions do, each with its own role: what every role was
 * used for.
 */

import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import pMap from "p-map";
import { describeShared } from "../../cli/bundle/shared.ts";
import { type Configured, configure } from "../../cli/bundle/units.ts";
import { createClients } from "../../engine/run/clients.ts";
import { sample } from "../../events/samples.ts";
import { registry } from "../../functions/registry.ts";
import { calling } from "../../handlers/calling.ts";
import type { ActionResult, RunResult } from "../../ledger/result.ts";
import type { ClientClass } from "../../sdk/call.ts";
import { systemClock } from "../../sdk/time.ts";
import type { Manifest } from "../../settings/manifest.ts";
import { deployment, names } from "../../testing/deployed.ts";
import { startEmbedded } from "../../testing/embedded.ts";
import {
  type Credentials,
  embeddedAccount,
  embeddedCredentials,
} from "../../testing/environment.ts";
import { type Apart, deploy } from "../../testing/night/functions.ts";
import { spend } from "../../testing/night/story.ts";
import given from "../../testing/night.config.ts";
import type { SeededAccount } from "../../testing/seed/thing.ts";
import { seed } from "../../testing/seed.ts";
import { everythingHappens } from "./happenings.ts";
import { changedBefore, mendAllButOne, seedMore, tagsIn } from "./more.ts";
import { type PowerCall, startRecorder } from "./recorder.ts";
import { quiet, sharedFunctions } from "./shared-functions.ts";

export interface Recorded {
  readonly account: string;
  readonly manifest: Manifest;
  /** Every call that a role signed, in the order of their arrival. */
  readonly calls: readonly PowerCall[];
  /** Tags of instances and security groups, by id: what IAM would see of them. */
  readonly tags: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** What went wrong that should not have. */
  readonly troubles: readonly string[];
}

/** What is granted to reach them needs no bundle. */
const manifestOf = async ({ settings, units }: Configured): Promise<Manifest> => ({
  version: 1,
  settingsFile: "testing/night.config.ts",
  settings,
  units: units.map(({ file: _, ...unit }) => ({ ...unit, bundle: "", hash: "" })),
  shared: await describeShared(settings, () => ""),
});

/**
 * The night's settings with the modes swapped: what acted asks, and what asked acts. Roles are the
 * same for both.
 */
const swapped = {
  ...given,
  untrustedPerHour: 1,
  units: {
    ...given.units,
    "open-ingress": { ...given.units["open-ingress"], mode: "ask" as const },
    "log-retention": { ...given.units["log-retention"], mode: "ask" as const },
    "idle-instances": { ...given.units["idle-instances"], mode: "act" as const },
  },
};

/**
 * Carries out the night, then approves, denies, undoes, does again, fails and takes up, until every
 * function has done all that it does.
 */
export async function recordNight(): Promise<Recorded> {
  const embedded = await startEmbedded();
  const recorder = await startRecorder(embedded.endpoint);
  const { endpoint } = recorder;
  try {
    const troubles: string[] = [];
    const configured = await configure(registry, given, { name: "testing/night.config.ts" });
    const { settings, units } = configured;
    const made = new Map<string, InstanceType<ClientClass>>();
    const account: SeededAccount = {
      endpoint,
      id: embeddedAccount,
      deployment,
      regions: [settings.home, ...settings.regions.filter((region) => region !== settings.home)],
      now: new Date(),
      client<C extends ClientClass>(Client: C, region: string) {
        const client =
          made.get(`${Client.name} ${region}`) ??
          new Client({ endpoint, region, credentials: embeddedCredentials });
        made.set(`${Client.name} ${region}`, client);
        return client as InstanceType<C>;
      },
    };
    const sts = account.client(STSClient, settings.home);
    const { Arn: by = "" } = await sts.send(new GetCallerIdentityCommand({}));

    const assumed = new Map<string, Promise<Credentials>>();
    async function assume(role: string): Promise<Credentials> {
      const { Credentials: own } = await sts.send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${account.id}:role/${role}`,
          RoleSessionName: "night",
        }),
      );
      return {
        accessKeyId: own?.AccessKeyId ?? "",
        secretAccessKey: own?.SecretAccessKey ?? "",
        sessionToken: own?.SessionToken ?? "",
      };
    }
    const as = (role: string): Promise<Credentials> => {
      const held = assumed.get(role) ?? assume(role);
      assumed.set(role, held);
      return held;
    };
    const clientsOf = (id: string) =>
      createClients(systemClock, { endpoint, credentials: () => as(names.role(id)) });
    const apart: Apart = {
      as,
      log: quiet,
      invoke: (clients, id, order) => calling(clients, settings).invoke(id, order),
    };

    let functions = deploy(account, configured, apart);
    const runs: RunResult[] = [];
    const keep = async (results: Promise<readonly RunResult[]>) =>
      void runs.push(...(await results));

    const { tell, decide, watch, incidents } = sharedFunctions(configured, account.id, clientsOf);
    let ordered: Promise<void>[] = [];
    recorder.functions(async (name, payload) => {
      const id = name.replace(/^nightshift-/, "");
      // Whoever starts it waits for its answer.
      if (id === "incidents") return incidents(payload);
      const answered =
        id === "tell"
          ? tell(payload as Parameters<typeof tell>[0]).then(() => {})
          : keep(functions.unit(id, (payload as { region: string }).region, payload));
      ordered.push(answered.catch((error: unknown) => void troubles.push(`${name}: ${error}`)));
    });
    /** Lambda hands an order over at once; here it is waited for until all are carried out. */
    async function carriedOut(): Promise<void> {
      while (ordered.length) {
        const now = ordered;
        ordered = [];
        await Promise.all(now);
      }
    }

    const sweep = (id: string, region: string, slot: string) => {
      const at =
        units.find((one) => one.id === id)?.on.findIndex(({ kind }) => kind === "sweep") ?? 0;
      return functions.unit(id, region, {
        kind: "slot",
        region,
        schedule: slot,
        slot: systemClock.now().toISOString(),
        sweep: at,
      });
    };
    async function decided(verdict: "approve" | "deny", { plan }: RunResult): Promise<void> {
      const { statusCode, body } = await decide({
        requestContext: { authorizer: { iam: { userArn: by } } },
        body: JSON.stringify({ plan: plan?.id, verdict }),
      });
      if (statusCode !== 200) troubles.push(`${verdict} ${plan?.id}: ${body}`);
      await carriedOut();
    }
    const waiting = (id: string, region: string): RunResult => {
      const found = runs.findLast(
        ({ automation, region: where, plan }) => automation === id && where === region && plan,
      );
      if (!found) throw new Error(`No plan of ${id} in ${region} waits.`);
      return found;
    };

    const seeded = await seed(account, given.units["log-retention"].config.days);
    const night = await spend({ account, configured, seeded, functions, by, say() {} });
    runs.push(...night.runs);
    troubles.push(...night.troubles);

    const [home = "", other = ""] = account.regions;
    await decided("deny", waiting("idle-instances", other));
    await decided("approve", waiting("idle-instances", home));
    // The answer to the first was lost.
    await decided("approve", waiting("idle-instances", home));
    await mendAllButOne(account, waiting("log-retention", other));
    await decided("approve", waiting("log-retention", other));

    await seedMore(account);
    await changedBefore(
      functions.store,
      account,
      waiting("idle-instances", other).actions.find(({ outcome }) => outcome === "waiting")
        ?.target ?? "",
    );
    functions = deploy(
      account,
      await configure(registry, swapped, { name: "the night's settings, modes swapped" }),
      apart,
    );
    // More of one source than is told: what comes beyond is counted.
    for (const id of ["1", "2", "3"])
      await functions.signals({
        ...sample("any-event/order-failed"),
        id,
        account: account.id,
        region: home,
      });
    // Each unit fails once, and the watchdog has it taken up.
    for (const [id, region, operation] of fails(account.regions)) {
      recorder.deny(names.role(id), operation);
      const failed = await sweep(id, region, "the next night").then(
        () => false,
        () => true,
      );
      if (!failed) troubles.push(`${id} should have failed at ${operation}`);
    }
    await watch({ kind: "watch" });
    await carriedOut();
    // What was wrong is mended: the next look says that it is over.
    await pMap(account.regions, (region) =>
      account.client(SQSClient, region).send(new CreateQueueCommand({ QueueName: names.failures })),
    );
    await watch({ kind: "watch" });
    await watch({ kind: "digest" });
    await carriedOut();
    await keep(sweep("open-ingress", other, "the next night"));
    for (const [id, region] of [
      ["open-ingress", home] as const,
      ["open-ingress", other] as const,
      ["log-retention", home] as const,
    ])
      await decided("approve", waiting(id, region));

    await pMap(
      units.filter(({ kind }) => kind === "automation"),
      async ({ id }) => {
        for (const region of account.regions) {
          const wanted = toTakeBack(
            runs.filter(({ automation, region: where }) => automation === id && where === region),
          );
          if (!wanted) {
            troubles.push(`${id} has changed nothing in ${region} that could be taken back`);
            continue;
          }
          const { actions } = await functions.undo({ id: wanted.id, by, key: "power" });
          if (actions[0]?.outcome !== "applied")
            troubles.push(`${wanted.id} is not taken back: ${JSON.stringify(actions[0])}`);
          if (region === home)
            await functions.undo({ id: `${wanted.id}.undo`, by, key: "power" }).catch(isAgain);
        }
      },
    );
    await carriedOut();
    // Last, so that nobody tells it: what counts here is what it takes to hear it.
    await everythingHappens(configured, account.id, clientsOf("signals"), account.regions);
    return {
      account: account.id,
      manifest: await manifestOf(configured),
      calls: recorder.calls.filter(({ role }) => role),
      tags: await tagsIn(account),
      troubles,
    };
  } finally {
    await recorder.stop();
    await embedded.stop();
  }
}

/**
 * The first read of each unit, without which nothing goes, where the next night has something for
 * it.
 */
const fails = ([home = "", other = home]: readonly string[]) =>
  [
    ["open-ingress", home, "DescribeSecurityGroups"],
    ["log-retention", home, "DescribeLogGroups"],
    ["idle-instances", other, "DescribeInstances"],
    ["cost-report", home, "GetCostAndUsage"],
  ] as const;

/**
 * The night's functions answer only to those who take back a run or an action; an undo that is
 * taken back is an order to the unit.
 */
function isAgain(error: unknown): void {
  if (!String(error).includes("is an undo")) throw error;
}

/** A change through a prefix list where there is one: reading it back takes one right more. */
function toTakeBack(runs: readonly RunResult[]): ActionResult | undefined {
  const applied = runs.flatMap(({ actions }) =>
    actions.filter(({ outcome }) => outcome === "applied"),
  );
  return (
    applied.find(({ undo }) => JSON.stringify(undo).includes("PrefixListId")) ?? applied.at(-1)
  );
}
