/** What there is once, in the home region. */
import {
  Aws,
  CfnOutput,
  aws_dynamodb as dynamodb,
  aws_events as events,
  aws_lambda as lambda,
  Stack,
  aws_scheduler as scheduler,
  aws_ssm as ssm,
} from "aws-cdk-lib";
import type { Construct } from "constructs";
import { features } from "../features.ts";
import { eventPatterns } from "../settings/event-patterns.ts";
import type { Manifest } from "../settings/manifest.ts";
import { namesOf } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { ruleRetries, streamRetries } from "./delivery.ts";
import { Failures } from "./failures.ts";
import { FeatureParts } from "./features.ts";
import { forwarded } from "./forwarding.ts";
import { Forwards } from "./forwards.ts";
import { deployed, withFlows } from "./iam/deployed-units.ts";
import { flowTimerPolicy } from "./iam/policy.ts";
import { keyIn } from "./key.ts";
import { addOwnAlarms, ownAlarms } from "./own-alarms.ts";
import { arnsHere, owner } from "./place.ts";
import { GeneratedRole } from "./role.ts";
import { HomeRule } from "./rule.ts";
import { Schedules, type Slot } from "./schedules.ts";
import { descriptions, sharedFunctions } from "./shared-functions.ts";
import type { PartProps } from "./stack-props.ts";
import { StartedByAws } from "./started-by-aws.ts";
import { GuardedTopic } from "./topic.ts";

/** What features start the watchdog with, beside its own times. */
const featureSlots = (settings: ParsedSettings): Slot[] =>
  features
    .flatMap((feature) => feature.schedules?.(settings) ?? [])
    .map(({ starts: _, ...slot }) => ({ ...slot, windowMinutes: null }));

const watchSlot: Slot = {
  name: "watchdog",
  description: descriptions.watchdog,
  schedule: "rate(15 minutes)",
  timeZone: "UTC",
  windowMinutes: null,
  input: { kind: "watch", at: "<aws.scheduler.scheduled-time>" },
};

/** Ledger, topic, tell, decisions, undo, watchdog: what there is once, in the home region. */
export class HomeStack extends Stack {
  readonly #settings: ParsedSettings;

  constructor(scope: Construct, id: string, { manifest, dist, ...props }: PartProps) {
    super(scope, id, props);
    const { settings } = manifest;
    const { home } = settings;
    this.#settings = settings;
    const names = namesOf(settings);
    const table = this.#ledger();
    // A later deployment leaves the value that `stop` wrote alone: CloudFormation changes only what
    // changed in the template.
    const killSwitch = new ssm.StringParameter(this, "KillSwitch", {
      parameterName: names.killSwitch,
      stringValue: "run",
      description: "Stops all changes within a minute: run, stop, or stop and the ids to stop",
    });
    const { topic } = new GuardedTopic(this, "Messages", settings);
    const failures = new Failures(this, "Failures", { settings, region: home });
    const bus = new events.EventBus(this, "Bus", {
      eventBusName: names.bus,
      description: "Events from all configured regions",
    });
    const group = new scheduler.CfnScheduleGroup(this, "Schedules", { name: names.scheduleGroup });

    const worker = sharedFunctions(this, {
      manifest,
      dist,
      after: [failures.queue, killSwitch, table],
    });
    const [signals, tell, decide, , watchdog] = [
      worker("signals"),
      worker("tell"),
      worker("decide"),
      worker("undo"),
      worker("watchdog"),
    ];
    // Called so in the template since its first deployment: under another id, what has a name would
    // be made twice.
    const features = new FeatureParts(this, "OnCall", {
      settings,
      worker,
      failures: failures.queue,
      topic,
    });
    this.#outbox(table, tell).node.addDependency(tell, failures.queue);
    this.#decisions(decide);
    new Schedules(this, "Watch", {
      deployed: settings,
      to: watchdog,
      slots: [watchSlot, ...featureSlots(settings)],
    }).node.addDependency(group);

    this.#flowTimers(manifest);
    this.#occasions(manifest, signals, bus);
    if (settings.regions.includes(home))
      new Forwards(this, "Forwards", { manifest, region: home }).node.addDependency(
        bus,
        failures.queue,
      );
    this.#failuresElsewhere(bus, topic.topicArn);
    addOwnAlarms(this, {
      deployed: settings,
      topic,
      watchdog,
      tell,
      incidents: features.functions.get("incidents"),
      failures: failures.alarm,
    });
  }

