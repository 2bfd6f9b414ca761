/** `doctor`: what keeps Nightshift from working, and how to mend each. */

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { count } from "../../sdk/counted.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { plain } from "../../sdk/plain.ts";
import { systemClock } from "../../sdk/time.ts";
import { arnsOf } from "../../settings/arns.ts";
import { everyRegion } from "../../settings/every-region.ts";
import { namesOf } from "../../settings/names.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { isStale } from "../bundle/stale.ts";
import type { Configured } from "../bundle/units.ts";
import { type DoctorCheck, ill, looked, noteCheck, well } from "../doctor/check.ts";
import { deaf, enabledRegions, onlyRegion } from "../doctor/regions.ts";
import { exit } from "../io/exit.ts";
import { failureOf } from "../io/failure.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import type { Common } from "../io/options.ts";
import { shownPath } from "../io/paths.ts";
import { command } from "../io/words.ts";
import {
  type CallerAccount,
  configuredRegion,
  connect,
  type Surroundings,
  surroundings,
} from "../place/account.ts";
import { fileOf } from "../place/session.ts";
import { readValue } from "./switch.ts";

export interface DoctorOptions extends Common {
  /** Sends tests: an alarm, a message, one through every channel. */
  readonly fire?: boolean;
}

export async function doctor(options: DoctorOptions, io: Io): Promise<number> {
  const around = await surroundings();
  const file = fileOf(options, around);
  const checks: DoctorCheck[] = [node()];
  const configured = await settingsOf(file, checks);
  const settings = configured?.settings;
  checks.push(bundles());
  const account = await accountOf({ around, settings, file }, checks, io);
  if (account && settings) {
    checks.push(...(await io.during("asking the account", () => inAccount(account, settings))));
    if (!account.loopback) {
      const look = () => stacks(account, configured);
      checks.push(await io.during("looking for stacks in every region", look));
    }
    if (!account.loopback) checks.push(await movesOf(account, settings));
    if (!account.loopback) checks.push(await invokersOf(account, configured));
    if (options.fire) checks.push(...(await fired(account, settings)));
  }

  if (options.json) io.print(json({ checks }));
  else io.print(checks.map((check) => checkText(check, io)).join("\n"));
  const problems = checks.filter(({ ok }) => !ok).length;
  io.say(
    problems
      ? `${count(problems, "problem")} of ${count(checks.length, "check")}`
      : `${count(checks.length, "check")}, all well`,
  );
  return problems ? exit.failed : exit.done;
}

function checkText({ check, ok, found, remedy }: DoctorCheck, io: Io): string {
  const lines = [`${markOf(ok, remedy, io)}${io.paint("bold", check)}: ${plain(found)}`];
  if (remedy) lines.push(...remedy.split("\n").map((line) => `        ${plain(line)}`));
  return lines.join("\n");
}

function markOf(ok: boolean, remedy: string | null | undefined, io: Io): string {
  if (!ok) return io.paint("red", "PROBLEM ");
  return remedy ? io.paint("yellow", "note    ") : io.paint("green", "ok      ");
}

const newestMajor = 24;
function node(): DoctorCheck {
  const { version } = process;
  return Number(version.slice(1).split(".")[0]) >= newestMajor
    ? well("Node", version)
    : ill(
        "Node",
        `${version}; Nightshift needs ${newestMajor}`,
        `start it as \`${command} …\`, which runs on the Node that is pinned in the checkout; if that is missing: \`node tools/setup.mjs\``,
      );
}

/** With each unit's own schema, as the bundle step parses them. */
async function settingsOf(file: string, checks: DoctorCheck[]): Promise<Configured | undefined> {
  const name = shownPath(file);
  try {
    const [{ readSettings }, { configure }, { withLines }, { registry }] = await Promise.all([
      import("../place/settings.ts"),
      import("../bundle/units.ts"),
      import("../bundle/where.ts"),
      import("../../functions/registry.ts"),
    ]);
    const given = await readSettings(file);
    const configured = await withLines(file, name, () =>
      configure(registry, given, { name, now: systemClock.now() }),
    );
    const { settings, units } = configured;
    checks.push(
      well("settings", `${name}: home ${settings.home}, regions ${settings.regions.join(", ")}`),
    );
    const regions = regionsNote(deaf(settings, units), name);
    if (regions) checks.push(regions);
    return configured;
  } catch (error) {
    checks.push(ill("settings", `${name} is not valid`, failureOf(error).message));
    return undefined;
  }
}

/** @param unheard the signals whose events AWS sends to one region that the settings do not name */
function regionsNote(unheard: readonly string[], file: string): DoctorCheck | undefined {
  if (!unheard.length) return undefined;
  const tell = unheard.length === 1 ? "tells" : "tell";
  const roots = unheard.includes("sign-in") ? " (of sign-ins: those of the root user)" : "";
  return noteCheck(
    "regions",
    `${onlyRegion} is not among them, and AWS sends there alone what ${unheard.join(", ")} ${tell} of${roots}`,
    `add ${onlyRegion} to \`regions\` in ${file} to hear of it`,
  );
}

