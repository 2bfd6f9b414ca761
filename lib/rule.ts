import { Aws, aws_events as events, aws_lambda as lambda } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { Pattern } from "../sdk/pattern.ts";
import { namesOf } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { ruleRetries } from "./delivery.ts";
import { arnsHere } from "./place.ts";

export interface HomeRuleProps {
  /** Events are accepted of this account alone, and from its regions. */
  readonly settings: ParsedSettings;
  readonly pattern: Pattern;
  readonly description: string;
  /** ARN of the function, or of an alias of it. */
  readonly to: string;
}

/** Events that arrived on the home bus, to a function. */
export class HomeRule extends Construct {
  constructor(scope: Construct, id: string, { settings, pattern, description, to }: HomeRuleProps) {
    super(scope, id);
    const rule = new events.CfnRule(this, "Rule", {
      description,
      eventBusName: namesOf(settings).bus,
      eventPattern: { ...pattern, account: [Aws.ACCOUNT_ID], region: [...settings.regions] },
      targets: [
        {
          id: "function",
          arn: to,
          retryPolicy: ruleRetries,
          deadLetterConfig: { arn: arnsHere(settings).failures(settings.home) },
        },
      ],
    });
    new lambda.CfnPermission(this, "Permission", {
      action: "lambda:InvokeFunction",
      functionName: to,
      principal: "events.amazonaws.com",
      sourceArn: rule.attrArn,
      sourceAccount: Aws.ACCOUNT_ID,
    });
  }
}
