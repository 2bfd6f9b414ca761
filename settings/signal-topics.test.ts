/** The setting `signalTopics`: what is refused, and how it is said. */
import { describe, expect, test } from "vitest";
import { features } from "../features.ts";
import { parseSettings } from "./parse.ts";
import { settingsOf } from "./settings.ts";

const home = "eu-central-1";
const arn = (name: string, account = "123456789012", region = home) =>
  `arn:aws:sns:${region}:${account}:${name}`;
const parse = (signalTopics?: unknown) =>
  parseSettings(
    { home, regions: [home, "us-east-1"], signalTopics },
    { features, units: ["alarm"] },
  );

test("absent, no topic starts signals", () => {
  expect(parse().signalTopics).toEqual([]);
  expect(settingsOf(parse(), { id: "alarm", family: "signals" }, ["alarm"])).not.toHaveProperty(
    "signalTopics",
  );
});

test("topics of the configured regions are taken, and stand in what a signal is given", () => {
  const both = [arn("alarms"), arn("costs", undefined, "us-east-1")];
  expect(parse(both).signalTopics).toEqual(both);
  expect(settingsOf(parse(both), { id: "alarm", family: "signals" }, ["alarm"])).toMatchObject({
    signalTopics: both,
  });
});

describe("is refused", () => {
  test.each<[why: string, topics: readonly unknown[], line: string]>([
    ["a name", ["alarms"], "signalTopics[0]: must be the ARN of one SNS topic"],
    ["every topic", [arn("*")], "without wildcards"],
    ["every region", [arn("alarms", undefined, "*")], "without wildcards"],
    ["a queue", ["arn:aws:sqs:eu-central-1:123456789012:q"], "must be the ARN of one SNS topic"],
    ["a subscription", [`${arn("alarms")}:2bcfbf39`], "must be the ARN of one SNS topic"],
    ["a line behind it", [`${arn("alarms")}\n`], "must be the ARN of one SNS topic"],
    ["a FIFO topic", [arn("alarms.fifo")], "signalTopics[0]: is a FIFO topic, which cannot invoke"],
    ["no text", [7], "signalTopics[0]: "],
    ["one twice", [arn("a"), arn("a")], `signalTopics[1]: ${arn("a")} stands there twice`],
    [
      "one of another account",
      [arn("a"), arn("b", "999999999999")],
      "lies in account 999999999999, the first one in 123456789012",
    ],
    [
      "one of a region that is not configured",
      [arn("a", undefined, "eu-west-1")],
      "signalTopics[0]: arn:aws:sns:eu-west-1:123456789012:a lies in eu-west-1, which is none of",
    ],
    ["our own", [arn("nightshift")], "is the topic that Nightshift itself tells through"],
  ])("%s", (_, topics, line) => expect(() => parse(topics)).toThrow(line));
});
