/** What features say as data, as constructs of the home region: functions, queues, roles. */
import {
  CfnOutput,
  Duration,
  aws_lambda as lambda,
  type aws_sns as sns,
  aws_sqs as sqs,
} from "aws-cdk-lib";
import { Construct } from "constructs";
import { features } from "../features.ts";
import type { Feature, FeatureFunction, FeatureQueue } from "../settings/feature.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { acknowledge } from "./acknowledge.ts";
import { sharedTimeout } from "./delivery.ts";
import { keyIn, queueEncryption } from "./key.ts";
import { addChannelAlarm } from "./own-alarms.ts";
import { owner } from "./place.ts";
import { GeneratedRole } from "./role.ts";

export interface LetterQueueProps {
  readonly settings: ParsedSettings;
  readonly queue: FeatureQueue;
  readonly failures: sqs.IQueue;
  /** Where it is said that what lies there waits too long. */
  readonly topic: sns.ITopic;
  /** The function that it feeds. */
  readonly to: lambda.Function;
  readonly timeout: Duration;
}

/** A queue that feeds a function; what it cannot take goes to the failure queue. */
export class LetterQueue extends Construct {
  constructor(scope: Construct, props: LetterQueueProps) {
    const { settings, queue, failures, topic, to, timeout } = props;
    super(scope, queue.id);
    const letters = new sqs.Queue(this, "Queue", {
      queueName: queue.name,
      ...queueEncryption(keyIn(this, settings, settings.home)),
      enforceSSL: true,
      retentionPeriod: Duration.seconds(queue.retention.seconds),
      // Longer than the function may take, so that no letter comes twice while it is being sent.
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
      deadLetterQueue: { queue: failures, maxReceiveCount: queue.mostReceives },
    });
    addChannelAlarm(this, { name: queue.lateAlarm, queue: letters, topic });
    const mapping = new lambda.CfnEventSourceMapping(this, "Letters", {
      functionName: to.functionArn,
      eventSourceArn: letters.queueArn,
      batchSize: queue.batchSize,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: queue.atOnce },
    });
    acknowledge(mapping, {
      "Serverless-LambdaEventSourceMappingDestination":
        "Lambda takes none for a queue: what is not taken goes to the failure queue by the queue's own redrive policy",
    });
  }
}

export interface FeaturePartsProps {
  readonly settings: ParsedSettings;
  /** Makes one of our functions, by its name. */
  readonly worker: (name: string) => lambda.Function;
  readonly failures: sqs.IQueue;
  readonly topic: sns.ITopic;
}

/** All that features add and the settings ask for. */
export class FeatureParts extends Construct {
  readonly #props: FeaturePartsProps;
  /** Those that the settings ask for, by name. */
  readonly functions: ReadonlyMap<string, lambda.Function>;
  readonly #functions = new Map<string, lambda.Function>();

  constructor(scope: Construct, id: string, props: FeaturePartsProps) {
    super(scope, id);
    this.#props = props;
    this.functions = this.#functions;
    for (const feature of features) this.#add(feature);
  }

  #add(feature: Feature): void {
    const { settings } = this.#props;
    for (const [name, declared] of Object.entries(feature.functions ?? {}))
      if (settings.functions.includes(name)) this.#addFunction(name, declared);
    for (const role of feature.roles?.(settings, owner) ?? [])
      new GeneratedRole(new Construct(this, role.id), "Role", {
        name: role.name,
        description: role.description,
        trusts: { Service: role.service },
        when: role.when,
        policy: { Version: "2012-10-17", Statement: role.statements },
      });
  }

  #addFunction(name: string, declared: FeatureFunction): void {
    const { settings, worker, failures, topic } = this.#props;
    const made = worker(name);
    this.#functions.set(name, made);
    const timeout = Duration.seconds((declared.timeout ?? sharedTimeout).seconds);
    for (const queue of declared.queues?.(settings) ?? [])
      new LetterQueue(this, { settings, queue, failures, topic, to: made, timeout });
    if (declared.atOnce !== undefined)
      (made.node.defaultChild as lambda.CfnFunction).reservedConcurrentExecutions = declared.atOnce;
    if (declared.address) this.#addAddress(made, declared.address);
  }

  /** Who calls cannot sign as AWS wants it: the function checks for itself. */
  #addAddress(made: lambda.Function, address: NonNullable<FeatureFunction["address"]>): void {
    const { url } = made.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
    new CfnOutput(this, address.output, { value: url, description: address.description });
  }
}
