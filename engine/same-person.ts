/** Who counts as whom: roles and their sessions, users, members of Slack. */
import type { ParsedSettings } from "../settings/settings.ts";
import type { TwoPersonAct, TwoPersonRule } from "../settings/two-persons.ts";
import { twoPersonsFor } from "../settings/two-persons.ts";

/** A session of a role, as its ARN has it: without the role's path. */
interface RoleSession {
  /** `arn:aws:iam::123456789012:role/oncall` */
  readonly role: string;
  readonly roleName: string;
  readonly session: string;
}

function sessionOf(arn: string): RoleSession | undefined {
  const [, partition, account, roleName, session] =
    /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
  if (roleName === undefined || session === undefined) return undefined;
  return { role: `arn:${partition}:iam::${account}:role/${roleName}`, roleName, session };
}

/** A role's path is not part of its sessions' ARNs; its name is unique in its account without it. */
const withoutPath = (role: string): string => role.replace(/:role\/.*\//, ":role/");

/**
 * Whether an identity is one that the settings name: a user's or role's ARN exactly; a session of a
 * role counts as the role (`arn:aws:sts::123456789012:assumed-role/oncall/ann` is
 * `arn:aws:iam::123456789012:role/oncall`).
 */
export function isApprover(by: string, approvers: readonly string[]): boolean {
  const role = sessionOf(by)?.role;
  return approvers.some(
    (approver) => approver === by || (role !== undefined && withoutPath(approver) === role),
  );
}

/** Only IAM Identity Center can make roles there. */
const identityCenterPath = ":role/aws-reserved/sso.amazonaws.com/";
/** As it names them: `AWSReservedSSO_<permission set>_<16 hexadecimal digits>`. Others may, too. */
const isNamedByIdentityCenter = ({ roleName }: RoleSession): boolean =>
  /^AWSReservedSSO_.+_[0-9a-f]{16}$/.test(roleName);

/**
 * Whether Identity Center made a role, so that it has named its sessions after its users: where the
 * settings name the role with the path that only Identity Center can give it. A session's ARN does
 * not say it.
 */
const isMadeByIdentityCenter = ({ role }: RoleSession, approvers: readonly string[]): boolean =>
  approvers.some(
    (approver) => approver.includes(identityCenterPath) && withoutPath(approver) === role,
  );

/**
 * Whether two identities are one person, as far as can be known: in doubt they are. Sessions of one
 * role are, unless Identity Center has named them: elsewhere whoever takes on a role also chooses
 * its session's name. One user of Identity Center is the same through each of its permission sets.
 * So are a member of Slack and whoever IAM knows, and a federated user, whose name somebody else
 * has chosen: nobody can say that they are two.
 * @param approvers of the settings: they name roles with their paths
 */
export function samePerson(
  first: string,
  second: string,
  { approvers }: Pick<ParsedSettings, "approvers">,
): boolean {
  const [isMember, isOtherMember] = [first.startsWith("slack:"), second.startsWith("slack:")];
  if (isMember !== isOtherMember) return true;
  // `slack:<team>/<member>/<app>`: through whichever app.
  if (isMember) return first.split("/", 2).join("/") === second.split("/", 2).join("/");
  if ([first, second].some((arn) => arn.includes(":federated-user/"))) return true;
  const [session, other] = [sessionOf(first), sessionOf(second)];
  if (session && other) return sameSession(session, other, approvers);
  return (session?.role ?? first) === (other?.role ?? second);
}

function sameSession(
  first: RoleSession,
  second: RoleSession,
  approvers: readonly string[],
): boolean {
  const isOneUser = first.session.toLowerCase() === second.session.toLowerCase();
  if (isNamedByIdentityCenter(first) && isNamedByIdentityCenter(second) && isOneUser) return true;
  if (first.role !== second.role) return false;
  return !isMadeByIdentityCenter(first, approvers) || isOneUser;
}

interface TwoPersons extends Pick<ParsedSettings, "approvers"> {
  readonly twoPersonRule: TwoPersonRule;
}

/**
 * Whom of those who had a part in something somebody is, where the settings want another person
 * for what they are about to do.
 * @param involved whoever asked for it, made the call that it answers, or approved it
 * @returns the one whom they are, or may be; nothing where they may
 */
export function partInIt(
  act: TwoPersonAct,
  by: string,
  involved: readonly string[],
  settings: TwoPersons,
): string | undefined {
  if (!twoPersonsFor(act, settings.twoPersonRule)) return undefined;
  return involved.find((person) => samePerson(person, by, settings));
}

/** What to do about it that two are one, or may be. */
export const remedyForOne = (by: string, approvers: readonly string[]): string => {
  const session = sessionOf(by);
  if (!session || !isNamedByIdentityCenter(session)) return "";
  if (isMadeByIdentityCenter(session, approvers)) return "";
  return `. All sessions of ${session.roleName} count as one person until \`approvers\` names it with the path that Identity Center gave it: …${identityCenterPath}<region>/${session.roleName}`;
};
