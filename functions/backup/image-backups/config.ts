/** Which instances are kept as images, when, how, and who may start instances from them. */
import * as z from "zod/mini";
import { planFields, planTag } from "../plan-config.ts";

const account = z.string().check(z.regex(/^\d{12}$/, "must be an account's number, of 12 digits"));
const organization = z
  .string()
  .check(
    z.maxLength(200),
    z.regex(
      /^arn:aws(-cn|-us-gov)?:organizations::\d{12}:organization\/o-[a-z0-9]{10,32}$/,
      "must be an ARN like arn:aws:organizations::123456789012:organization/o-…",
    ),
  );
const unit = z
  .string()
  .check(
    z.maxLength(200),
    z.regex(
      /^arn:aws(-cn|-us-gov)?:organizations::\d{12}:ou\/o-[a-z0-9]{10,32}\/ou-[a-z0-9-]{3,70}$/,
      "must be an ARN like arn:aws:organizations::123456789012:ou/o-…/ou-…",
    ),
  );
const many = 100;

const sharing = z.strictObject({
  accounts: z
    ._default(z.array(account).check(z.maxLength(many)), [])
    .check(z.describe("Accounts, by number.")),
  organizations: z
    ._default(z.array(organization).check(z.maxLength(many)), [])
    .check(z.describe("Organizations, by ARN.")),
  units: z
    ._default(z.array(unit).check(z.maxLength(many)), [])
    .check(z.describe("Organizational units, by ARN.")),
});

export type Sharing = z.output<typeof sharing>;

export const imagePlan = z.strictObject({
  tag: planTag("Instances", "backup-image"),
  instances: z
    ._default(
      z.array(
        z.string().check(z.regex(/^i-[0-9a-f]+$/, "must be an instance's id, like i-0123456789")),
      ),
      [],
    )
    .check(z.describe("Instances that are backed up without the tag, by id.")),
  reboot: z
    ._default(z.boolean(), false)
    .check(
      z.describe(
        "Whether a running instance is rebooted for each image, so that its file systems are at rest. Without it an image is as after a power cut. Members of Auto Scaling groups are then left alone: their group would replace them.",
      ),
    ),
  share: z
    ._default(sharing, { accounts: [], organizations: [], units: [] })
    .check(
      z.describe(
        "Who may start instances from each image once it is there, beside this account. Of encrypted volumes the key must be theirs to use too; AWS's own key cannot be. Images are never made public.",
      ),
    ),
  ...planFields,
});
