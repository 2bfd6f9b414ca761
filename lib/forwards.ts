import { Aws, aws_events as events } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { Pattern } from "../sdk/pattern.ts";
import { eventPatterns } from "../settings/event-patterns.ts";
import type { Manifest } from "../settings/manifest.ts";
import { ruleRetries } from "./delivery.ts";
import { forwarded } from "./forwarding.ts";
import { deployed } from "./iam/deployed-units.ts";
import { arnsHere } from "./place.ts";
import { GeneratedRole } from "./role.ts";

export interface ForwardsProps {
  readonly manifest: Manifest;
  /** The region whose events are forwarded. */
  readonly region: string;
  /** What is forwarded beside what units ask for. */
  readonly also?: readonly Pattern[];
}

/**
 * Rules on a region's default bus that send home what units ask for. The failure queue of that
 * region takes what cannot be sent.
 */
export class Forwards extends Construct {
  constructor(scope: Construct, id: string, { manifest, region, also = [] }: ForwardsProps) {
    super(scope, id);
    const arns = arnsHere(manifest.settings);
    const role = new GeneratedRole(this, "Role", {
      description: "Sends events from the default bus to the home bus",
      trusts: { Service: "events.amazonaws.com" },
      when: {
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
        ArnLike: { "aws:SourceArn": arns.defaultRules(region) },
      },
      policy: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: ["events:PutEvents"], Resource: [arns.bus] }],
      },
    });
    const patterns = eventPatterns(deployed(manifest, "automation", "report", "signal"));
    for (const [index, pattern] of forwarded([...patterns, ...also]).entries())
      new events.CfnRule(this, `Rule${index + 1}`, {
        description: "Sends home what Nightshift's units ask for",
        eventPattern: pattern,
        targets: [
          {
            id: "home",
            arn: arns.bus,
            roleArn: role.arn,
            retryPolicy: ruleRetries,
            deadLetterConfig: { arn: arns.failures(region) },
          },
        ],
      });
  }
}
