/**
 * ECR: scans of images that found what is critical or high, or that failed. A clean scan of the
 * same tag ends it, once ECR says so of the image that has the tag by then.
 */
import * as z from "zod/mini";
import { arnOf } from "../../../sdk/arn.ts";
import { compareText } from "../../../sdk/compare.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, number, text, texts } from "../../../sdk/signals/lenient.ts";
import { prefixed } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z.object({
  "repository-name": z.string(),
  "scan-status": text,
  "image-digest": text,
  "image-tags": texts,
  "finding-severity-counts": fields({
    CRITICAL: number,
    HIGH: number,
    MEDIUM: number,
    LOW: number,
  }),
});

type Scan = z.output<typeof detail>;

function foundBy({ "finding-severity-counts": counts }: Scan) {
  const { CRITICAL: critical = 0, HIGH: high = 0, MEDIUM: medium = 0, LOW: low = 0 } = counts ?? {};
  return { critical, high, medium, low };
}

/** `2 critical and 1 high vulnerabilities` */
function vulnerabilities(scan: Scan): string {
  const { critical, high } = foundBy(scan);
  const noun = critical + high === 1 ? "vulnerability" : "vulnerabilities";
  const counts = [critical && `${critical} critical`, high && `${high} high`];
  return `${counts.filter(Boolean).join(" and ")} ${noun}`;
}

/** How many tags of an image are looked at. */
const mostTags = 20;

/**
 * By its tag: a mended image is another digest under the same tag. Of several tags the first in the
 * alphabet stands for a bad image; a clean one ends what is open under any of them.
 */
function imagesIn(scan: Scan): readonly { readonly shown: string; readonly key: string }[] {
  const { "image-tags": tags, "image-digest": digest } = scan;
  if (tags.length === 0)
    return [{ shown: prefixed("@", digest?.slice(0, 19)), key: `@${digest ?? ""}` }];
  const sorted = tags.toSorted(compareText).slice(0, stateOf(scan) === "clean" ? mostTags : 1);
  return sorted.map((tag) => ({ shown: `:${tag}`, key: `:${tag}` }));
}

function stateOf(scan: Scan): "failed" | "critical" | "high" | "clean" {
  if ((scan["scan-status"] ?? "COMPLETE") !== "COMPLETE") return "failed";
  const { critical, high } = foundBy(scan);
  if (critical) return "critical";
  return high ? "high" : "clean";
}

export default stateSignal({
  id: "ecr",
  family: "signals",
  summary: "Tells of container images with critical or high vulnerabilities",
  on: [{ source: "aws.ecr", detailType: "ECR Image Scan" }],
  config: z.strictObject({
    ignore: namesInEvent("Repositories that are not told, `sandbox/*` names all that begin so."),
  }),
  detail,

  subjects(scan, { account, region }) {
    const { "repository-name": repository, "image-digest": digest } = scan;
    const page = consolePage(region);
    const link = digest
      ? page`ecr/repositories/private/${account}/${repository}/_/image/${digest}/scan-results?region=${region}`
      : page`ecr/repositories/private/${account}/${repository}?region=${region}`;
    return imagesIn(scan).map(({ shown, key }) => {
      const resource = `repository/${repository}${key}`;
      return {
        name: `${repository}${shown}`,
        ignoredBy: [repository],
        link,
        key: arnOf({ service: "ecr", region, account, resource }),
      };
    });
  },

  state: ({ detail: scan }) => stateOf(scan),
  states: {
    critical: {
      severity: "critical",
      title: ({ subject, detail: scan }) =>
        `The image ${subject.name} has ${vulnerabilities(scan)}`,
    },
    high: {
      severity: "warning",
      title: ({ subject, detail: scan }) =>
        `The image ${subject.name} has ${vulnerabilities(scan)}`,
    },
    failed: {
      severity: "warning",
      title: ({ subject }) => `The scan of ${subject.name} has failed`,
    },
    clean: {
      over: "quietly",
      title: ({ subject }) => `The scan of ${subject.name} found nothing critical or high`,
    },
  },

  facts: ({ detail: scan }) => ({
    ...foundBy(scan),
    digest: scan["image-digest"],
    tags: scan["image-tags"].join(", "),
  }),

  confirmation: () => import("./confirmation.ts"),
});
