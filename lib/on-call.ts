/** What on-call adds to the home region: a queue for each channel, and the functions that deliver, keep incidents and answer Slack. */
import { Aws, Duration, aws_lambda as lambda, aws_sqs as sqs } from "aws-cdk-lib";
import { Construct } from "constructs";
import { names } from "../core/names.ts";
import { acknowledge } from "./acknowledge.ts";
import { sharedTimeout } from "./delivery.ts";
import { failuresArn, functionArn, scheduleGroupArn, schedulesArn } from "./place.ts";
import { GeneratedRole } from "./role.ts";

/** So often a letter is taken up: far more than trying is useful, for SQS counts each look as one. */
const mostReceives = 100;

export interface ChannelQueueProps {
  /** As the settings name it. */
  readonly channel: string;
  readonly failures: sqs.IQueue;
  readonly deliver: lambda.Function;
}

/** One queue a channel: one that is slow or down does not hold up the others (rules.md, 32). */
export class ChannelQueue extends Construct {
  constructor(scope: Construct, id: string, { channel, failures, deliver }: ChannelQueueProps) {
    super(scope, id);
    const queue = new sqs.Queue(this, "Queue", {
      queueName: names.channelQueue(channel),
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(4),
      // Longer than the function may take, so that no letter comes twice while it is being sent.
      visibilityTimeout: Duration.seconds(sharedTimeout.seconds * 6),
      deadLetterQueue: { queue: failures, maxReceiveCount: mostReceives },
    });
    new lambda.CfnEventSourceMapping(this, "Letters", {
      functionName: deliver.functionArn,
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: 2 },
    });
  }
}

/** The one right that a timer has: to wake the function of incidents. */
export class Timers extends Construct {
  constructor(scope: Construct, id: string, home: string) {
    super(scope, id);
    new GeneratedRole(this, "Role", {
      name: names.timerRole,
      description: "Wakes incidents at their time",
      trusts: { Service: "scheduler.amazonaws.com" },
      when: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID }, ArnLike: { "aws:SourceArn": [scheduleGroupArn(home), schedulesArn(home)] } },
      policy: {
        Version: "2012-10-17",
        Statement: [
          { Sid: "Wake", Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [functionArn(home, "incidents")] },
          { Sid: "LeaveFailures", Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [failuresArn(home)] },
        ],
      },
    });
  }
}

/** Where Slack sends what people press: signed by Slack, which is checked inside, since Slack cannot sign as AWS wants it (rules.md, 7). */
export function slackUrl(slack: lambda.Function): lambda.FunctionUrl {
  const url = slack.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
  acknowledge(slack, {});
  return url;
}
