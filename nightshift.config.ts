/**
 * What Nightshift may do in this account. Whatever is absent here is the safe choice: a unit that
 * is not named only watches, that is, it says what it would do. `npm run deploy` brings changes of
 * this file into the account.
 */

import { defineConfig } from "./exports/nightshift.ts";

export default defineConfig({
  // Where the ledger, the messages and the decisions live.
  home: "eu-central-1",

  // Where units look; the home region alone when absent.
  // regions: ["eu-central-1", "us-east-1"],

  // Schedules that name no time zone of their own, and times in messages. Default UTC.
  // timeZone: "Europe/Berlin",

  // Who gets the messages. Each address is asked to confirm once.
  // routes: [{ channel: "sns", email: ["oncall@example.com"], atLeast: "info" }],

  // People, rotations, escalation, channels and their routes, mutes: all of it with an example in
  // docs/on-call.md. Without `onCall` what happens is told as it comes, and nobody is called by
  // name. people: { ann: { email: "ann@example.com", timeZone: "Europe/Berlin" }, ben: { email:
  // "ben@example.com" } }, onCall: {
  // },
  // channels: { team: { kind: "slack-webhook", url: "secretsmanager:nightshift/slack#url" } },

  // When nothing is changed; told a day before. What was changed can still be taken back. freezes:
  // [{ from: "2026-12-24T18:00", until: "2026-12-27T06:00", owner: "ann@example.com", reason:
  // "holidays" }],

  // Who may approve what waits. Nobody when absent.
  // approvers: ["arn:aws:iam::123456789012:role/OnCall"],

  // Whether somebody else must approve than whoever asked for a run, or made the call that it
  // answers; and, where you say so, take back what it did, or exempt what it is about. Default
  // false. twoPersonRule: true, or: twoPersonRule: { undo: true, exempt: true },

  // How much may change in a rolling day, for each unit, account and region: never more than
  // `changes`, nor than `percent` of what was looked at, which is never less than `floor`. Over it
  // nothing is done and a person is asked. caps: { changes: 25, percent: 20, floor: 12 },

  // What is left alone, beside what carries the tag `nightshift:exempt`. exempt: [{ target:
  // "sg-0123456789abcdef0", until: "2027-01-31", owner: "ann@example.com", reason: "migration" }],

  // How many messages an hour are told of each source of events that is not AWS; what comes beyond
  // is counted. Default 20. untrustedPerHour: 20,

  units: {
    // `watch`: say what you would do. `ask`: do it when approved. `act`: do it. Begin with `watch`,
    // read the messages for a week, then raise one unit at a time: "open-ingress": { mode: "ask" },
  },
});
