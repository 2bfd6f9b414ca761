/**
 * CodeBuild: builds that fail, with the phase that did and what it said. The next of the same
 * project that succeeds ends it.
 */
import * as z from "zod/mini";
import { partitionOf } from "../../../sdk/arn.ts";
import { cut } from "../../../sdk/plain.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, lenientList, text, texts } from "../../../sdk/signals/lenient.ts";
import {
  lastOf,
  matchesName,
  message,
  namesInEvent,
  unshouted,
} from "../../../sdk/signals/telling.ts";

const detail = z.object({
  "project-name": z.string(),
  "build-status": z.string(),
  "build-id": text,
  "additional-information": fields({
    initiator: text,
    "source-version": text,
    phases: lenientList(
      z.object({ "phase-type": z.string(), "phase-status": text, "phase-context": texts }),
    ),
  }),
});

export default signal({
  id: "codebuild",
  family: "signals",
  summary: "Tells of builds of CodeBuild that fail",
  on: [
    {
      source: "aws.codebuild",
      detailType: "CodeBuild Build State Change",
      where: { "build-status": ["FAILED", "FAULT", "TIMED_OUT", "SUCCEEDED"] },
    },
  ],
  config: z.strictObject({
    critical: namesInEvent("Projects whose failure is critical, `prod-*` names all that begin so."),
    ignore: namesInEvent("Projects that are not told."),
  }),
  detail,

  tell(
    {
      "project-name": project,
      "build-status": status,
      "build-id": id,
      "additional-information": more,
    },
    { config, account, region },
  ) {
    const over = status === "SUCCEEDED";
    if (
      matchesName(config.ignore, project) ||
      (!over && !["FAILED", "FAULT", "TIMED_OUT"].includes(status))
    )
      return undefined;
    const phase = more?.phases.find(
      (one) => one["phase-status"] !== undefined && one["phase-status"] !== "SUCCEEDED",
    );
    const said = phase?.["phase-context"]
      .filter((line) => line.replace(/[:\s]/g, "") !== "")
      .join("; ");
    const build = id && lastOf(id);
    return message({
      title: `A build of ${project} ${over ? "has succeeded" : status === "TIMED_OUT" ? "took too long" : "has failed"}${phase && !over ? ` in ${unshouted(phase["phase-type"])}` : ""}`,
      severity: over ? "info" : matchesName(config.critical, project) ? "critical" : "warning",
      affected: [project],
      facts: {
        build,
        status,
        "started by": more?.initiator,
        source: more?.["source-version"],
        phase: phase?.["phase-type"],
        said: said && cut(said, 500),
      },
      link: build
        ? consolePage(
            region,
          )`codesuite/codebuild/${account}/projects/${project}/build/${`${project}:${build}`}?region=${region}`
        : consolePage(
            region,
          )`codesuite/codebuild/${account}/projects/${project}/history?region=${region}`,
      key: `arn:${partitionOf(region)}:codebuild:${region}:${account}:project/${project}`,
      closes: over,
      quiet: over,
    });
  },
});
