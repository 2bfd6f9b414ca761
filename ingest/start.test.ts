import { expect, test } from "vitest";
import * as z from "zod/mini";
import { sample } from "../events/samples.ts";
import { features } from "../features.ts";
import { decisionKey } from "../ledger/start.ts";
import { apiCall } from "../sdk/unit.ts";
import { parseSettings } from "../settings/parse.ts";
import { unwrap } from "./envelope.ts";
import { startsOf } from "./start.ts";

const unit = {
  id: "any",
  on: [
    apiCall({
      source: "aws.ec2",
      names: ["AuthorizeSecurityGroupIngress"],
      detail: z.object({}),
      only: () => ["sg-1"],
    }),
  ],
};
const event = sample("open-ingress/authorize-security-group-ingress") as {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly detail: object;
};
const startOf = (userIdentity: unknown) => {
  const [start] = startsOf(
    unit,
    unwrap({ ...event, detail: { ...event.detail, userIdentity } }),
    event.account,
    parseSettings({ home: event.region }, { features, units: [] }),
  ).starts;
  return [start?.actor, start?.by];
};

test.each<[string, unknown, actor: string | null, by: string | undefined]>([
  [
    "a user's call",
    { arn: "arn:aws:iam::123456789012:user/ann" },
    "arn:aws:iam::123456789012:user/ann",
    "arn:aws:iam::123456789012:user/ann",
  ],
  [
    "a session's call: the role acts, the session asks",
    {
      arn: "arn:aws:sts::123456789012:assumed-role/Developer/ann",
      sessionContext: { sessionIssuer: { arn: "arn:aws:iam::123456789012:role/Developer" } },
    },
    "arn:aws:iam::123456789012:role/Developer",
    "arn:aws:sts::123456789012:assumed-role/Developer/ann",
  ],
  [
    "a service's call",
    { type: "AWSService", invokedBy: "autoscaling.amazonaws.com" },
    null,
    undefined,
  ],
  ["one that says nothing of it", undefined, null, undefined],
  [
    "an identity that is none",
    { arn: { $ne: "" }, sessionContext: { sessionIssuer: { arn: 7 } } },
    null,
    undefined,
  ],
])("who acted and who asked is read from %s", (_, userIdentity, actor, by) =>
  expect(startOf(userIdentity)).toEqual([actor, by]),
);

test.each([
  [
    "a time slot",
    "arn:aws:scheduler:eu-central-1:123456789012:schedule/nightshift/x#2026-11-22T02:00:00.000Z",
  ],
  ["a decision", decisionKey("any.plan")],
  ["an order", "manual#k"],
  ["more than the ledger's keys have room for", "e".repeat(2_000)],
  ["control characters", "e\n"],
])("an event whose id reads like %s takes the place of none", (_, id) => {
  const keyed = (given: string) =>
    startsOf(
      unit,
      unwrap({ ...event, id: given }),
      event.account,
      parseSettings({ home: event.region }, { features, units: [] }),
    ).starts.map(({ key }) => key);
  expect(keyed(id)).toEqual([expect.stringMatching(/^event\.[0-9a-f]{64}$/)]);
  expect(keyed(id)).toEqual(keyed(id));
  expect(keyed(event.id)).toEqual([event.id]);
});
