/**
 * The console: every sign-in of the root user, and those of IAM users without a second factor.
 * CloudTrail tells of them; without a trail nobody does.
 */
import * as z from "zod/mini";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, text } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

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

export default signal({
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

  tell(event, { config, account, region }) {
    const {
      eventName,
      userIdentity,
      additionalEventData,
      responseElements,
      sourceIPAddress: from,
      errorMessage,
    } = event;
    const root = userIdentity.type === "Root";
    const failed = responseElements?.ConsoleLogin === "Failure" || errorMessage !== undefined;
    const login = eventName === "ConsoleLogin";
    const factor = additionalEventData?.MFAUsed === "Yes";
    const user = userIdentity.userName ?? userIdentity.arn?.split("/").at(-1) ?? "an unknown user";
    if (
      !root &&
      (!login ||
        failed ||
        factor ||
        userIdentity.type !== "IAMUser" ||
        matchesName(config.ignore, user))
    )
      return undefined;
    const who = root ? "The root user" : `The IAM user ${user}`;
    const did = login
      ? failed
        ? "could not sign in"
        : `signed in${factor ? "" : " without a second factor"}`
      : `: ${eventName.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()}`;
    return message({
      title: `${who}${login ? " " : ""}${did}${from ? `, from ${from}` : ""}`,
      severity: root && !failed ? "critical" : "warning",
      affected: [userIdentity.arn ?? user],
      facts: {
        from,
        "second factor": additionalEventData?.MFAUsed,
        result: responseElements?.ConsoleLogin ?? errorMessage,
        at: event.eventTime,
        with: event.userAgent,
      },
      link: consolePage(region)`cloudtrailv2/home?region=${region}#/events?EventName=${eventName}`,
      key: `signin/${account}/${root ? "root" : user}`,
    });
  },
});
