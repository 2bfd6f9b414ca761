import { Aws, aws_iam as iam, aws_kms as kms, RemovalPolicy, aws_sns as sns } from "aws-cdk-lib";
import { Construct } from "constructs";
import { severities } from "../sdk/severity.ts";
import { namesOf } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { keyIn } from "./key.ts";
import { arnHere, arnsHere } from "./place.ts";

/**
 * Who but ourselves may publish, each only for its own resources in this account (rule:
 * named-source, own-alarms).
 */
const publishers = (
  home: string,
): readonly (readonly [name: string, service: string, sources: readonly string[]])[] => [
  ["CloudWatch", "cloudwatch.amazonaws.com", [arnHere("cloudwatch", home, "alarm:*")]],
  ["EventBridge", "events.amazonaws.com", [arnHere("events", home, "rule/*")]],
  ["Budgets", "budgets.amazonaws.com", [arnHere("budgets", "", "*")]],
  ["CostAnomalies", "costalerts.amazonaws.com", [arnHere("ce", "", "anomalysubscription/*")]],
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
    for (const [name, service, sources] of publishers(home)) {
      const from = {
        sid: name,
        principals: [new iam.ServicePrincipal(service)],
        conditions: {
          StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
          ArnLike: { "aws:SourceArn": sources },
        },
      };
      // EventBridge names no source to KMS: with a condition its messages would be lost without a
      // word. The topic's policy limits it.
      const { conditions: _, ...anyone } = from;
      const asking = service === "events.amazonaws.com" ? anyone : from;
      key.addToResourcePolicy(
        new iam.PolicyStatement({
          ...asking,
          actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
          resources: ["*"],
        }),
      );
      this.topic.addToResourcePolicy(
        new iam.PolicyStatement({
          ...from,
          actions: ["sns:Publish"],
          resources: [this.topic.topicArn],
        }),
      );
    }
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
