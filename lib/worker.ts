import { Aws, Duration, aws_lambda as lambda, aws_logs as logs, RemovalPolicy } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { Conditions } from "../sdk/call.ts";
import { days, type Span } from "../sdk/time.ts";
import { liveAlias, namesOf } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import type { PolicyDocument } from "../settings/statements.ts";
import { acknowledge } from "./acknowledge.ts";
import { invocationRetries } from "./delivery.ts";
import { keyIn } from "./key.ts";
import { nodeOptions } from "./node-options.ts";
import { arnHere, arnsHere } from "./place.ts";
import { GeneratedRole } from "./role.ts";

export interface WorkerProps {
  /** The unit's id, or the shared function's name. */
  readonly id: string;
  readonly description: string;
  /** Folder of its bundle. */
  readonly code: string;
  readonly policy: PolicyDocument;
  readonly settings: ParsedSettings;
  readonly timeout: Span;
  /** In MB; the share of a processor goes by it. */
  readonly memory: number;
  /** It is durable: begun by the alias `live` alone, and each execution at most so long. */
  readonly longest?: Span | undefined;
  /** So many at once, kept for it and at most; where absent, as many as the account has left. */
  readonly atOnce?: number | undefined;
  /** For how long an asynchronous invocation is tried. Default: Lambda's most. */
  readonly waits?: Span | undefined;
}

/**
 * Lambda says for which account it assumes a role; for which function or mapping, it documents for
 * none of its ways, so that is compared where it is said.
 */
const asThisFunction = (arn: string, home: string): Conditions => ({
  StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
  ArnLikeIfExists: {
    "aws:SourceArn": [arn, `${arn}:*`, arnHere("lambda", home, "event-source-mapping:*")],
  },
});

/** How long one may look at what an execution did. */
const historyKept = days(30);

/** What an execution needs: it goes on with the version that it began with, however old. */
const durable = (longest: Span) => ({
  durableConfig: {
    executionTimeout: Duration.seconds(longest.seconds),
    retentionPeriod: Duration.days(historyKept.seconds / days(1).seconds),
  },
  currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
});

function liveOf(scope: Construct, made: lambda.Function): lambda.CfnAlias {
  const { version } = made.currentVersion;
  return new lambda.CfnAlias(scope, "Live", {
    name: liveAlias,
    functionName: made.functionName,
    functionVersion: version,
  });
}

/** A function with its own generated role and log; what it fails at ends in the failure queue. */
export class Worker extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, props: WorkerProps) {
    const { id, description, code, policy, settings, timeout, memory, waits, atOnce } = props;
    const { longest } = props;
    super(scope, id);
    const names = namesOf(settings);
    const { home, deployment } = settings;
    const key = keyIn(this, settings, home);
    const logGroup = new logs.LogGroup(this, "Log", {
      logGroupName: names.logGroup(id),
      ...(key && { encryptionKey: key }),
      retention: deployment.logRetention.seconds / days(1).seconds,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new GeneratedRole(this, "Role", {
      name: names.role(id),
      description: `What ${names.function(id)} may do`,
      trusts: { Service: "lambda.amazonaws.com" },
      when: asThisFunction(arnsHere(settings).function(id), home),
      policy,
    });
    this.function = new lambda.Function(this, "Function", {
      functionName: names.function(id),
      description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: "index.handler",
      code: lambda.Code.fromAsset(code),
      role: role.role,
      logGroup,
      timeout: Duration.seconds(timeout.seconds),
      memorySize: memory,
      ...(atOnce !== undefined && { reservedConcurrentExecutions: atOnce }),
      ...(longest && durable(longest)),
      environment: { NIGHTSHIFT_METRICS_NAMESPACE: names.metrics, NODE_OPTIONS: nodeOptions },
    });
    this.function.node.addDependency(role);
    const live = longest && liveOf(this, this.function);
    const invoked = new lambda.CfnEventInvokeConfig(this, "Async", {
      functionName: this.function.functionName,
      qualifier: live?.name ?? "$LATEST",
      ...invocationRetries,
      ...(waits && { maximumEventAgeInSeconds: waits.seconds }),
      destinationConfig: { onFailure: { destination: arnsHere(settings).failures(home) } },
    });
    // It names the alias, and does not refer to it.
    if (live) invoked.addResourceDependency(live);
    acknowledge(this.function, {
      "Serverless-LambdaDLQ":
        "What fails goes to the failure queue as an on-failure destination, which unlike a dead-letter queue says why",
      "Serverless-LambdaTracing":
        "Each call is in the ledger and the log with its duration; the tracer costs a tenth of the load time and an endpoint that the role would have to be allowed",
    });
  }
}
