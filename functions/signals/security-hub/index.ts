/**
 * Security Hub, in both of its formats: ASFF of "Security Hub Findings - Imported", OCSF of
 * "Findings Imported V2". It sends every finding again and again, and those of other services too:
 * what has passed all along and what has a signal of its own is not told. Each finding of an event
 * is a matter of its own, and over when Security Hub has it as resolved or passed.
 */
import * as z from "zod/mini";
import type { Severity } from "../../../sdk/message.ts";
import { cut } from "../../../sdk/plain.ts";
import { atLeast } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import {
  inAccount,
  matchesName,
  nameIn,
  prefixed,
  together,
  unstopped,
} from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";
import { type Finding, findingIn } from "./finding.ts";

const detail = z.object({ findings: z.array(findingIn).check(z.minLength(1)) });

function severityOf({ grade = "" }: Finding): Severity {
  if (/^(critical|fatal)$/i.test(grade)) return "critical";
  return /^(informational|low|medium)$/i.test(grade) ? "info" : "warning";
}

/** Somebody has sent them from the console, whatever they are. */
const chosen = "Security Hub Findings - Custom Action";

export default stateSignal({
  id: "security-hub",
  family: "signals",
  summary: "Tells of findings in Security Hub",
  on: [
    { source: "aws.securityhub", detailType: "Security Hub Findings - Imported" },
    { source: "aws.securityhub", detailType: "Findings Imported V2" },
    { source: "aws.securityhub", detailType: chosen },
  ],
  config: z.strictObject({
    atLeast: atLeast("warning"),
    except: z
      ._default(z.array(z.string()), [
        "GuardDuty",
        "Amazon GuardDuty",
        "Inspector",
        "Amazon Inspector",
        "IAM Access Analyzer",
        "Health",
        "AWS Health",
        "Config",
      ])
      .check(
        z.describe(
          "Products whose findings are not told: by default those that have a signal of their own.",
        ),
      ),
  }),
  detail,

  subjects({ findings }, { region, account, config, detailType }) {
    const page = consolePage(region);
    return findings
      .filter(
        ({ idle, product }) =>
          detailType === chosen || (!idle && !matchesName(config.except, product)),
      )
      .map((finding) => ({
        name: `${unstopped(finding.title)}${prefixed(", on ", together(finding.affected.map(nameIn)))}${inAccount(finding.account, account)}`,
        affected: finding.affected,
        tags: finding.tags,
        link: page`securityhub/home?region=${region}#/findings?search=Id%3D%255Coperator%255C%253AEQUALS%255C%253A${finding.id}`,
        key: finding.key,
        finding,
      }));
  },

  state: ({ subject: { finding } }) => (finding.over ? "over" : "active"),
  states: {
    active: {
      severity: ({ subject }) => severityOf(subject.finding),
      title: ({ subject }) => `Security Hub: ${subject.name}`,
    },
    // A control that passes again is graded informational: its end is told whatever its grade.
    over: {
      over: "quietly",
      title: ({ subject }) =>
        `Security Hub: ${subject.finding.state?.toLowerCase()}: ${subject.name}`,
    },
  },

  facts: ({ subject: { finding } }) => ({
    severity: finding.grade,
    state: finding.state,
    "found by": finding.product,
    control: finding.control,
    account: finding.account,
    "Security Hub says": finding.description && cut(finding.description, 700),
  }),

  confirmation: () => import("./confirmation.ts"),
});
