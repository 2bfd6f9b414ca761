import { GetSAMLProviderCommand, IAMClient, ListSAMLProvidersCommand } from "@aws-sdk/client-iam";
import { read } from "../../sdk/call.ts";

/** All at once: IAM has no pages of them. */
export const listSAMLProviders = read("iam:ListSAMLProviders", IAMClient, ListSAMLProvidersCommand);

/** With its metadata. One that was deleted is absent. */
export const getSAMLProvider = read("iam:GetSAMLProvider", IAMClient, GetSAMLProviderCommand, {
  on: "arn:{partition}:iam::{account}:saml-provider/*",
  absent: ["NoSuchEntityException"],
});
