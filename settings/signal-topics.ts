/** The setting `signalTopics`: through which SNS topics AWS's services are believed. */
import * as z from "zod/mini";
import { accountIn, regionIn } from "../sdk/arn.ts";
import type { Deployed } from "./arns.ts";
import { namesOf } from "./names.ts";

const topicPattern = /^arn:(?:aws|aws-cn|aws-us-gov):sns:[a-z0-9-]{1,32}:\d{12}:[\w-]{1,256}$/;

/** One topic, by its ARN. */
export const topicArn = z.string().check(
  z.refine((arn) => !arn.endsWith(".fifo"), {
    error: "is a FIFO topic, which cannot invoke a function: name a standard topic",
    abort: true,
  }),
  z.regex(
    topicPattern,
    "must be the ARN of one SNS topic, without wildcards, like arn:aws:sns:eu-central-1:123456789012:alarms",
  ),
);

interface Topics extends Deployed {
  readonly regions: readonly string[];
  readonly signalTopics: readonly string[];
}

/** What is wrong with the topics together: a line each. */
export function* topicProblems(settings: Topics): Generator<string> {
  const { signalTopics, home } = settings;
  const regions = [...new Set([home, ...settings.regions])];
  const [first = ""] = signalTopics;
  const own = `:${home}:${accountIn(first)}:${namesOf(settings).topic}`;
  for (const [at, arn] of signalTopics.entries()) {
    const field = `signalTopics[${at}]`;
    if (signalTopics.indexOf(arn) < at) yield `${field}: ${arn} stands there twice: leave one out`;
    if (accountIn(arn) !== accountIn(first))
      yield `${field}: ${arn} lies in account ${accountIn(arn)}, the first one in ${accountIn(first)}: only topics of the account that is deployed to may start signals`;
    if (!regions.includes(regionIn(arn)))
      yield `${field}: ${arn} lies in ${regionIn(arn)}, which is none of the regions that are looked at: ${regions.join(", ")}. Add it to \`regions\`, or name a topic of one of these`;
    if (arn.endsWith(own))
      yield `${field}: ${arn} is the topic that Nightshift itself tells through: what it says would come back to it. Leave it out`;
  }
}
