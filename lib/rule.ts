import { Aws, aws_events as events, aws_lambda as lambda } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { Pattern } from "../sdk/pattern.ts";
import { names } from "../settings/names.ts";
import { ruleRetries } from "./delivery.ts";
import { failuresArn } from "./place.ts";

export interface HomeRuleProps {
  readonly home: string;
  /** Whose events are accepted: ours alone, from these regions. */
  readonly regions: readonly string[];
  readonly pattern: Pattern;
  readonly description: string;
  readonly to: lambda.Function;
}

/** Events that arrived on the home bus, to a function. */
export class HomeRule extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { home, regions, pattern, description, to }: HomeRuleProps,
  ) {
    super(scope, id);
    const rule = new events.CfnRule(this, "Rule", {
      description,
      eventBusName: names.bus,
      eventPattern: { ...pattern, account: [Aws.ACCOUNT_ID], region: [...regions] },
      targets: [
        {
          id: "function",
          arn: to.functionArn,
          retryPolicy: ruleRetries,
          deadLetterConfig: { arn: failuresArn(home) },
        },
      ],
    });
    new lambda.CfnPermission(this, "Permission", {
      action: "lambda:InvokeFunction",
      functionName: to.functionArn,
      principal: "events.amazonaws.com",
      sourceArn: rule.attrArn,
      sourceAccount: Aws.ACCOUNT_ID,
    });
  }
}
