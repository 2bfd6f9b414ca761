import { Aws, aws_lambda as lambda, aws_sns as sns } from "aws-cdk-lib";
import { Construct } from "constructs";
import { regionIn } from "../sdk/arn.ts";
import { awsAlias } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { invocationRetries } from "./delivery.ts";
import { arnHere, arnsHere } from "./place.ts";

export interface StartedByAwsProps {
  readonly settings: ParsedSettings;
  readonly signals: lambda.Function;
}

/**
 * The alias of `signals` that AWS's own services invoke, each permitted by its source: what comes
 * through it was sent by them. Whoever else invokes the function does so without it, and is not
 * believed (rule: events-close-nothing).
 */
export class StartedByAws extends Construct {
  /** ARN of the alias: the target of rules. */
  readonly signalsForAws: string;
  /** Before anything invokes it. */
  readonly started: lambda.CfnAlias;

  constructor(scope: Construct, id: string, { settings, signals }: StartedByAwsProps) {
    super(scope, id);
    const { home, signalTopics } = settings;
    this.started = new lambda.CfnAlias(this, "Alias", {
      functionName: signals.functionName,
      functionVersion: "$LATEST",
      name: awsAlias,
      description: "Invoked by AWS's own services alone: what comes through it is believed",
    });
    this.signalsForAws = this.started.ref;
    // Lambda keeps these for each alias: without them what fails would be lost.
    const failing = new lambda.CfnEventInvokeConfig(this, "Async", {
      functionName: signals.functionName,
      qualifier: awsAlias,
      ...invocationRetries,
      destinationConfig: { onFailure: { destination: arnsHere(settings).failures(home) } },
    });
    failing.node.addDependency(this.started);
    // An alarm may name the alias as its action.
    new lambda.CfnPermission(this, "Alarms", {
      action: "lambda:InvokeFunction",
      functionName: this.signalsForAws,
      principal: "lambda.alarms.cloudwatch.amazonaws.com",
      sourceArn: arnHere("cloudwatch", home, "alarm:*"),
      sourceAccount: Aws.ACCOUNT_ID,
    });
    for (const [index, topicArn] of signalTopics.entries())
      this.#hear(`Topic${index + 1}`, topicArn, settings);
  }

  #hear(id: string, topicArn: string, settings: ParsedSettings): void {
    const arns = arnsHere(settings);
    const permission = new lambda.CfnPermission(this, `${id}Permission`, {
      action: "lambda:InvokeFunction",
      functionName: this.signalsForAws,
      principal: "sns.amazonaws.com",
      sourceArn: topicArn,
      sourceAccount: Aws.ACCOUNT_ID,
    });
    const region = regionIn(topicArn);
    new sns.CfnSubscription(this, id, {
      topicArn,
      region,
      protocol: "lambda",
      endpoint: arns.signalsForAws,
      redrivePolicy: { deadLetterTargetArn: arns.failures(region) },
    }).node.addDependency(permission);
  }
}
