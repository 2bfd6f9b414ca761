/**
 * One sweep over the security groups of an account, in a process of its own, as a function would do
 * it. `node tools/bench/wall.ts ENDPOINT REGION ACCOUNT aws|memory`: where its ledger lies; the one
 * in memory answers after 5 ms, as DynamoDB does. Credentials from the environment.
 */
import { createClients } from "../../engine/run/clients.ts";
import { createHost, ledgerOf } from "../../engine/run/host.ts";
import { run } from "../../engine/run/run.ts";
import openIngress from "../../functions/security/open-ingress/index.ts";
import { noLog } from "../../sdk/log.ts";
import { after, milliseconds, minutes, seconds, systemClock } from "../../sdk/time.ts";
import { deployedIn } from "../../testing/deployed.ts";
import { testSettings } from "../../testing/host.ts";
import { memoryLedger } from "../../testing/memory/ledger.ts";

const [endpoint = "", region = "", account = "", place = "aws"] = process.argv.slice(2);
const ledgerDelay = milliseconds(seconds(0.005));

const inMemory = memoryLedger(systemClock);
inMemory.before = () => new Promise((resolve) => setTimeout(resolve, ledgerDelay));

const clients = createClients(systemClock, { endpoint });
const store =
  place === "memory" ? inMemory.store : ledgerOf(clients, deployedIn(region), systemClock);
const caps = { changes: 100_000, percent: 100, floor: 100_000 };
const host = createHost({
  account,
  settings: testSettings({ region }, openIngress, { mode: "act", caps }),
  clock: systemClock,
  clients,
  store,
  log: noLog,
  deadline: after(systemClock.now(), minutes(15)),
});
const began = performance.now();
const { actions } = await run(
  openIngress,
  { kind: "sweep", key: "slot", region, at: systemClock.now() },
  host,
);
const applied = actions.filter(({ outcome }) => outcome === "applied").length;
console.log(JSON.stringify({ applied, seconds: (performance.now() - began) / 1000 }));
