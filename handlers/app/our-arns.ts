import { arnOf } from "../../sdk/arn.ts";
import { names } from "../../settings/names.ts";

/** The ARNs of what is deployed in the home region of an account. */
export const ourArns = (home: string, account: string) => ({
  topic: arnOf({ service: "sns", region: home, account, resource: names.topic }),
  failures: arnOf({ service: "sqs", region: home, account, resource: names.failures }),
  function: (name: string): string =>
    arnOf({
      service: "lambda",
      region: home,
      account,
      resource: `function:${names.function(name)}`,
    }),
  /** @param role by its name */
  role: (role: string): string =>
    arnOf({ service: "iam", account, resource: `role/${role}` }, home),
});
