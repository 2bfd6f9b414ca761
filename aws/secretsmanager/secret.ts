import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { read } from "../../sdk/call.ts";

/** Its dates and settings, never its value. One that was deleted for good is absent. */
export const describeSecret = read(
  "secretsmanager:DescribeSecret",
  SecretsManagerClient,
  DescribeSecretCommand,
  { on: "secret:*", absent: ["ResourceNotFoundException"] },
);
