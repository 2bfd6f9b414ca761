/** How secrets are rotated: by a function of their owner's, or by the service that owns them. */
import {
  paginateListSecrets,
  RotateSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { paged, write } from "../../sdk/call.ts";

/** Their dates, labels and tags, never their values; without those that are to be deleted. */
export const listSecrets = paged(
  "secretsmanager:ListSecrets",
  SecretsManagerClient,
  paginateListSecrets,
  { items: ({ SecretList }) => SecretList },
);

/**
 * Starts a rotation now, by the rules that the secret has. By its reference whoever asks needs the
 * right to invoke the rotation function too; IAM's own data name no such thing, and earlier guides said
 * that `secretsmanager:RotateSecret` is enough. It is granted through a service alone, so that it is
 * worth nothing to whoever holds the role, and the rotation starts whichever is true.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
 */
export const rotateSecret = write(
  "secretsmanager:RotateSecret",
  SecretsManagerClient,
  RotateSecretCommand,
  {
    on: "secret:*",
    also: {
      "lambda:InvokeFunction": {
        on: "function:*",
        when: { Bool: { "aws:ViaAWSService": "true" } },
      },
    },
    token: { field: "ClientRequestToken" },
    irreversible:
      "what was rotated has a new value, and the one before may be worth nothing any more; it is kept as AWSPREVIOUS",
  },
);
