/** `incident …`: what the ledger holds of incidents, and what people do with them. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { beforeEach, expect, test } from "vitest";
import { incidentId } from "../../messages/incident-id.ts";
import type { Outgoing, SignalTold } from "../../messages/outgoing.ts";
import { createIncidents } from "../../oncall/incidents/service.ts";
import { headById } from "../../oncall/incidents/store.ts";
import { noLog } from "../../sdk/log.ts";
import { before, clockAt, hours, minutes } from "../../sdk/time.ts";
import { deployedLedger, hostOf, testSettings } from "../../testing/host.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { cli, settingsFor } from "./cli.ts";

let aws: TestAccount;
let settings: string;
beforeEach(async () => {
  aws = await embedded();
  aws.use();
  await deployedLedger(aws);
  settings = settingsFor(aws, "act", {
    people: { ann: { name: "Ann" } },
    onCall: {
      rotations: {
        primary: { people: ["ann"], from: "2026-11-02", handover: { every: "day", at: "09:00" } },
      },
    },
  });
});
const store = () => hostOf(aws, testSettings(aws, "alarm")).store;
const incident = (...args: readonly string[]) => cli("incident", ...args, "--settings", settings);

function message(key: string, given: Partial<SignalTold> = {}): SignalTold {
  const at = before(new Date(), minutes(20));
  return {
    id: `alarm.${key}`,
    at,
    account: aws.account,
    region: aws.region,
    unit: "alarm",
    kind: "signal",
    severity: "critical",
    title: `${key} is in ALARM`,
    key,
    ...given,
  };
}
async function opened(...messages: readonly Outgoing[]): Promise<string[]> {
  const host = {
    families: {},
    whoIsOn: () => [],
    store: store(),
    clock: clockAt(new Date()),
    log: noLog,
    timers: { async set() {} },
  };
  expect(await createIncidents({ ...host, onCall: { rotations: {} } }).take(messages)).toEqual(
    new Set(),
  );
  return messages.map(incidentId);
}

test("without a table and without incidents there is nothing to list, and that is said", async () => {
  expect(await incident("list", "--json")).toMatchObject({
    code: 0,
    json: { open: [], more: 0, closed: [] },
  });
  expect((await incident("list")).out).toContain("There is no incident");
});

test("what is open is listed worst first, then what is over; each step shows in its timeline", async () => {
  const [disk = "", cpu = ""] = await opened(
    message("disk", { severity: "warning" }),
    message("cpu"),
  );
  expect((await incident("ack", cpu)).out).toContain("it is yours");
  expect((await incident("snooze", disk, "--for", "2h", "--json")).json).toMatchObject({
    incident: { id: disk, state: "snoozed" },
  });
  expect((await incident("note", cpu, "looking at it")).code).toBe(0);
  expect((await incident("list", "--json")).json).toMatchObject({
    open: [
      {
        id: cpu,
        state: "acknowledged",
        severity: "critical",
        by: expect.stringContaining(aws.account),
      },
      { id: disk, state: "snoozed" },
    ],
    closed: [],
  });
  expect((await incident("resolve", cpu, "--reason", "a wrong threshold")).code).toBe(0);
  expect((await incident("list", "--json")).json).toMatchObject({
    open: [{ id: disk }],
    closed: [{ id: cpu, state: "resolved" }],
  });
  const shown = await incident("show", cpu, "--json");
  expect(
    shown.json.timeline
      .map(({ what }: { what: string }) => what)
      .filter((what: string) => what !== "told"),
  ).toEqual(["opened", "acknowledged", "note", "resolved"]);
  expect((await incident("show", cpu)).out).toMatch(/resolved\s+a wrong threshold/);
  expect((await headById(store(), cpu))?.body.by).toContain(aws.account);
});

test("what is over, and what there never was, cannot be taken: 1, with what to do", async () => {
  const [cpu = ""] = await opened(message("cpu"));
  await incident("resolve", cpu, "--reason", "mended");
  expect(await incident("ack", cpu)).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringContaining("is over since"),
  });
  for (const args of [
    ["ack", "inc.none"],
    ["show", "inc.none"],
    ["report", "inc.none"],
  ])
    expect(await incident(...args)).toMatchObject({
      code: 1,
      err: expect.stringContaining("there is no incident inc.none"),
    });
});

test("a report has the alarm's metric as text, and as a picture beside the file", async () => {
  const cloudwatch = aws.client(CloudWatchClient);
  const metric = { Namespace: "Shop", MetricName: "Latency" };
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      ...metric,
      AlarmName: "slow",
      Statistic: "Average",
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 50,
      ComparisonOperator: "GreaterThanThreshold",
    }),
  );
  const data = [120, 90, 60, 30, 15].map((ago, at) => ({
    MetricName: "Latency",
    Value: 10 * (at + 1),
    Timestamp: before(new Date(), minutes(ago)),
  }));
  await cloudwatch.send(new PutMetricDataCommand({ Namespace: "Shop", MetricData: data }));
  const [slow = ""] = await opened(
    message(`arn:aws:cloudwatch:${aws.region}:${aws.account}:alarm:slow`, {
      title: "slow is in ALARM",
      affected: ["shop"],
    }),
  );
  const file = join(mkdtempSync(join(tmpdir(), "nightshift-report-")), "slow.md");
  expect(await incident("report", slow, "--out", file, "--json")).toMatchObject({
    code: 0,
    json: { files: [file, file.replace(".md", ".svg")] },
  });
  const page = readFileSync(file, "utf8");
  expect(page).toMatch(/^# slow is in ALARM\n/);
  expect(page).toMatch(/Latency, threshold 50, .*\n[▁▂▃▄▅▆▇█]+\n/);
  expect(page).toContain("](slow.svg)");
  expect(readFileSync(file.replace(".md", ".svg"), "utf8")).toMatch(
    /^<svg [\s\S]*<polyline [\s\S]*began/,
  );

  const [gone = ""] = await opened(
    message(`arn:aws:cloudwatch:${aws.region}:${aws.account}:alarm:gone`, {
      at: before(new Date(), hours(1)),
    }),
  );
  const { out } = await incident("report", gone);
  expect(out).toContain("The alarm gone is not there any more");
  expect(existsSync("gone.svg")).toBe(false);
});
