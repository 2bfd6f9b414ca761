import { Aws, aws_iam as iam, aws_kms as kms, RemovalPolicy, aws_sns as sns } from "aws-cdk-lib";
import { Construct } from "constructs";
import { severities } from "../sdk/severity.ts";
import { topicInContext } from "../settings/grants.ts";
import { namesOf } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { keyIn } from "./key.ts";
import { arnHere, arnsHere } from "./place.ts";

/** A service that may publish, for its own resources in this account alone. */
interface Publisher {
  readonly name: string;
  readonly service: string;
  readonly sources: readonly string[];
  /**
   * It names no source to KMS: with such a condition on the key its messages would be lost without
   * a word.
   */
  readonly unnamedToKms?: true;
}

/** Who but ourselves may publish (rules: named-source, own-alarms). */
const publishers = (home: string): readonly Publisher[] => [
  {
    name: "CloudWatch",
    service: "cloudwatch.amazonaws.com",
    sources: [arnHere("cloudwatch", home, "alarm:*")],
  },
  {
    name: "EventBridge",
    service: "events.amazonaws.com",
    sources: [arnHere("events", home, "rule/*")],
    unnamedToKms: true,
  },
  {
    name: "Budgets",
    service: "budgets.amazonaws.com",
    sources: [arnHere("budgets", "", "*")],
  },
  {
    name: "CostAnomalies",
    service: "costalerts.amazonaws.com",
    sources: [arnHere("ce", "", "anomalysubscription/*")],
  },
];

/**
 * The topic that reaches people, under a key that lets AWS's own alarms through (`alias/aws/sns`
 * does not).
 */
export class GuardedTopic extends Construct {
  readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, settings: ParsedSettings) {
    super(scope, id);
    const { home, routes } = settings;
    const names = namesOf(settings);
    const key = keyIn(this, settings, home) ?? this.#ownKey(names.key);
    this.topic = new sns.Topic(this, "Topic", {
      topicName: names.topic,
      displayName: "Nightshift",
      masterKey: key,
      enforceSSL: true,
    });
    for (const publisher of publishers(home)) this.#allow(publisher, key, arnsHere(settings).topic);
    for (const [index, { email = [], atLeast = "info" }] of routes.entries())
      for (const [at, address] of email.entries())
        new sns.CfnSubscription(this, `Email${index}-${at}`, {
          topicArn: this.topic.topicArn,
          protocol: "email",
          endpoint: address,
          redrivePolicy: { deadLetterTargetArn: arnsHere(settings).failures(home) },
          // Alarms on our own failure come straight from CloudWatch and carry no severity: they
          // always pass.
          ...(atLeast !== "info" && {
            filterPolicy: {
              severity: [{ exists: false }, ...severities.slice(severities.indexOf(atLeast))],
            },
          }),
        });
  }

  /** @param arn of the topic, by name: the key is made before it */
  #allow({ name, service, sources, unnamedToKms }: Publisher, key: kms.IKey, arn: string): void {
    const who = { sid: name, principals: [new iam.ServicePrincipal(service)] };
    const account = { "aws:SourceAccount": Aws.ACCOUNT_ID };
    const source = { ArnLike: { "aws:SourceArn": sources } };
    const ofTopic = { [topicInContext]: arn };
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        ...who,
        conditions: unnamedToKms
          ? { StringEquals: ofTopic }
          : { StringEquals: { ...account, ...ofTopic }, ...source },
        actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
        resources: ["*"],
      }),
    );
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        ...who,
        conditions: { StringEquals: account, ...source },
        actions: ["sns:Publish"],
        resources: [this.topic.topicArn],
      }),
    );
  }

  /** It holds nothing for longer than a message is under way: it goes with the stack. */
  #ownKey(alias: string): kms.Key {
    return new kms.Key(this, "Key", {
      alias,
      description: "Nightshift's messages",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
