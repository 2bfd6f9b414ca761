import {
  Aws,
  aws_cloudwatch_actions as actions,
  CfnOutput,
  aws_cloudwatch as cloudwatch,
  Duration,
  aws_dynamodb as dynamodb,
  aws_events as events,
  aws_lambda as lambda,
  Stack,
  type StackProps,
  aws_scheduler as scheduler,
  aws_ssm as ssm,
} from "aws-cdk-lib";
import type { Construct } from "constructs";
import { features } from "../features.ts";
import type { Pattern } from "../sdk/pattern.ts";
import { functionsOf, isShared } from "../settings/feature.ts";
import type { Manifest } from "../settings/manifest.ts";
import { names, type Shared } from "../settings/names.ts";
import { ruleRetries, sharedTimeout, streamRetries, unitTimeout } from "./delivery.ts";
import { Failures } from "./failures.ts";
import { FeatureParts } from "./features.ts";
import { forwarded } from "./forwarding.ts";
import { Forwards } from "./forwards.ts";
import { deployed, sharedPolicy } from "./iam/policy.ts";

import { alarmsArn, failuresArn, owner } from "./place.ts";
import { HomeRule } from "./rule.ts";
import { Schedules, type Slot } from "./schedules.ts";
import { GuardedTopic } from "./topic.ts";
import { Worker, type WorkerProps } from "./worker.ts";

/** The alarms on our own failure in other regions. */
export const ownAlarms: Pattern = {
  source: ["aws.cloudwatch"],
  "detail-type": ["CloudWatch Alarm State Change"],
  detail: { alarmName: [{ prefix: "nightshift-failures-" }] },
};

const descriptions: { readonly [K in Shared]: string } = {
  signals: "Turns events from AWS into messages",
  tell: "Tells what is in the outbox",
  decide: "Takes decisions on plans that wait",
  undo: "Takes back what was done",
  watchdog: "Takes up what died, tells what was not told, and looks after Nightshift itself",
};

/** What features start the watchdog with, beside its own times. */
const featureSlots = (settings: Manifest["settings"]): Slot[] =>
  features
    .flatMap((feature) => feature.schedules?.(settings) ?? [])
    .map(({ starts: _, ...slot }) => ({ ...slot, windowMinutes: null }));

const added = functionsOf(features);

/** How long a function that belongs to no unit may take, and how much memory it has, in MB. */
function sizeOf(name: string): Pick<WorkerProps, "timeout" | "memory"> {
  if (name === "undo") return { timeout: unitTimeout, memory: 512 };
  const { timeout = sharedTimeout, memory = 256 } = added[name] ?? {};
  return { timeout, memory };
}

