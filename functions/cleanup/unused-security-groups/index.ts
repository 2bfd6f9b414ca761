/**
 * Deletes security groups that nothing uses: what is left of instances, balancers and trials. Unused
 * is what no look has seen used for weeks on end: no network interface carries it, no rule of
 * another group names it, here or beyond a peering, and nothing that starts interfaces later does:
 * launch templates in any version, launch configurations, spot fleets, endpoints, functions,
 * databases, build projects, services of ECS, and tasks that a rule or a schedule starts.
 *
 * An unused group costs nothing. It is in the way: who reads its rules takes them for open doors,
 * and whoever needs a group picks it because it is there. A person is asked before each: what names
 * it outside of what AWS tells of, as code and state machines do, is not seen.
 *
 * The group `default` of a VPC cannot be deleted, and is left alone; so are those that others manage
 * or own, and those that services make and look for by their names.
 */
import * as z from "zod/mini";
import { describeSecurityGroups } from "../../../aws/ec2/security-group.ts";
import { deleteSecurityGroup } from "../../../aws/ec2/security-group-life.ts";
import { automation } from "../../../sdk/automation.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import {
  type FoundSecurityGroup,
  isDefault,
  readsOfGroups,
  securityGroupsLooked,
  securityGroupsNamed,
  usersOnce,
} from "./look.ts";
import { type GroupSpec, makeSecurityGroup, plainTags, ruleSpecs } from "./make-group.ts";

/** Groups that are looked at together. */
const together = 1000;

const isUnused = ({ group, usedBy }: FoundSecurityGroup): boolean =>
  usedBy === undefined && !isDefault(group);

export default automation({
  id: "unused-security-groups",
  family: "cleanup",
  summary: "Deletes security groups that nothing has used for weeks",
  on: [sweep("cron(50 3 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(0), z.lte(365)), 30)
      .check(z.describe("How long nothing must have used it, at each look.")),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), [])
      .check(z.describe("Beginnings of names that are left alone, as of what is kept ready.")),
  }),
  reads: readsOfGroups,
  writes: [deleteSecurityGroup],
  lost: [
    "Its id, and the ids of its rules: one that is made again has others, and its tag `nightshift:was` says which it had. What names the old id does not know it: code, templates outside of AWS, and rules of other accounts.",
    "That it was shared with other accounts, where it was.",
  ],

  async *find({ read, pages, only, account }): AsyncGenerator<FoundSecurityGroup> {
    const looking = { read, account, users: usersOnce(read), all: only !== undefined };
    if (only) {
      yield* await securityGroupsLooked(await securityGroupsNamed(read, only), looking);
      return;
    }
    for await (const page of pages(describeSecurityGroups({}), together))
      yield* await securityGroupsLooked(page, looking);
  },

  target: ({ group, manager }) => ({
    id: group.GroupId,
    tags: group.Tags ?? [],
    managed: manager,
  }),
  name: ({ group: { GroupName } }) => GroupName,

  state: ({ group, rules }): GroupSpec => ({
    name: group.GroupName ?? "",
    description: group.Description ?? "",
    vpc: group.VpcId ?? "",
    tags: plainTags(group.Tags),
    rules: ruleSpecs(rules),
  }),
  becomes: () => null,
  counts: isUnused,

  restore: {
    by: [makeSecurityGroup],
    calls: (spec, { target }) => makeSecurityGroup({ ...spec, was: target }),
  },

  propose(found, { config, now, since }) {
    const { GroupId, GroupName = "" } = found.group;
    if (!GroupId || !isUnused(found)) return;
    if (!since || since > before(now, days(config.days))) return;
    if (config.except.some((beginning) => GroupName.startsWith(beginning))) return;
    const day = since.toISOString().slice(0, 10);
    return {
      because: `since ${day} no network interface has carried it, and nothing that AWS tells of names it`,
      call: deleteSecurityGroup({ GroupId }),
      savesPerMonth: 0,
    };
  },
});