/**
 * Of what would be deployed, whichever settings the embedded AWS goes by. Nothing waits for them:
 * what needs them makes them.
 */
const bundles = (): DoctorCheck =>
  isStale()
    ? noteCheck(
        "bundles",
        "dist/ is missing or older than its sources",
        "nothing: `npm run deploy` and whatever else needs them makes them by itself",
      )
    : well("bundles", "up to date");

/** What is known before the account is asked. */
interface Local {
  readonly around: Surroundings;
  readonly settings: ParsedSettings | undefined;
  readonly file: string;
}

async function accountOf(
  { around, settings, file }: Local,
  checks: DoctorCheck[],
  io: Io,
): Promise<CallerAccount | undefined> {
  const region = await configuredRegion(undefined, settings ?? { home: "us-east-1" }, around);
  try {
    const account = await connect(around, region, io);
    checks.push(well("credentials", `account ${account.id}, ${account.caller}`));
    checks.push(
      well(
        "endpoint",
        `${account.endpoint}${account.loopback ? ", on this machine: verbs are carried out here" : ""}`,
      ),
    );
    if (settings)
      checks.push(
        settings.regions.includes(region)
          ? well("region", region)
          : ill(
              "region",
              `${region}, which the settings do not name`,
              `set AWS_REGION to one of ${settings.regions.join(", ")}, give --region, or add ${region} to \`regions\` in ${shownPath(file)}`,
            ),
      );
    return account;
  } catch (error) {
    checks.push(ill("credentials", inOneLine(error), failureOf(error).message));
    return undefined;
  }
}

async function inAccount(account: CallerAccount, settings: ParsedSettings): Promise<DoctorCheck[]> {
  const clients = account.clients(systemClock);
  const { home } = settings;
  const { table: ledger } = namesOf(settings);
  const [{ tableExists }, { DynamoDBClient: Client }] = await Promise.all([
    import("../../ledger/create.ts"),
    import("@aws-sdk/client-dynamodb"),
  ]);
  let there = false;
  const table = await looked("ledger", async () => {
    there = await tableExists(clients.get(Client, home) as DynamoDBClient, ledger);
    if (there) return well("ledger", `table ${ledger} in ${home}`);
    return account.loopback
      ? well("ledger", "not there yet: the first run makes it")
      : ill(
          "ledger",
          `there is no table ${ledger} in ${home}`,
          "run `npm run deploy`, or check that this is the right account",
        );
  });
  const rest = await Promise.all([
    looked("kill switch", () => killSwitch(account, settings, there)),
    ...(there ? [looked("breakers", () => breakers(account, settings))] : []),
    ...(account.loopback
      ? []
      : [
          looked("enabled regions", () => enabledRegions(settings.regions, clients)),
          looked("trail", () => trail(account, settings)),
          looked("subscriptions", () => subscriptions(account, settings)),
        ]),
    looked("alarms", async () =>
      (await import("../doctor/alarms.ts")).alarms({
        clients,
        settings,
        account: account.id,
        loopback: account.loopback,
      }),
    ),
    ...(account.loopback || !Object.keys(settings.channels).length
      ? []
      : [
          looked("secrets", async () =>
            (await import("../doctor/channels.ts")).channelSecrets(settings, clients),
          ),
        ]),
  ]);
  return [table, ...rest];
}

const stacks = (account: CallerAccount, intended: Configured): Promise<DoctorCheck> =>
  looked("stacks", async () =>
    (await import("../doctor/stacks.ts")).stacksCheck(account.clients(systemClock), intended),
  );

const movesOf = (account: CallerAccount, settings: ParsedSettings): Promise<DoctorCheck> =>
  looked("moves at once", async () =>
    (await import("../doctor/moves.ts")).movesCheck(
      account.clients(systemClock),
      settings,
      systemClock.now(),
    ),
  );

const invokersOf = (account: CallerAccount, { settings, units }: Configured) =>
  looked("invokers", async () =>
    (await import("../doctor/invokers.ts")).invokers({
      clients: account.clients(systemClock),
      settings,
      account: account.id,
      units: units.flatMap(({ id, kind, enabled }) => (enabled && kind !== "signal" ? [id] : [])),
    }),
  );

/** The tests, one way after the other: what reaches people is told apart by them. */
async function fired(account: CallerAccount, settings: ParsedSettings): Promise<DoctorCheck[]> {
  const [{ fireAlarm }, { postTest }, { tryChannels }, { ledgerOf }] = await Promise.all([
    import("../doctor/alarms.ts"),
    import("../doctor/outbox.ts"),
    import("../doctor/channels.ts"),
    import("../../engine/run/host.ts"),
  ]);
  const clients = account.clients(systemClock);
  const { id, caller, loopback } = account;
  return [
    await looked("test alarm", () =>
      fireAlarm({ clients, settings, account: id, loopback }, caller, systemClock),
    ),
    // Here the table's stream has no reader: whoever makes a message tells it.
    loopback
      ? well("test message", "not deployed here")
      : await looked("test message", () =>
          postTest(
            ledgerOf(clients, settings, systemClock),
            settings,
            { account: id, caller },
            systemClock,
          ),
        ),
    ...(await tryChannels(settings, account)),
  ];
}

