/**
 * The alarms on our own failure: whether each is there and reaches the topic, and one of them fired
 * as a test (rule: own-alarms).
 */
import {
  type AlarmHistoryItem,
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type MetricAlarm,
  SetAlarmStateCommand,
  type StateValue,
} from "@aws-sdk/client-cloudwatch";
import type { Clients } from "../../engine/run/clients.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { after, type Clock, seconds } from "../../sdk/time.ts";
import { arnsOf } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";
import { keepsIncidents, type ParsedSettings } from "../../settings/settings.ts";
import { command } from "../io/words.ts";
import { type DoctorCheck, ill, well } from "./check.ts";

export interface Where {
  readonly clients: Clients;
  readonly settings: Pick<
    ParsedSettings,
    "home" | "regions" | "deployment" | "channels" | "functions"
  >;
  /** 12 digits. */
  readonly account: string;
  /** The embedded AWS, where no alarms are deployed. */
  readonly loopback: boolean;
}

const clientIn = (clients: Clients, region: string) =>
  clients.get(CloudWatchClient, region) as CloudWatchClient;

async function described(
  clients: Clients,
  region: string,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, MetricAlarm>> {
  const { MetricAlarms = [] } = await clientIn(clients, region).send(
    new DescribeAlarmsCommand({ AlarmNames: [...wanted], AlarmTypes: ["MetricAlarm"] }),
  );
  return new Map(MetricAlarms.map((alarm) => [alarm.AlarmName ?? "", alarm]));
}

interface Flaw {
  readonly what: string;
  readonly remedy: string;
}

const missing = (name: string, region: string): Flaw => ({
  what: `${name} in ${region} is missing`,
  remedy: `run \`npm run deploy\`; if that finds nothing to change, somebody deleted ${name} by hand: drift detection of its stack in ${region} shows how it was`,
});

/** What keeps an alarm of the home region from reaching anybody. */
function flawOf(
  { AlarmName: name, ActionsEnabled, AlarmActions = [] }: MetricAlarm,
  region: string,
  topic: string,
): Flaw | undefined {
  if (!ActionsEnabled)
    return {
      what: `the actions of ${name} are disabled: it tells nobody`,
      remedy: `\`aws cloudwatch enable-alarm-actions --region ${region} --alarm-names ${name}\``,
    };
  if (!AlarmActions.includes(topic))
    return {
      what: `${name} does not name the topic as its action: it tells ${AlarmActions.length ? AlarmActions.join(", ") : "nobody"}`,
      remedy: `somebody changed it by hand: add ${topic} to its actions in the CloudWatch console`,
    };
  return undefined;
}

/**
 * Whether each alarm is there, and those at home reach the topic; the others travel home as events,
 * whatever their actions are.
 */
export async function alarms({
  clients,
  settings,
  account,
  loopback,
}: Where): Promise<DoctorCheck> {
  const { home, regions } = settings;
  const { topic } = arnsOf(settings, { account });
  // What is given up is watched in every region, the rest at home.
  const names = namesOf(settings);
  const { failuresAlarm } = names;
  const atHome = [
    failuresAlarm(home),
    names.watchdogAlarm,
    names.watchdogFailingAlarm,
    names.tellAlarm,
    names.lateAlarm,
    names.untoldAlarm,
    names.unfedAlarm,
    ...(keepsIncidents(settings) ? [names.incidentsAlarm] : []),
    ...Object.keys(settings.channels).map(names.channelAlarm),
  ];
  const others = [...new Set(regions)].filter((region) => region !== home);
  const wanted = [
    { region: home, all: atHome },
    ...others.map((region) => ({ region, all: [failuresAlarm(region)] })),
  ];
  const found = await Promise.all(
    wanted.map(async ({ region, all }) => ({
      region,
      all,
      there: await described(clients, region, all),
    })),
  );
  if (loopback && found.every(({ there }) => !there.size))
    return well("alarms", "not deployed here");
  const flaws = found.flatMap(({ region, all, there }) =>
    all.flatMap((name): Flaw[] => {
      const alarm = there.get(name);
      if (!alarm) return [missing(name, region)];
      const flaw = region === home ? flawOf(alarm, region, topic) : undefined;
      return flaw ? [flaw] : [];
    }),
  );
  const number = found.reduce((sum, { all }) => sum + all.length, 0);
  return flaws.length
    ? ill(
        "alarms",
        flaws.map(({ what }) => what).join("; "),
        flaws.map(({ remedy }) => remedy).join("\n"),
      )
    : well(
        "alarms",
        `${number} on Nightshift's own failure, those in ${home} straight to the topic`,
      );
}

/** CloudWatch carries an action out within seconds, and writes down what came of it. */
const patience = seconds(30);
const between = seconds(1);

interface Seen {
  /** The state that we set was taken. */
  readonly taken: boolean;
  /** What came of the action that leads to the topic; absent while nothing did. */
  readonly action?: { readonly done: boolean; readonly said: string };
}

/** `Successfully executed action ARN`, or `Failed to execute action ARN. Received error: …`. */
const actionOf = (items: readonly AlarmHistoryItem[], topic: string): Seen["action"] => {
  const said = items
    .map(({ HistorySummary = "" }) => HistorySummary)
    .find((summary) => summary.includes(topic));
  return said === undefined ? undefined : { done: said.startsWith("Successfully"), said };
};

async function watched(
  client: CloudWatchClient,
  AlarmName: string,
  { topic, reason }: { topic: string; reason: string },
  clock: Clock,
): Promise<Seen> {
  const began = clock.now();
  const until = after(began, patience);
  let taken = false;
  for (;;) {
    const [{ MetricAlarms = [] }, { AlarmHistoryItems = [] }] = await Promise.all([
      client.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] })),
      // The clocks of both ends may differ.
      client.send(
        new DescribeAlarmHistoryCommand({
          AlarmName,
          HistoryItemType: "Action",
          StartDate: after(began, seconds(-5)),
          ScanBy: "TimestampDescending",
        }),
      ),
    ]);
    taken ||= MetricAlarms.some(({ StateReason }) => StateReason === reason);
    const action = actionOf(AlarmHistoryItems, topic);
    if (action || clock.now() >= until)
      return { taken: taken || action !== undefined, ...(action && { action }) };
    await clock.sleep(between);
  }
}

