/**
 * CodeBuild: builds that fail, with the phase that did and what it said. The next of the same
 * branch of the project that succeeds ends it, once CodeBuild says so when it is asked.
 */
import * as z from "zod/mini";
import { arnOf } from "../../../sdk/arn.ts";
import { cut } from "../../../sdk/plain.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, lenientList, text, texts } from "../../../sdk/signals/lenient.ts";
import { lastOf, prefixed, unshouted } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

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

type Build = z.output<typeof detail>;

/** The phase that did not succeed. */
const failedPhase = ({ "additional-information": more }: Build) =>
  more?.phases.find(({ "phase-status": status }) => status !== undefined && status !== "SUCCEEDED");

const inPhase = (build: Build): string => {
  const phase = failedPhase(build);
  return prefixed(" in ", phase && unshouted(phase["phase-type"]));
};

/** Lines that hold more than punctuation. */
function saidIn(build: Build): string | undefined {
  const lines = failedPhase(build)?.["phase-context"] ?? [];
  const telling = lines.filter((line) => line.replace(/[:\s]/g, "") !== "");
  return cut(telling.join("; "), 500);
}

/** A commit, or what lies in a bucket: neither says of which branch it is. */
const notBranch = /^([0-9a-f]{7,64}$|arn:|s3:)/i;

/**
 * Another branch, tag or pull request is another matter: that one builds says nothing of the others.
 * `refs/heads/main^{commit}` is the branch `main`; all tags are one, for each is built once.
 */
function keyOf({ "additional-information": more }: Build, project: string): string {
  const [version = ""] = (more?.["source-version"] ?? "").split("^{");
  if (version === "" || notBranch.test(version)) return project;
  if (version.startsWith("refs/tags/")) return `${project}/tags`;
  return `${project}/${version.replace(/^refs\/heads\//, "")}`;
}

const buildIn = ({ "build-id": id }: Build): string | undefined => id && lastOf(id);

export default stateSignal({
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

  subject(build, { account, region }) {
    const name = build["project-name"];
    const id = buildIn(build);
    const page = consolePage(region);
    return {
      name,
      link: id
        ? page`codesuite/codebuild/${account}/projects/${name}/build/${`${name}:${id}`}?region=${region}`
        : page`codesuite/codebuild/${account}/projects/${name}/history?region=${region}`,
      key: keyOf(
        build,
        arnOf({ service: "codebuild", region, account, resource: `project/${name}` }),
      ),
    };
  },

  state: ({ detail: build }) => build["build-status"],
  states: {
    FAILED: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: build }) =>
        `A build of ${subject.name} has failed${inPhase(build)}`,
    },
    FAULT: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: build }) =>
        `A build of ${subject.name} has failed${inPhase(build)}`,
    },
    TIMED_OUT: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: build }) =>
        `A build of ${subject.name} took too long${inPhase(build)}`,
    },
    SUCCEEDED: {
      over: "quietly",
      title: ({ subject }) => `A build of ${subject.name} has succeeded`,
    },
  },

  facts: ({ detail: build }) => ({
    build: buildIn(build),
    status: build["build-status"],
    "started by": build["additional-information"]?.initiator,
    source: build["additional-information"]?.["source-version"],
    phase: failedPhase(build)?.["phase-type"],
    said: saidIn(build),
  }),

  confirmation: () => import("./confirmation.ts"),
});
