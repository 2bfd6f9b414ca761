import { Aws, aws_iam as iam, aws_kms as kms, aws_sns as sns } from "aws-cdk-lib";
import { Construct } from "constructs";
import { names } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { alarmsArn, failuresArn, rulesArn } from "./place.ts";

const severities = ["info", "warning", "critical"] as const;

/**
 * Who but ourselves may publish, each only for its own resources in this account (rule:
 * named-source and 33).
 */
const publishers = (
  home: string,
): readonly (readonly [name: string, service: string, sources: readonly string[]])[] => [
  ["CloudWatch", "cloudwatch.amazonaws.com", [alarmsArn(home)]],
  ["EventBridge", "events.amazonaws.com", [rulesArn(home, "")]],
  ["Budgets", "budgets.amazonaws.com", [`arn:${Aws.PARTITION}:budgets::${Aws.ACCOUNT_ID}:*`]],
  [
    "CostAnomalies",
    "costalerts.amazonaws.com",
    [`arn:${Aws.PARTITION}:ce::${Aws.ACCOUNT_ID}:anomalysubscription/*`],
  ],
];

/**
 * The topic that reaches people, under a key that lets AWS's own alarms through (`alias/aws/sns`
 * does not).
 */
export class GuardedTopic extends Construct {
  readonly topic: sns.Topic;

  constructor(
    scope: Construct,
    id: string,
    { home, routes }: Pick<ParsedSettings, "home" | "routes">,
  ) {
    super(scope, id);
    const key = new kms.Key(this, "Key", {
      alias: names.key,
      description: "Nightshift's messages",
      enableKeyRotation: true,
    });
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
          redrivePolicy: { deadLetterTargetArn: failuresArn(home) },
          // Alarms on our own failure come straight from CloudWatch and carry no severity: they
          // always pass.
          ...(atLeast !== "info" && {
            filterPolicy: {
              severity: [{ exists: false }, ...severities.slice(severities.indexOf(atLeast))],
            },
          }),
        });
  }
}
