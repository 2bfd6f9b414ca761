/** The hosts of AWS's services, by the packages of their clients. */
import type { Hosts, ListedHosts } from "./endpoint.ts";

/**
 * The clients whose hosts are named alike, by their packages. DynamoDB's has hosts for accounts and
 * for other operations besides: no credentials of a function name an account. EventBridge's has some
 * for events that go through an endpoint of several regions: no call of ours does that.
 */
export const namedAlike: Readonly<Record<string, Hosts>> = {
  "client-accessanalyzer": { name: "access-analyzer", plainInGov: "ipv4" },
  // Its own rules take a region that is missing for an empty one; our clients always have one.
  "client-acm": { name: "acm", plainInGov: "ipv4", endpointFirst: true },
  "client-api-gateway": { name: "apigateway" },
  "client-application-auto-scaling": { name: "application-autoscaling", plainInGov: "ipv4" },
  "client-apprunner": { name: "apprunner" },
  "client-auto-scaling": { name: "autoscaling", plainInGov: "ipv4" },
  "client-backup": { name: "backup" },
  "client-cloudformation": { name: "cloudformation", plainInGov: "ipv4" },
  "client-cloudtrail": { name: "cloudtrail", plainInGov: "ipv4" },
  "client-cloudwatch": { name: "monitoring", plainInGov: "always" },
  "client-cloudwatch-logs": { name: "logs", plainInGov: "ipv4" },
  "client-codebuild": { name: "codebuild" },
  "client-codedeploy": { name: "codedeploy" },
  "client-codepipeline": { name: "codepipeline" },
  "client-compute-optimizer": { name: "compute-optimizer" },
  "client-config-service": { name: "config", plainInGov: "ipv4" },
  "client-dynamodb": { name: "dynamodb", plainInGov: "ipv4" },
  "client-ec2": { name: "ec2", plainInGov: "ipv4" },
  "client-ecs": { name: "ecs" },
  "client-efs": { name: "elasticfilesystem", dualStackName: "efs" },
  "client-elastic-load-balancing-v2": { name: "elasticloadbalancing", plainInGov: "ipv4" },
  "client-elasticache": { name: "elasticache", plainInGov: "ipv4" },
  "client-eventbridge": { name: "events", plainInGov: "always" },
  "client-fsx": { name: "fsx" },
  "client-guardduty": { name: "guardduty", plainInGov: "ipv4" },
  "client-inspector2": { name: "inspector2" },
  "client-kms": { name: "kms" },
  "client-lambda": { name: "lambda" },
  "client-rds": { name: "rds", plainInGov: "ipv4" },
  "client-redshift": { name: "redshift", plainInGov: "ipv4" },
  "client-resource-groups-tagging-api": { name: "tagging" },
  "client-route-53-domains": { name: "route53domains" },
  "client-scheduler": { name: "scheduler" },
  "client-securityhub": { name: "securityhub" },
  "client-service-quotas": { name: "servicequotas", plainInGov: "ipv4" },
  "client-sns": { name: "sns", plainInGov: "ipv4" },
  "client-sqs": { name: "sqs", plainInGov: "ipv4" },
  "client-ssm": { name: "ssm", plainInGov: "ipv4" },
};

/**
 * The clients whose hosts are not named alike. STS' has one host for the world besides, which nobody
 * here asks for. Kinesis' has hosts for accounts, and SES' for endpoints of several regions: these keep
 * the SDK's rules.
 */