/** Ledger, topic, tell, decisions, undo, watchdog: what there is once, in the home region. */
export class HomeStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    {
      manifest,
      dist,
      ...props
    }: StackProps & { readonly manifest: Manifest; readonly dist: string },
  ) {
    super(scope, id, props);
    const { home, regions } = manifest.settings;

    const table = new dynamodb.TableV2(this, "Ledger", {
      tableName: names.table,
      partitionKey: { name: "pk", type: dynamodb.AttributeType.STRING },
      sortKey: { name: "sk", type: dynamodb.AttributeType.STRING },
      billing: dynamodb.Billing.onDemand(),
      timeToLiveAttribute: "ttl",
      dynamoStream: dynamodb.StreamViewType.NEW_IMAGE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
    });
    // A later deployment leaves the value that `stop` wrote alone: CloudFormation changes only what
    // changed in the template.
    const killSwitch = new ssm.StringParameter(this, "KillSwitch", {
      parameterName: names.killSwitch,
      stringValue: "run",
      description: "Stops all changes within a minute: run, stop, or stop and the ids to stop",
    });
    const { topic } = new GuardedTopic(this, "Messages", manifest.settings);
    const failures = new Failures(this, "Failures", home);
    const bus = new events.EventBus(this, "Bus", {
      eventBusName: names.bus,
      description: "Events from all configured regions",
    });
    const group = new scheduler.CfnScheduleGroup(this, "Schedules", { name: names.scheduleGroup });

    const worker = (name: string): lambda.Function => {
      const { function: made } = new Worker(this, {
        id: name,
        description: isShared(name) ? descriptions[name] : (added[name]?.description ?? ""),
        code: `${dist}/functions/${name}`,
        policy: sharedPolicy(name, manifest, owner),
        home,
        ...sizeOf(name),
      });
      made.node.addDependency(failures.queue, killSwitch, table);
      return made;
    };
    const [signals, tell, decide, , watchdog] = [
      worker("signals"),
      worker("tell"),
      worker("decide"),
      worker("undo"),
      worker("watchdog"),
    ];

    // Called so in the template since its first deployment: under another id, what has a name would
    // be made twice.
    new FeatureParts(this, "OnCall", {
      settings: manifest.settings,
      worker,
      failures: failures.queue,
    });

    const stream = new lambda.CfnEventSourceMapping(this, "Outbox", {
      functionName: tell.functionArn,
      eventSourceArn: table.tableStreamArn as string,
      startingPosition: "TRIM_HORIZON",
      batchSize: 10,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ["ReportBatchItemFailures"],
      ...streamRetries,
      destinationConfig: { onFailure: { destination: failuresArn(home) } },
      filterCriteria: {
        filters: [
          {
            pattern: JSON.stringify({
              eventName: ["INSERT"],
              dynamodb: { NewImage: { type: { S: ["message"] } } },
            }),
          },
        ],
      },
    });
    stream.node.addDependency(tell, failures.queue);

    const decisions = decide.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM });
    new CfnOutput(this, "DecisionsUrl", {
      value: decisions.url,
      description: "Where approvals go; signed with the approver's own credentials",
    });

    const watching = new Schedules(this, "Watch", {
      home,
      to: watchdog,
      slots: [
        {
          name: "watchdog",
          description: descriptions.watchdog,
          schedule: "rate(15 minutes)",
          timeZone: "UTC",
          windowMinutes: null,
          input: { kind: "watch", at: "<aws.scheduler.scheduled-time>" },
        },
        ...featureSlots(manifest.settings),
      ],
    });
    watching.node.addDependency(group);

    const occasions = deployed(manifest, "signal").flatMap(({ on }) =>
      on.flatMap((trigger) => (trigger.kind === "event" ? [trigger.pattern] : [])),
    );
    for (const [index, pattern] of forwarded(occasions).entries())
      new HomeRule(this, `Signal${index + 1}`, {
        home,
        regions,
        pattern,
        description: descriptions.signals,
        to: signals,
      }).node.addDependency(bus);
    // Alarms may also name the function itself as their action, or a topic that it is subscribed
    // to.
    new lambda.CfnPermission(this, "AlarmsStartSignals", {
      action: "lambda:InvokeFunction",
      functionName: signals.functionArn,
      principal: "lambda.alarms.cloudwatch.amazonaws.com",
      sourceArn: alarmsArn(home),
      sourceAccount: Aws.ACCOUNT_ID,
    });
    new lambda.CfnPermission(this, "TopicsStartSignals", {
      action: "lambda:InvokeFunction",
      functionName: signals.functionArn,
      principal: "sns.amazonaws.com",
      sourceArn: `arn:${Aws.PARTITION}:sns:${home}:${Aws.ACCOUNT_ID}:*`,
      sourceAccount: Aws.ACCOUNT_ID,
    });

    if (regions.includes(home))
      new Forwards(this, "Forwards", { manifest, region: home }).node.addDependency(
        bus,
        failures.queue,
      );
    const others = regions.filter((region) => region !== home);
    if (others.length)
      new events.CfnRule(this, "FailuresElsewhere", {
        description:
          "Alarms on what could not be forwarded from other regions, straight to the topic",
        eventBusName: bus.eventBusName,
        eventPattern: { ...ownAlarms, account: [Aws.ACCOUNT_ID], region: others },
        targets: [
          {
            id: "topic",
            arn: topic.topicArn,
            retryPolicy: ruleRetries,
            deadLetterConfig: { arn: failuresArn(home) },
          },
        ],
      });

    const quarterHour = Duration.minutes(15);
    const alarms = [
      failures.alarm,
      new cloudwatch.Alarm(this, "Heartbeat", {
        alarmName: "nightshift-watchdog-silent",
        alarmDescription:
          "The watchdog has not run for an hour: what died is not taken up, and what was not told stays untold. See the schedule nightshift/watchdog and the log of nightshift-watchdog.",
        metric: watchdog.metricInvocations({ period: quarterHour, statistic: "Sum" }),
        threshold: 1,
        evaluationPeriods: 4,
        comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        // No sign of life is the very thing this is about (rule: own-alarms).
        treatMissingData: cloudwatch.TreatMissingData.BREACHING,
      }),
      new cloudwatch.Alarm(this, "Untold", {
        alarmName: "nightshift-tell-failing",
        alarmDescription:
          "Messages wait in the outbox and cannot be told. `npx nightshift history` shows what was done meanwhile; the log of nightshift-tell says why.",
        metric: tell.metricErrors({ period: quarterHour, statistic: "Sum" }),
        threshold: 1,
        evaluationPeriods: 2,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      }),
    ];
    // Straight to the topic: tell may be what is broken.
    for (const alarm of alarms) alarm.addAlarmAction(new actions.SnsAction(topic));
  }
}
