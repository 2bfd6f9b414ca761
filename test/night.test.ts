import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { wrap } from "../testing/night/page/sheet.ts";
import { weekDifferences } from "../testing/night/week-story.ts";
import { messages } from "./messages.ts";

const minutes = 60_000;

/** When a run began, as its id says. */
const startOf = (id: string): number =>
  Date.parse((id.split(".")[1] ?? "").replace(/(....)(..)(..)T(..)(..)(..)/, "$1-$2-$3T$4:$5:$6Z"));

test("a night goes as seeded, says so on one plain page, and ends by itself with 0", {
  timeout: 10 * minutes,
}, async () => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["testing/night.ts", "--once"],
    { cwd: `${import.meta.dirname}/..` },
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no colour where nobody sees it
  expect(stdout).not.toMatch(/\u001b/);
  const words = stdout.replace(/\s+/g, " ");
  for (const said of [
    /✓ done bastion it opens port 22 to the internet \(0\.0\.0\.0\/0\)/,
    /↶ undone search/,
    /own-echo: the event tells of a change by nightshift-undo-open-ingress/,
    /hold: \S+:user\/moto undid this/,
    /– held partner-sftp [^–]+exemption: exempt in the settings/,
    /– held shop [^–]+managed: it is left alone on account of the CloudFormation stack shop/,
    /! note The tag nightshift:exempt of sg-\w+ does not exempt it from a security automation, because it has no end/,
    /asked: 12 changes and the 0 of the last day would exceed the cap of 10/,
    /✓ done shop-web, [\d-]+ it has no whole backup of the slot/,
    /info the backup of shop-web of the slot [\d-]+ was restored and is good .*recovery time: .* of 60 minutes that are promised \(times are simulated\)/,
    /warning \d+ of \d+ resources have no backup as young as asked/,
    /info Backups cost [\d.]+ USD in /,
    /renew-certificates act .* 1 looked at, 1 run, \d+ calls ✓ done shop\.example\.com it ends on/,
    /AWS cost [\d.,]+ USD yesterday/,
    /critical ServerCpuTooHigh is in ALARM.*over; \d\d:\d\d opened, \d\d:\d\d escalated: called (Ann|Ben), \d\d:\d\d resolved/,
    /critical ServiceAggregatedAlarm is in ALARM.*taken by (Ann|Ben); \d\d:\d\d opened, \d\d:\d\d acknowledged by (Ann|Ben)/,
    /warning AWS has an issue with EC2.*open, nobody has taken it/,
    /my\.app says "Order Failed: failed: card declined"/,
    /Mon 07:00 team: Database orders: .*a warning woke nobody/,
    /Mon 09:05 team, phone: Nobody has taken it for 10 minutes, so Ben is called: checkout .*handed over at 09:00: Ben is called, not Ann/,
    /Wed 10:00 team: The build of shop failed .*what was taken is open again, and told anew/,
    /Thu 03:00 team, phone: 60 incidents.*a storm: one message, not one each/,
    /✓ done (staging-api|poc-pipeline) for 14 days [^–]+(staging-api|poc-pipeline) [^–]+what it saves is by sample prices, not AWS's, saves \$233\.60 a month approved by \S+:user\/moto/,
    /✗ denied old-warehouse [^–]+would save \$365\.00 a month denied by \S+:user\/moto: nothing of it is done/,
    /The last 24 hours: 158 runs saw 173, changed 20, held 12, 1 plan waits for you, saves \$233\.60 a month/,
    /waiting: log-retention in us-east-1, until [-0-9]+ [:0-9]+ UTC: npx nightshift approve log-retention\.\S+ /,
  ])
    expect(words).toMatch(said);
  for (const line of [
    /^open-ingress {2}act {2}Revokes security group rules/m,
    /^ +undo +npx nightshift undo open-ingress\.\w+\.\w+ {2}6 changes, at any time$/m,
    /^ +approve +npx nightshift approve log-retention\.\w+\.\w+\.plan-\w+$/m,
    /^ +undo +npx nightshift undo idle-instances\.\w+\.\w+ {2}2 changes, at any time$/m,
    /^changes +20 made, 20 verified, 20 undoable, 1 undone · 12 held · 12 wait for you · 1 denied$/m,
    /^saves +\$233\.60 a month · \$365\.00 denied, by sample prices, not AWS's$/m,
    /^calls +\d+ reads and \d+ writes to AWS in 158 runs · 38 messages told/m,
    /^as seeded +yes/m,
  ])
    expect(stdout).toMatch(line);
  const undos = [...stdout.matchAll(/npx nightshift undo (\S+)/g)].map(([, id]) => id ?? "");
  expect(undos.length).toBeGreaterThan(4);
  for (const id of undos)
    expect(startOf(id), `${id} is recorded for a time to come, so undo refuses it`).toBeLessThan(
      Date.now(),
    );
  expect(stdout, "what was decided on asks for no decision").not.toMatch(/approve idle-instances/);
  expect(stderr).toMatch(/^Seeding account 123456789012/m);
});

test("a week in which people receive too much or too little is no week as it must be", () => {
  const [team, phone] = ["team", "phone"].map((channel) => ({
    at: new Date("2026-11-09T07:55:00Z"),
    channel,
    message: { ...messages["a bare signal"], title: "checkout answers with errors" },
  }));
  const none = weekDifferences([]);
  expect(none.length).toBeGreaterThan(10);
  expect(none.join("\n")).toContain("phone did not get what shows: the rotation was handed over");
  expect(weekDifferences(team && phone ? [team, phone] : [])).toHaveLength(none.length - 2);
  expect(
    weekDifferences(phone ? [{ ...phone, at: new Date("2026-11-09T01:00:00Z") }] : []).at(-1),
  ).toContain("Mon 02:00, phone got what nobody expected: ");
});

test.each([
  ["a b c", 3, ["a b", "c"]],
  ["npx nightshift", 5, ["npx", "nightshift"]],
  ["", 5, [""]],
])("%j in lines of %d characters", (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});
