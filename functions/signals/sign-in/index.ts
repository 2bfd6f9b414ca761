/**
 * The console: every sign-in of the root user, and those of IAM users without a second factor.
 * CloudTrail tells of them; without a trail nobody does.
 */
import * as z from "zod/mini";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, text } from "../../../sdk/signals/lenient.ts";
import { prefixed, unshouted } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z.object({
  eventName: z.string(),
  eventTime: text,
  errorMessage: text,
  sourceIPAddress: text,
  userAgent: text,
  userIdentity: z.object({ type: z.string(), arn: text, userName: text }),
  additionalEventData: fields({ MFAUsed: text }),
  responseElements: fields({ ConsoleLogin: text }),
});

type SignIn = z.output<typeof detail>;

const isRoot = ({ userIdentity }: SignIn): boolean => userIdentity.type === "Root";
const isLogin = ({ eventName }: SignIn): boolean => eventName === "ConsoleLogin";
const withFactor = ({ additionalEventData }: SignIn): boolean =>
  additionalEventData?.MFAUsed === "Yes";
const hasFailed = ({ responseElements, errorMessage }: SignIn): boolean =>
  responseElements?.ConsoleLogin === "Failure" || errorMessage !== undefined;

const userOf = ({ userIdentity: { userName, arn } }: SignIn): string =>
  userName ?? arn?.split("/").at(-1) ?? "an unknown user";

const fromWhere = (event: SignIn): string =>
  hasFailed(event) ? "failed" : (event.sourceIPAddress ?? "unknown");

/** ` signed in`; `: password recovery requested` */
function did(event: SignIn): string {
  if (!isLogin(event)) return `: ${unshouted(event.eventName)}`;
  if (hasFailed(event)) return " could not sign in";
  return withFactor(event) ? " signed in" : " signed in without a second factor";
}

export default stateSignal({
  id: "sign-in",
  family: "signals",
  summary: "Tells of sign-ins of the root user, and of console sign-ins without a second factor",
  on: [
    {
      source: "aws.signin",
      detailType: "AWS Console Sign In via CloudTrail",
      where: { userIdentity: { type: ["Root", "IAMUser"] } },
    },
  ],
  config: z.strictObject({
    ignore: namesInEvent("IAM users that are not told. The root user always is."),
  }),
  detail,

  subject(event, { account, region }) {
    const user = userOf(event);
    const root = isRoot(event);
    const page = consolePage(region);
    return {
      name: root ? "The root user" : `The IAM user ${user}`,
      ignoredBy: root ? [] : [user],
      affected: [event.userIdentity.arn ?? user],
      link: page`cloudtrailv2/home?region=${region}#/events?EventName=${event.eventName}`,
      // From another address it is another matter; attempts that fail come from many, and are one.
      key: `signin/${account}/${root ? "root" : user}/${fromWhere(event)}`,
    };
  },

  state({ detail: event }) {
    if (isRoot(event)) return hasFailed(event) ? "failed root" : "root";
    if (!isLogin(event) || event.userIdentity.type !== "IAMUser") return undefined;
    return hasFailed(event) || withFactor(event) ? undefined : "without second factor";
  },
  states: {
    root: {
      severity: "critical",
      title: ({ subject, detail: event }) =>
        `${subject.name}${did(event)}${prefixed(", from ", event.sourceIPAddress)}`,
    },
    "failed root": {
      severity: "warning",
      title: ({ subject, detail: event }) =>
        `${subject.name}${did(event)}${prefixed(", from ", event.sourceIPAddress)}`,
    },
    "without second factor": {
      severity: "warning",
      title: ({ subject, detail: event }) =>
        `${subject.name}${did(event)}${prefixed(", from ", event.sourceIPAddress)}`,
    },
  },

  facts: ({ detail: event }) => ({
    from: event.sourceIPAddress,
    "second factor": event.additionalEventData?.MFAUsed,
    result: event.responseElements?.ConsoleLogin ?? event.errorMessage,
    at: event.eventTime,
    with: event.userAgent,
  }),
});
