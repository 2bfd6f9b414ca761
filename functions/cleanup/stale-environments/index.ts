/**
 * Deletes environments whose time is over: stacks of CloudFormation that say by a tag how long they
 * live. Their owner hears it days before, and again the day before, and keeps one by one press, or
 * by another time on the tag. What is no TTL deletes nothing: it is told, with what would be right.
 *
 * CloudFormation deletes what a stack made by the stack's own role, or by one that the settings name
 * and it is handed; this unit itself may delete no resource. Left alone and named are stacks with
 * termination protection, those whose exports others import, and those that services and tools made.
 */
import type { Stack } from "@aws-sdk/client-cloudformation";
import * as z from "zod/mini";
import { describeStacks } from "../../../aws/cloudformation/stack.ts";
import { automation } from "../../../sdk/automation.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { grace } from "../../../sdk/grace.ts";
import { before, days, minutes, type Span, seconds } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { type EndOfEnvironment, endEnvironment, named } from "./end-environment.ts";
import { type Environment, environmentsIn, readsOfStacks, tagsOfStack } from "./look.ts";
import { type Ttl, ttlTag } from "./ttl.ts";

/** Days. */
const mostWarning = 30;

const secondsOf = ({ end }: Ttl, { CreationTime }: Stack): number =>
  end && CreationTime ? Math.round((end.getTime() - CreationTime.getTime()) / 1000) : 0;

/** Whoever makes one for less has all of its time. */
const warningOf = (warn: number, livesFor: number): Span =>
  seconds(Math.min(days(warn).seconds, livesFor));

/** CloudFormation is at it: its end waits until that is over. */
const isMoving = ({ StackStatus }: Stack): boolean => StackStatus?.endsWith("_IN_PROGRESS") ?? true;

const roleName = /^[\w+=,.@/-]{1,512}$/;

const isSoon = (ttl: Ttl, stack: Stack, { warn, now }: { warn: number; now: Date }): boolean =>
  ttl.end !== undefined && now >= before(ttl.end, warningOf(warn, secondsOf(ttl, stack)));

/** In the stack's own partition. */
const roleArn = (role: string, stack: string, account: string): string =>
  `arn:${stack.split(":")[1]}:iam::${account}:role/${role}`;

export default automation({
  id: "stale-environments",
  family: "cleanup",
  summary: "Deletes stacks of CloudFormation whose time to live is over, once their owner was told",
  on: [sweep("cron(15 * * * ? *)", { window: minutes(15) })],
  config: z.strictObject({
    tag: z
      ._default(z.string().check(z.minLength(1), z.maxLength(128)), ttlTag)
      .check(
        z.describe(
          "The tag of a stack that says how long it lives: a day, a time with its zone, or a time from its creation, as 3d.",
        ),
      ),
    warn: z
      ._default(z.int().check(z.gte(1), z.lte(mostWarning)), 3)
      .check(
        z.describe(
          "How many days its owner has to keep it: they are told at their beginning, and again on the last one. Of a stack that lives for less, all its time.",
        ),
      ),
    role: z
      .optional(
        z
          .string()
          .check(z.regex(roleName, "must be the name of a role, with its path where it has one")),
      )
      .check(
        z.describe(
          "The role that CloudFormation is handed to delete stacks that have none of their own. It must trust cloudformation.amazonaws.com, and may delete what such stacks make. Without it those are told, and stay.",
        ),
      ),
  }),
  named: ({ role }) => ({ role: role === undefined ? [] : [role] }),
  grace: grace({
    span: ({ warn }, { livesFor }: EndOfEnvironment) => warningOf(warn, livesFor),
    atMost: days(mostWarning),
    again: days(1),
    says: ({ name }: EndOfEnvironment) => ({
      what: `The environment ${name}`,
      keep: `\`npx nightshift env extend ${name} --ttl 7d\` gives it more time`,
    }),
    mark: { reads: [describeStacks], tags: tagsOfStack },
  }),
  reads: readsOfStacks,
  writes: [endEnvironment],
  lost: [
    "All that the stack made, and what was stored there, but for what its template retains (DeletionPolicy).",
  ],

  async *find({ read, only, now, config: { tag, warn } }) {
    const soon = (ttl: Ttl, stack: Stack) => isSoon(ttl, stack, { warn, now });
    yield* environmentsIn(read, { only, tag, soon });
  },

  target: ({ stack, keptBy }: Environment) => ({
    id: stack.StackId,
    tags: stack.Tags ?? [],
    managed: keptBy,
  }),
  name: ({ stack: { StackName } }) => StackName,
  state: ({ stack: { StackName }, text }) => ({ name: StackName, ttl: text }),
  becomes: () => null,

  propose({ stack, text, ttl, undeleted }, { config: { tag, warn, role }, now, account }) {
    const { StackId, StackName: name = "", RoleARN } = stack;
    if (!StackId || isMoving(stack)) return;
    if (ttl.problem !== undefined)
      throw new CannotJudge(
        `${name} is not deleted: its tag ${tag} says "${text}", ${ttl.problem}`,
      );
    if (!isSoon(ttl, stack, { warn, now })) return;
    if (stack.StackStatus === "DELETE_FAILED")
      throw new CannotJudge(
        `${name} was to be deleted, and stays: ${named(undeleted) || (stack.StackStatusReason ?? "CloudFormation does not say why")}. Put that right, then delete it: by \`aws cloudformation delete-stack --stack-name ${name}\`, with \`--retain-resources\` for what shall stay`,
      );
    if (!RoleARN && role === undefined)
      throw new CannotJudge(
        `the time of ${name} is over or nearly so, and it has no role of its own: Nightshift may delete no resource itself. Deploy it with --role-arn, or name a role in the config of stale-environments (\`role\`)`,
      );
    const end = ttl.end.toISOString();
    return {
      because: `its time is over on ${end.slice(0, 16).replace("T", " ")} UTC, by its tag ${tag}=${text}; what it costs is not known here`,
      call: endEnvironment({
        StackId,
        name,
        tag,
        end,
        livesFor: secondsOf(ttl, stack),
        ...(!RoleARN && { role: roleArn(role ?? "", StackId, account) }),
      }),
    };
  },
});
