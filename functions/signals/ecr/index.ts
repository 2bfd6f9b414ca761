/**
 * ECR: scans of images that found what is critical or high, or that failed. A clean scan of the
 * same tag ends it.
 */
import * as z from "zod/mini";
import { partitionOf } from "../../../sdk/arn.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, number, text, texts } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

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

export default signal({
  id: "ecr",
  family: "signals",
  summary: "Tells of container images with critical or high vulnerabilities",
  on: [{ source: "aws.ecr", detailType: "ECR Image Scan" }],
  config: z.strictObject({
    ignore: namesInEvent("Repositories that are not told, `sandbox/*` names all that begin so."),
  }),
  detail,

  tell(scan, { config, account, region }) {
    const {
      "repository-name": repository,
      "scan-status": status,
      "image-digest": digest,
      "image-tags": tags,
      "finding-severity-counts": found = {},
    } = scan;
    if (matchesName(config.ignore, repository)) return undefined;
    const {
      CRITICAL: critical = 0,
      HIGH: high = 0,
      MEDIUM: medium = 0,
      LOW: low = 0,
    } = found as Partial<Record<"CRITICAL" | "HIGH" | "MEDIUM" | "LOW", number>>;
    const image = `${repository}${tags[0] ? `:${tags[0]}` : digest ? `@${digest.slice(0, 19)}` : ""}`;
    const unread = status !== undefined && status !== "COMPLETE";
    const clean = !unread && critical + high === 0;
    const counts = [critical ? `${critical} critical` : "", high ? `${high} high` : ""]
      .filter(Boolean)
      .join(" and ");
    return message({
      title: unread
        ? `The scan of ${image} has failed`
        : clean
          ? `The scan of ${image} found nothing critical or high`
          : `The image ${image} has ${counts} ${critical + high === 1 ? "vulnerability" : "vulnerabilities"}`,
      severity: unread ? "warning" : critical ? "critical" : clean ? "info" : "warning",
      affected: [image],
      facts: { critical, high, medium, low, digest, tags: tags.join(", ") },
      link: digest
        ? consolePage(
            region,
          )`ecr/repositories/private/${account}/${repository}/_/image/${digest}/scan-results?region=${region}`
        : consolePage(region)`ecr/repositories/private/${account}/${repository}?region=${region}`,
      // By its first tag: a mended image is another digest under the same tag.
      key: `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/${repository}${tags[0] ? `:${tags[0]}` : `@${digest ?? ""}`}`,
      closes: clean,
      quiet: clean,
    });
  },
});
