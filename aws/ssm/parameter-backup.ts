/**
 * Parameters with their values, for backups of them. Those that are encrypted are decrypted only where
 * the settings name a key for what they are written to: else nothing of this is granted on any key.
 */
import { DescribeParametersCommand, GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { type Conditions, read } from "../../sdk/call.ts";

/** One page, without values, for whoever goes on at `NextToken` later. */
/* @__NO_SIDE_EFFECTS__ */
export const parametersPage = () =>
  read("ssm:DescribeParameters", SSMClient, DescribeParametersCommand);

const throughParameters: Conditions = {
  StringLike: { "kms:ViaService": "ssm.*.amazonaws.com*" },
};

/** One that is gone it names among the invalid ones of its answer. */
/* @__NO_SIDE_EFFECTS__ */
export const parameterValues = () =>
  read("ssm:GetParameters", SSMClient, GetParametersCommand, {
    on: "parameter/*",
    also: { "kms:Decrypt": { on: "key/{named_secret_parameters}", when: throughParameters } },
  });
