import {
  CreateTagsCommand,
  DeleteTagsCommand,
  EC2Client,
  paginateDescribeTags,
} from "@aws-sdk/client-ec2";
import { paged, write } from "../../sdk/call.ts";
import { graceTag, type TargetMark } from "../../sdk/grace.ts";

export const describeTags = paged("ec2:DescribeTags", EC2Client, paginateDescribeTags, {
  items: (page) => page.Tags,
  pageSize: 1000,
});

/** No other tag: one could exempt, or open what policies guard by tags. */
const thisTagAlone = { "ForAllValues:StringEquals": { "aws:TagKeys": [graceTag] } };

/**
 * The mark of a time of grace on what EC2 tags. IAM lets this tag be written, and no other.
 * @param on the ARN template of what may be marked: `volume/*`
 */
/* @__NO_SIDE_EFFECTS__ */
export function markOn(on: string): TargetMark {
  const unmark = write("ec2:DeleteTags", EC2Client, DeleteTagsCommand, {
    on,
    when: thisTagAlone,
    repeatable: true,
    // What is gone has no mark.
    already: [
      "InvalidVolume.NotFound",
      "InvalidSnapshot.NotFound",
      "InvalidInstanceID.NotFound",
      "InvalidAMIID.NotFound",
      "InvalidAMIID.Unavailable",
    ],
    irreversible: "a mark that was taken off is put on with the next time of grace",
  });
  const mark = write("ec2:CreateTags", EC2Client, CreateTagsCommand, {
    on,
    when: thisTagAlone,
    repeatable: true,
    // With its value: another's mark stays.
    inverse: [unmark, ({ Resources, Tags }) => ({ Resources, Tags })],
  });
  return {
    reads: [describeTags],
    write: mark,
    put: (target, tag) => mark({ Resources: [target], Tags: [tag] }),
    off: (target) => [unmark({ Resources: [target], Tags: [{ Key: graceTag }] })],
    async tags(read, target) {
      const Filters = [{ Name: "resource-id", Values: [target] }];
      const found = await Array.fromAsync(read(describeTags({ Filters })));
      return Object.fromEntries(found.map(({ Key = "", Value = "" }) => [Key, Value]));
    },
  };
}
