/**
 * Values of secrets. A unit must not be answered one: what is read is remembered, and shown. They
 * are for steps of several requests (`sdk/composed.ts`), which use a value and answer something else.
 * Only secrets that lie in a folder of ours are reached.
 */
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { type Conditions, read, write } from "../../sdk/call.ts";
import { secretFolder } from "./folder.ts";

const ours = `secret:${secretFolder}*`;

/** A key of one's own is used for these secrets alone, and only through their service. */
const throughSecrets: Conditions = {
  StringLike: { "kms:ViaService": "secretsmanager.*.amazonaws.com*" },
};
const ofKey = { on: "key/*", when: throughSecrets };
const decrypt = { "kms:Decrypt": ofKey };
const encrypt = { "kms:Decrypt": ofKey, "kms:GenerateDataKey": ofKey };

/** A secret or a version that is not there is absent. */
export const getSecretValue = read(
  "secretsmanager:GetSecretValue",
  SecretsManagerClient,
  GetSecretValueCommand,
  { on: ours, absent: ["ResourceNotFoundException"], also: decrypt },
);

/** A secret without a value yet. */
export const createSecret = write(
  "secretsmanager:CreateSecret",
  SecretsManagerClient,
  CreateSecretCommand,
  {
    on: ours,
    // Bundlers take a spread for an effect, and keep the call wherever this file is read.
    also: {
      "secretsmanager:TagResource": ours,
      "kms:Decrypt": ofKey,
      "kms:GenerateDataKey": ofKey,
    },
    already: ["ResourceExistsException"],
    irreversible: "a secret is kept: what was stored in it may be in use",
  },
);

/** A new version. With the token of an earlier one it is that one, and its value must be the same. */
export const putSecretValue = write(
  "secretsmanager:PutSecretValue",
  SecretsManagerClient,
  PutSecretValueCommand,
  {
    on: ours,
    also: encrypt,
    token: { field: "ClientRequestToken" },
    irreversible: "a version without a label is forgotten by itself",
  },
);

/** Moves a label, such as `AWSCURRENT`, from one version to another. */
export const updateSecretVersionStage = write(
  "secretsmanager:UpdateSecretVersionStage",
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
  { on: ours, irreversible: "the label is moved back by the same call" },
);
