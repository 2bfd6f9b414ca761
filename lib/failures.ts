import {
  Aws,
  aws_cloudwatch as cloudwatch,
  Duration,
  aws_iam as iam,
  aws_sqs as sqs,
} from "aws-cdk-lib";
import { Construct } from "constructs";
import { regionIn } from "../sdk/arn.ts";
import { namesOf } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { acknowledge } from "./acknowledge.ts";
import { keyIn, queueEncryption } from "./key.ts";
import { arnHere, arnsHere } from "./place.ts";

/**
 * Where all that could not be delivered or done ends, in each region, and the alarm that says so.
 */
export interface FailuresProps {
  readonly settings: ParsedSettings;
  readonly region: string;
}

export class Failures extends Construct {
  readonly queue: sqs.Queue;
  readonly alarm: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, { settings, region }: FailuresProps) {
    super(scope, id);
    const names = namesOf(settings);
    const arns = arnsHere(settings);
    this.queue = new sqs.Queue(this, "Queue", {
      queueName: names.failures,
      ...queueEncryption(keyIn(this, settings, region)),
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.queue, {
      "AwsSolutions-SQS3": "It is itself the dead-letter queue of everything else",
      "Serverless-SQSRedrivePolicy": "It is itself the dead-letter queue of everything else",
    });
    // What an address refuses for good, and what signals could not be handed.
    this.queue.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: "Topic",
        principals: [new iam.ServicePrincipal("sns.amazonaws.com")],
        actions: ["sqs:SendMessage"],
        resources: [this.queue.queueArn],
        conditions: {
          StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
          ArnEquals: {
            "aws:SourceArn": [
              arnHere("sns", region, names.topic),
              ...settings.signalTopics.filter((arn) => regionIn(arn) === region),
            ],
          },
        },
      }),
    );
    for (const [sid, rules] of [
      ["RulesOfHomeBus", arns.homeRules(region)],
      ["RulesOfDefaultBus", arns.defaultRules(region)],
    ] as const)
      this.queue.addToResourcePolicy(
        new iam.PolicyStatement({
          sid,
          principals: [new iam.ServicePrincipal("events.amazonaws.com")],
          actions: ["sqs:SendMessage"],
          resources: [this.queue.queueArn],
          conditions: {
            StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
            ArnLike: { "aws:SourceArn": rules },
          },
        }),
      );
    this.alarm = new cloudwatch.Alarm(this, "Alarm", {
      alarmName: names.failuresAlarm(region),
      alarmDescription: `Something that Nightshift should have done in ${region} was given up after all retries: the messages in the queue ${names.failures} say what and why. Mend it, then redrive them.`,
      metric: this.queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: "Maximum",
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // A queue that was idle for six hours sends no metric: here nothing is good news.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}
