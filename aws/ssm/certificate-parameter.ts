/**
 * Parameters that hold certificates with their keys. A unit must not be answered a value: these are
 * for steps of several requests (`sdk/composed.ts`), which use one and answer something else. Only
 * those that lie in a folder of ours are reached.
 */
import {
  DeleteParameterCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { type Conditions, read, write } from "../../sdk/call.ts";

const ours = "parameter/nightshift/certificates/*";

/** A key of one's own is used for these parameters alone, and only through their service. */
const throughParameters: Conditions = {
  StringLike: { "kms:ViaService": "ssm.*.amazonaws.com*" },
};
const decrypt = { "kms:Decrypt": { on: "key/*", when: throughParameters } };

/** With its value, decrypted. `NAME:7` names a version; one that is not there is absent. */
export const getParameter = read("ssm:GetParameter", SSMClient, GetParameterCommand, {
  on: ours,
  absent: ["ParameterNotFound", "ParameterVersionNotFound"],
  also: decrypt,
});

/**
 * One request, one version: whoever reads it has what was there before, or all of the new one. What
 * has more than 4,096 bytes is encrypted by a key that KMS makes for it, the rest by KMS itself.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
 */
export const putParameter = write("ssm:PutParameter", SSMClient, PutParameterCommand, {
  on: ours,
  also: {
    "kms:Encrypt": { on: "key/*", when: throughParameters },
    "kms:GenerateDataKey": { on: "key/*", when: throughParameters },
  },
  repeatable: true,
  irreversible: "the version before is put again by the same call",
});

export const deleteParameter = write("ssm:DeleteParameter", SSMClient, DeleteParameterCommand, {
  on: ours,
  already: ["ParameterNotFound"],
  irreversible: "its versions are gone with it; the secret that it was put from has them",
});

/** Of a parameter, by its name. One that is not there is absent. */
export const listTagsForSsmResource = read(
  "ssm:ListTagsForResource",
  SSMClient,
  ListTagsForResourceCommand,
  { on: ours, absent: ["InvalidResourceId"] },
);