/**
 * Sets it to ALARM and back to OK, and reads what CloudWatch's own record says of the way to the
 * topic.
 */
export async function fireAlarm(
  { clients, settings, account, loopback }: Where,
  caller: string,
  clock: Clock,
): Promise<DoctorCheck> {
  const check = "test alarm";
  const { home } = settings;
  const name = namesOf(settings).failuresAlarm(home);
  const { topic } = arnsOf(settings, { account });
  const alarm = (await described(clients, home, [name])).get(name);
  if (!alarm && loopback) return well(check, "not deployed here");
  const flaw = alarm ? flawOf(alarm, home, topic) : missing(name, home);
  if (flaw) return ill(check, `not fired: ${flaw.what}`, flaw.remedy);
  if (alarm?.StateValue === "ALARM")
    return ill(
      check,
      `not fired: ${name} is in ALARM already, and a test would end that: ${alarm.StateReason ?? ""}`,
      `\`${command} redrive --dry\` lists what was given up; mend it, \`${command} redrive\`, then try again`,
    );
  const client = clientIn(clients, home);
  const set = (StateValue: StateValue, StateReason: string) =>
    client.send(new SetAlarmStateCommand({ AlarmName: name, StateValue, StateReason }));
  const reason = `A test by ${caller}, with \`${command} doctor --fire\`, at ${clock.now().toISOString()}: nothing is wrong`;
  await set("ALARM", reason);
  let seen: Seen;
  let back: unknown;
  try {
    seen = await watched(client, name, { topic, reason }, clock);
  } finally {
    back = await set("OK", `The test by ${caller} is over`).then(
      () => undefined,
      (error: unknown) => error,
    );
  }
  const { taken, action } = seen;
  if (!action)
    return ill(
      check,
      `${name} was set to ALARM, ${taken ? "which it took, and CloudWatch has not carried out its action" : "and does not show it,"} in ${patience.seconds} seconds`,
      `look whether the mail has come all the same, and at the alarm's history in the CloudWatch console (${home})`,
    );
  if (!action.done)
    return ill(
      check,
      `${name} was fired, and CloudWatch could not publish to the topic: ${action.said}`,
      `compare the policies of the topic and of its key ${namesOf(settings).key} with lib/topic.ts: the key must let cloudwatch.amazonaws.com use it`,
    );
  if (back)
    return ill(
      check,
      `${name} was fired and reached the topic, and could not be set back: ${inOneLine(back)}`,
      `CloudWatch sets it back by itself within minutes; or \`aws cloudwatch set-alarm-state --region ${home} --alarm-name ${name} --state-value OK --state-reason test\``,
    );
  return well(
    check,
    `${name} was fired, CloudWatch published it to the topic, and it is OK again: everybody whose subscription is confirmed now finds the mail 'ALARM: "${name}"' in their inbox. The signal alarm may tell of it too, and on-call open an incident, which ends with it`,
  );
}