async function killSwitch(
  account: CallerAccount,
  settings: ParsedSettings,
  there: boolean,
): Promise<DoctorCheck> {
  if (account.loopback && !there)
    return well("kill switch", "not there yet: the first run makes it");
  const { readSwitch } = await import("../../engine/run/switch.ts");
  const value = await readSwitch(account.clients(systemClock), settings);
  const { all, ids } = readValue(value);
  if (!all && !ids.length) return well("kill switch", "off: changes go on as the settings say");
  return ill(
    "kill switch",
    all ? `on (${JSON.stringify(value)}): nothing is changed` : `stops ${ids.join(", ")}`,
    `when that is no longer wanted: \`${command} resume${all ? "" : " ID"}\``,
  );
}

async function breakers(account: CallerAccount, settings: ParsedSettings): Promise<DoctorCheck> {
  const [{ failures }, { ledgerOf }, { unitIds }] = await Promise.all([
    import("../../ledger/heartbeats.ts"),
    import("../../engine/run/host.ts"),
    import("../place/units.ts"),
  ]);
  const store = ledgerOf(account.clients(systemClock), settings, systemClock);
  const places = unitIds.flatMap((unit) =>
    everyRegion(settings).map((region) => ({ unit, account: account.id, region })),
  );
  const open = (
    await Promise.all(
      places.map(async (place) =>
        (await failures(store, place)) >= settings.breaker ? [place] : [],
      ),
    )
  ).flat();
  return open.length
    ? ill(
        "breakers",
        `only watching after ${settings.breaker} failed runs: ${open.map(({ unit, region }) => `${unit} in ${region}`).join(", ")}`,
        `\`${command} history\` says why; mend it, then \`${command} resume ID\``,
      )
    : well("breakers", "all closed");
}

/** Without a trail CloudTrail sends EventBridge nothing, silently (rule: named-operations). */
async function trail(account: CallerAccount, { regions }: ParsedSettings): Promise<DoctorCheck> {
  const { CloudTrailClient, DescribeTrailsCommand, GetTrailStatusCommand } = await import(
    "@aws-sdk/client-cloudtrail"
  );
  const clients = account.clients(systemClock);
  const without: string[] = [];
  for (const region of regions) {
    const client = clients.get(CloudTrailClient, region);
    const { trailList = [] } = (await client.send(
      new DescribeTrailsCommand({ includeShadowTrails: true }),
    )) as {
      trailList?: { TrailARN?: string; IsMultiRegionTrail?: boolean; HomeRegion?: string }[];
    };
    const reaching = trailList.filter(
      ({ IsMultiRegionTrail, HomeRegion }) => IsMultiRegionTrail || HomeRegion === region,
    );
    const statuses = await Promise.all(
      reaching.map(
        ({ TrailARN }) =>
          client.send(new GetTrailStatusCommand({ Name: TrailARN })) as Promise<{
            IsLogging?: boolean;
          }>,
      ),
    );
    if (!statuses.some(({ IsLogging }) => IsLogging)) without.push(region);
  }
  return without.length
    ? ill(
        "trail",
        `no CloudTrail trail is logging in ${without.join(", ")}`,
        "create a multi-region trail with management events: without one, units that start on API calls see nothing and only their sweeps work",
      )
    : well("trail", "API calls reach EventBridge");
}

async function subscriptions(
  account: CallerAccount,
  settings: ParsedSettings,
): Promise<DoctorCheck> {
  const { home, routes } = settings;
  const { SNSClient, ListSubscriptionsByTopicCommand } = await import("@aws-sdk/client-sns");
  const TopicArn = arnsOf(settings, { account: account.id }).topic;
  const { Subscriptions = [] } = (await account
    .clients(systemClock)
    .get(SNSClient, home)
    .send(new ListSubscriptionsByTopicCommand({ TopicArn }))) as {
    Subscriptions?: { SubscriptionArn?: string; Endpoint?: string }[];
  };
  const pending = Subscriptions.filter(
    ({ SubscriptionArn }) => !SubscriptionArn?.startsWith("arn:"),
  );
  if (!Subscriptions.length)
    return ill(
      "subscriptions",
      "nobody is subscribed to the topic: messages reach no one",
      `name somebody in the settings' routes${routes.length ? "" : " (they are empty)"}, then \`npm run deploy\``,
    );
  return pending.length
    ? ill(
        "subscriptions",
        `not confirmed: ${pending.map(({ Endpoint }) => Endpoint).join(", ")}`,
        "open the mail that AWS sent, and confirm",
      )
    : well("subscriptions", count(Subscriptions.length, "confirmed subscription"));
}
