/**
 * An account of the embedded AWS in which every function runs with its own role, and Lambda hands
 * orders from one to the other.
 */
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Configured } from "../../cli/bundle/units.ts";
import { createClients } from "../../engine/run/clients.ts";
import { beginOnLambda } from "../../handlers/begin.ts";
import { calling } from "../../handlers/calling.ts";
import { isLiveVersion } from "../../handlers/flow-durable.ts";
import type { RunResult } from "../../ledger/result.ts";
import { arnOf } from "../../sdk/arn.ts";
import type { ClientClass } from "../../sdk/call.ts";
import { systemClock } from "../../sdk/time.ts";
import { flowFunction } from "../../settings/names.ts";
import { deployment, names } from "../../testing/deployed.ts";
import { type Credentials, embeddedCredentials } from "../../testing/environment.ts";
import { type Apart, deploy, type Functions } from "../../testing/night/functions.ts";
import type { SeededAccount } from "../../testing/seed/thing.ts";
import type { Recorder } from "./recorder.ts";
import { quiet, sharedFunctions } from "./shared-functions.ts";

export interface Stage {
  readonly account: SeededAccount;
  readonly recorder: Recorder;
  /** The ARN of whoever decides and takes back. */
  readonly by: string;
  /** Of all units, in the order in which they ended. */
  readonly runs: RunResult[];
  /** What went wrong that should not have. */
  readonly troubles: string[];
  readonly functions: Functions;
  readonly watch: ReturnType<typeof sharedFunctions>["watch"];
  readonly clientsOf: (id: string) => ReturnType<typeof createClients>;
  /** The same account with other settings; what was run stays. */
  deployedAgain(configured: Configured): Stage;
  /** Lambda hands an order over at once; here it is waited for until all are carried out. */
  carriedOut(): Promise<void>;
  /** A person's word on the plan of a run. */
  decided(verdict: "approve" | "deny", run: RunResult): Promise<void>;
}

export interface Place {
  readonly recorder: Recorder;
  /** 12 digits. */
  readonly account: string;
  readonly by: string;
}

/** Credentials of roles, each assumed once. */
function assuming(account: SeededAccount): (role: string) => Promise<Credentials> {
  const [home = ""] = account.regions;
  const sts = account.client(STSClient, home);
  const assumed = new Map<string, Promise<Credentials>>();
  async function assume(role: string): Promise<Credentials> {
    const { Credentials: own } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: arnOf({ service: "iam", account: account.id, resource: `role/${role}` }, home),
        RoleSessionName: "night",
      }),
    );
    return {
      accessKeyId: own?.AccessKeyId ?? "",
      secretAccessKey: own?.SecretAccessKey ?? "",
      sessionToken: own?.SessionToken ?? "",
    };
  }
  return (role) => {
    const held = assumed.get(role) ?? assume(role);
    assumed.set(role, held);
    return held;
  };
}

/** The account as whoever sets it up sees it, through the recorder. */
function accountAt({ recorder: { endpoint }, account }: Place, configured: Configured) {
  const { home, regions } = configured.settings;
  const made = new Map<string, InstanceType<ClientClass>>();
  return {
    endpoint,
    id: account,
    deployment,
    regions: [home, ...regions.filter((region) => region !== home)],
    now: new Date(),
    client<C extends ClientClass>(Client: C, region: string) {
      const client =
        made.get(`${Client.name} ${region}`) ??
        new Client({ endpoint, region, credentials: embeddedCredentials });
      made.set(`${Client.name} ${region}`, client);
      return client as InstanceType<C>;
    },
  } satisfies SeededAccount;
}

interface Kept {
  readonly runs: RunResult[];
  readonly troubles: string[];
}

export function openStage(
  place: Place,
  configured: Configured,
  kept: Kept = { runs: [], troubles: [] },
): Stage {
  const { recorder, by } = place;
  const { runs, troubles } = kept;
  const account = accountAt(place, configured);
  const as = assuming(account);
  const clientsOf = (id: string) =>
    createClients(systemClock, {
      endpoint: recorder.endpoint,
      credentials: () => as(names.role(id)),
    });
  const apart: Apart = {
    as,
    log: quiet,
    async beginFlow(clients, unit, order) {
      const { settings } = configured;
      await beginOnLambda(clients, settings)(unit, order);
      // As if there had been a deployment since: what carries it hands it over again.
      const carrier = clientsOf(flowFunction(unit));
      await isLiveVersion(carrier, unit, settings, "1")().catch(() => false);
      await beginOnLambda(carrier, settings)(unit, { ...order, attempt: order.attempt + 1 });
    },
    invoke: (clients, id, order) => calling(clients, configured.settings).invoke(id, order),
  };
  const functions = deploy(account, configured, apart);
  const { tell, decide, watch, incidents } = sharedFunctions(configured, account.id, clientsOf);

  let ordered: Promise<void>[] = [];
  async function order(id: string, payload: unknown): Promise<void> {
    if (id === "tell") return void (await tell(payload as Parameters<typeof tell>[0]));
    const { region } = payload as { readonly region: string };
    runs.push(...(await functions.unit(id, region, payload)));
  }
  recorder.functions(async (name, payload) => {
    const id = name.replace(/^nightshift-/, "");
    // Those who begin flows carry them here themselves.
    if (/-flow(:|$)/.test(id)) return undefined;
    // Whoever starts it waits for its answer.
    if (id === "incidents") return incidents(payload);
    const carried = order(id, payload);
    ordered.push(carried.catch((error: unknown) => void troubles.push(`${name}: ${error}`)));
  });
  async function carriedOut(): Promise<void> {
    while (ordered.length) {
      const now = ordered;
      ordered = [];
      await Promise.all(now);
    }
  }

  return {
    account,
    recorder,
    by,
    runs,
    troubles,
    functions,
    watch,
    clientsOf,
    carriedOut,
    deployedAgain: (other) => openStage(place, other, kept),
    async decided(verdict, { plan }) {
      const { statusCode, body } = await decide(by, { plan: plan?.id ?? "", verdict });
      if (statusCode !== 200) troubles.push(`${verdict} ${plan?.id}: ${body}`);
      await carriedOut();
    },
  };
}