  #ledger(): dynamodb.TableV2 {
    const key = keyIn(this, this.#settings, this.#settings.home);
    return new dynamodb.TableV2(this, "Ledger", {
      tableName: namesOf(this.#settings).table,
      partitionKey: { name: "pk", type: dynamodb.AttributeType.STRING },
      sortKey: { name: "sk", type: dynamodb.AttributeType.STRING },
      billing: dynamodb.Billing.onDemand(),
      timeToLiveAttribute: "ttl",
      dynamoStream: dynamodb.StreamViewType.NEW_IMAGE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      ...(key && { encryption: dynamodb.TableEncryptionV2.customerManagedKey(key) }),
    });
  }

  /** New messages of the ledger, to tell. */
  #outbox(table: dynamodb.TableV2, tell: lambda.Function): lambda.CfnEventSourceMapping {
    return new lambda.CfnEventSourceMapping(this, "Outbox", {
      functionName: tell.functionArn,
      eventSourceArn: table.tableStreamArn as string,
      startingPosition: "TRIM_HORIZON",
      batchSize: 10,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ["ReportBatchItemFailures"],
      ...streamRetries,
      destinationConfig: { onFailure: { destination: this.#failuresArn } },
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
  }

  /** Where flows are carried by timers: what those may do. */
  #flowTimers(manifest: Manifest): void {
    const { deployment } = this.#settings;
    if (deployment.flows !== "timers" || !withFlows(manifest).length) return;
    const arns = arnsHere(this.#settings);
    new GeneratedRole(this, "FlowTimers", {
      name: namesOf(this.#settings).flowTimerRole,
      description: "Goes on with flows at their time",
      trusts: { Service: "scheduler.amazonaws.com" },
      when: {
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
        ArnLike: { "aws:SourceArn": [arns.scheduleGroup, arns.schedules()] },
      },
      policy: flowTimerPolicy(manifest, owner),
    });
  }

  #decisions(decide: lambda.Function): void {
    const { url } = decide.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM });
    new CfnOutput(this, "DecisionsUrl", {
      value: url,
      description: "Where approvals go; signed with the approver's own credentials",
    });
  }

  /** What starts signals: events on the home bus, alarms, and the topics of the settings. */
  #occasions(manifest: Manifest, signals: lambda.Function, bus: events.EventBus): void {
    const { signalsForAws, started } = new StartedByAws(this, "ForAws", {
      settings: this.#settings,
      signals,
    });
    const patterns = eventPatterns(deployed(manifest, "signal"));
    for (const [index, pattern] of forwarded(patterns).entries())
      new HomeRule(this, `Signal${index + 1}`, {
        settings: this.#settings,
        pattern,
        description: descriptions.signals,
        to: signalsForAws,
      }).node.addDependency(bus, started);
  }

  #failuresElsewhere(bus: events.EventBus, topicArn: string): void {
    const { home, regions } = this.#settings;
    const others = regions.filter((region) => region !== home);
    if (!others.length) return;
    new events.CfnRule(this, "FailuresElsewhere", {
      description:
        "Alarms on what could not be forwarded from other regions, straight to the topic",
      eventBusName: bus.eventBusName,
      eventPattern: {
        ...ownAlarms(this.#settings),
        account: [Aws.ACCOUNT_ID],
        region: others,
      },
      targets: [
        {
          id: "topic",
          arn: topicArn,
          retryPolicy: ruleRetries,
          deadLetterConfig: { arn: this.#failuresArn },
        },
      ],
    });
  }

  get #failuresArn(): string {
    return arnsHere(this.#settings).failures(this.#settings.home);
  }
}
