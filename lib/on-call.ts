/**
 * What on-call adds to the home region: a queue for each channel, and the functions that deliver,
 * keep incidents and answer Slack.
 */
import { Aws, CfnOutput, Duration, aws_lambda as lambda, aws_sqs as sqs } from "aws-cdk-lib";
import { Construct } from "constructs";
import { useKey } from "../settings/grants.ts";
import { namesOf, type Optional, sharedOf } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { acknowledge } from "./acknowledge.ts";
import { deliverTimeout } from "./delivery.ts";
import { keyIn, queueEncryption } from "./key.ts";
import { arnsHere } from "./place.ts";
import { GeneratedRole } from "./role.ts";

/**
 * So often a letter is taken up: far more than trying is useful, for SQS counts each look as one.
 */
const mostReceives = 100;

export interface ChannelQueueProps {
  readonly settings: ParsedSettings;
  /** As the settings name it. */
  readonly channel: string;
  readonly failures: sqs.IQueue;
  readonly deliver: lambda.Function;
}

/**
 * One queue a channel: one that is slow or down does not hold up the others (rule:
 * told-at-least-once).
 */
export class ChannelQueue extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { settings, channel, failures, deliver }: ChannelQueueProps,
  ) {
    super(scope, id);
    const queue = new sqs.Queue(this, "Queue", {
      queueName: namesOf(settings).channelQueue(channel),
      ...queueEncryption(keyIn(this, settings, settings.home)),
      enforceSSL: true,
      retentionPeriod: Duration.days(4),
      // Longer than the function may take, so that no letter comes twice while it is being sent.
      visibilityTimeout: Duration.seconds(deliverTimeout.seconds * 6),
      deadLetterQueue: { queue: failures, maxReceiveCount: mostReceives },
    });
    const letters = new lambda.CfnEventSourceMapping(this, "Letters", {
      functionName: deliver.functionArn,
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: 2 },
    });
    acknowledge(letters, {
      "Serverless-LambdaEventSourceMappingDestination":
        "Lambda takes none for a queue: what is not taken goes to the failure queue by the queue's own redrive policy",
    });
  }
}

/** The one right that a timer has: to wake the function of incidents. */
export class TimerParts extends Construct {
  constructor(scope: Construct, id: string, settings: ParsedSettings) {
    super(scope, id);
    const arns = arnsHere(settings);
    new GeneratedRole(this, "Role", {
      name: namesOf(settings).timerRole,
      description: "Wakes incidents at their time",
      trusts: { Service: "scheduler.amazonaws.com" },
      when: {
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
        ArnLike: { "aws:SourceArn": [arns.scheduleGroup, arns.schedules()] },
      },
      policy: {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "Wake",
            Effect: "Allow",
            Action: ["lambda:InvokeFunction"],
            Resource: [arns.function("incidents")],
          },
          {
            Sid: "LeaveFailures",
            Effect: "Allow",
            Action: ["sqs:SendMessage"],
            Resource: [arns.failures(settings.home)],
          },
          ...useKey(settings),
        ],
      },
    });
  }
}

export interface OnCallProps {
  readonly settings: ParsedSettings;
  /** Makes one of our functions, by its name. */
  readonly worker: (name: Optional) => lambda.Function;
  readonly failures: sqs.IQueue;
}

/**
 * As many at once as people press; more is somebody's flood, and it must not take the account's
 * concurrency (rule: slack-endpoint).
 */
const slackAtOnce = 5;

/** All of on-call that the settings ask for; nothing where they do not. */
export class OnCallParts extends Construct {
  constructor(scope: Construct, id: string, { settings, worker, failures }: OnCallProps) {
    super(scope, id);
    const wanted = new Set<string>(sharedOf(settings));
    if (wanted.has("incidents")) {
      worker("incidents");
      new TimerParts(this, "Timers", settings);
    }
    if (wanted.has("deliver")) {
      const deliver = worker("deliver");
      for (const channel of Object.keys(settings.channels))
        new ChannelQueue(this, `Channel-${channel}`, { settings, channel, failures, deliver });
    }
    if (wanted.has("slack")) {
      worker("slack-work");
      const slack = worker("slack");
      (slack.node.defaultChild as lambda.CfnFunction).reservedConcurrentExecutions = slackAtOnce;
      // Slack cannot sign as AWS wants it: its own signature is checked inside.
      const url = slack.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
      new CfnOutput(this, "SlackUrl", {
        value: url.url,
        description: "Goes into the Slack app: interactivity and the slash command",
      });
    }
  }
}
