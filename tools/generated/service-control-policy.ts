import type { Generated } from "../../cli/new/written.ts";
import {
  roleOnCall,
  serviceControlPolicy,
  serviceControlPolicyText,
} from "../../lib/iam/service-control-policy.ts";
import { defaultPrefix } from "../../settings/names.ts";

/** The service control policy of a deployment without a prefix of its own. */
export const shippedServiceControlPolicy = (): Generated => ({
  file: "docs/service-control-policy.json",
  text: serviceControlPolicyText(
    serviceControlPolicy({
      deployment: { prefix: defaultPrefix },
      partition: "aws",
      people: [roleOnCall("aws")],
    }),
  ),
});
