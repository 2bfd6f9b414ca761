/**
 * Tells how much of what was bought ahead is used, what it covers, and what ends soon: Savings
 * Plans, and reservations of EC2, RDS, ElastiCache, Redshift and OpenSearch, of all accounts that
 * Cost Explorer shows this one. A commitment that ends is billed on demand from that hour on, and
 * nothing in AWS says so beforehand unless somebody asked for it. It ends when Cost Explorer says so;
 * where it does not, that is told as not known.
 *
 * Tests have Cost Explorer's answers as AWS's documentation shows them; the embedded AWS has none.
 */
import type { Message } from "../../../sdk/message.ts";
import { report } from "../../../sdk/report.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import {
  type CommitmentAnswer,
  commitmentAnswers,
  commitmentsConfig as config,
  commitmentReads as reads,
} from "./questions.ts";
import { toldOfCommitments } from "./told.ts";

export default report({
  id: "savings-plans-and-reservations",
  family: "cost",
  summary: "Tells how much of Savings Plans and reservations is used, and which end soon",
  scope: "global",
  on: [sweep("cron(15 7 ? * MON *)", { window: minutes(30) })],
  config,
  reads,
  find: commitmentAnswers,
  tell: (found: readonly CommitmentAnswer[], { now, config: settings }): Message =>
    toldOfCommitments(found, { now, config: settings }),
});