export const listedHosts: Readonly<Record<string, ListedHosts>> = {
  "client-cloudfront": {
    forms:
      "cloudfront.{suffix}@{global} cloudfront-fips.{suffix}@{global} cloudfront.{dual}@{global} cloudfront-fips.{dual}@{global}",
    but: {
      aws: "- - cloudfront.global.{dual}@{global} cloudfront-fips.global.{dual}@{global}",
      "aws-cn":
        "cloudfront.{global}.{suffix}@{global} cloudfront-fips.{global}.{suffix}@{global} - -",
    },
  },
  "client-cognito-identity-provider": {
    forms:
      "cognito-idp.{region}.{suffix} cognito-idp-fips.{region}.{suffix} cognito-idp.{region}.{dual} cognito-idp-fips.{region}.{dual}",
    but: {
      aws: "- - cognito-idp.{region}.{suffix} -",
      "us-east-1": "- - cognito-idp.{region}.{suffix} cognito-idp-fips.{region}.{suffix}",
      "us-east-2": "- - cognito-idp.{region}.{suffix} cognito-idp-fips.{region}.{suffix}",
      "us-west-1": "- - cognito-idp.{region}.{suffix} cognito-idp-fips.{region}.{suffix}",
      "us-west-2": "- - cognito-idp.{region}.{suffix} cognito-idp-fips.{region}.{suffix}",
    },
  },
  "client-cost-explorer": {
    forms:
      "ce.{global}.{suffix}@{global} ce-fips.{global}.{suffix}@{global} ce.{global}.{dual}@{global} ce-fips.{global}.{dual}@{global}",
    but: {
      "aws-eusc": "ce.{global}.{dual}@{global} - - -",
    },
  },
  "client-ecr": {
    forms:
      "api.ecr.{region}.{suffix} api.ecr-fips.{region}.{suffix} ecr.{region}.{dual} ecr-fips.{region}.{dual}",
  },
  "client-eks": {
    forms:
      "eks.{region}.{suffix} eks-fips.{region}.{suffix} eks.{region}.{dual} eks-fips.{region}.{dual}",
    but: {
      aws: "- fips.eks.{region}.{suffix} - -",
      "aws-us-gov": "- eks.{region}.{suffix} - -",
    },
  },
  "client-health": {
    forms:
      "health.{region}.{suffix} health-fips.{region}.{suffix} health.{region}.{dual} health-fips.{region}.{dual}",
    but: {
      "aws-global": "global.health.{suffix}@{global} - - -",
      "aws-cn-global": "global.health.{suffix}@{global} - - -",
      "aws-eusc": "health.{region}.{dual} health-fips.{region}.{dual} - -",
    },
  },
  "client-iam": {
    forms:
      "iam.{global}.{suffix}@{global} iam-fips.{suffix}@{global} iam.{dual}@{global} iam-fips.{dual}@{global}",
    but: {
      aws: "iam.{suffix}@{global} - iam.global.{dual}@{global} iam-fips.global.{dual}@{global}",
      "aws-cn":
        "iam.cn-north-1.{suffix}@cn-north-1 iam-fips.{suffix}@cn-north-1 iam.global.{dual}@cn-north-1 iam-fips.{dual}@cn-north-1",
      "aws-eusc": "- - iam.global.{dual}@{global} -",
      "aws-iso": "- iam-fips.{global}.{suffix}@{global} - -",
      "aws-iso-b": "- iam-fips.{global}.{suffix}@{global} - -",
      "aws-us-gov":
        "iam.us-gov.{suffix}@{global} iam.us-gov.{suffix}@{global} iam.us-gov.{dual}@{global} iam.us-gov.{dual}@{global}",
    },
  },
  "client-opensearch": {
    forms:
      "es.{region}.{suffix} es-fips.{region}.{suffix} es.{region}.{dual} es-fips.{region}.{dual}",
    but: {
      aws: "- - aos.{region}.{dual} -",
      "aws-cn": "- - aos.{region}.{dual} -",
      "aws-us-gov": "- - aos.{region}.{dual} -",
    },
  },
  "client-route-53": {
    forms:
      "route53.{suffix}@{global} route53-fips.{suffix}@{global} route53.{dual}@{global} route53-fips.{dual}@{global}",
    but: {
      aws: "- - route53.global.{dual}@{global} route53-fips.global.{dual}@{global}",
      "aws-cn": "- - route53.global.{dual}@{global} -",
      "aws-eusc": "- - route53.global.{dual}@{global} -",
      "aws-us-gov":
        "route53.us-gov.{suffix}@{global} route53.us-gov.{suffix}@{global} route53.us-gov.{dual}@{global} route53.us-gov.{dual}@{global}",
    },
  },
  "client-sagemaker": {
    forms:
      "api.sagemaker.{region}.{suffix} api.sagemaker-fips.{region}.{suffix} api.sagemaker.{region}.{dual} api.sagemaker-fips.{region}.{dual}",
    but: {
      aws: "- api-fips.sagemaker.{region}.{suffix} - -",
      "aws-us-gov": "- api-fips.sagemaker.{region}.{suffix} - -",
    },
  },
  "client-secrets-manager": {
    forms:
      "secretsmanager.{region}.{suffix} secretsmanager-fips.{region}.{suffix} secretsmanager.{region}.{dual} secretsmanager-fips.{region}.{dual}",
    but: {
      aws: "- - secretsmanager.{region}.{suffix} secretsmanager-fips.{region}.{suffix}",
      "aws-us-gov": "- - secretsmanager.{region}.{suffix} secretsmanager-fips.{region}.{suffix}",
      "aws-cn": "- - secretsmanager.{region}.{suffix} -",
    },
  },
  "client-sts": {
    forms:
      "sts.{region}.{suffix} sts-fips.{region}.{suffix} sts.{region}.{dual} sts-fips.{region}.{dual}",
    but: {
      "aws-global": "sts.{suffix}@{global} - - -",
      "aws-us-gov": "- sts.{region}.{suffix} - -",
    },
  },
  "client-support": {
    forms:
      "support.{region}.{suffix} support-fips.{region}.{suffix} support.{region}.{dual} support-fips.{region}.{dual}",
    but: {
      aws: "support.{global}.{suffix}@{global} - - -",
      "aws-iso": "support.{global}.{suffix}@{global} - - -",
      "aws-iso-b": "support.{global}.{suffix}@{global} - - -",
      "aws-us-gov": "support.{global}.{suffix}@{global} support.{global}.{suffix}@{global} - -",
      "aws-cn": "support.cn-north-1.{suffix}@cn-north-1 - - -",
    },
  },
};
