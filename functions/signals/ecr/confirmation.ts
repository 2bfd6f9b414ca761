/**
 * A tag is clean when the last scan of the image that it names now found nothing critical or high.
 * An image that is gone has no vulnerabilities.
 */
import { describeImageScanFindings } from "../../../aws/ecr/scan.ts";
import { confirmation } from "../../../sdk/signal.ts";

interface ScanEvent {
  readonly "repository-name": string;
  readonly "image-digest"?: string | undefined;
  readonly "image-tags": readonly string[];
}

/** Of an image with a tag the tag decides: a newer image may have taken it. */
function imageOf({ "image-tags": tags, "image-digest": digest }: ScanEvent, key = "") {
  const imageTag = tags.find((tag) => key.endsWith(`:${tag}`));
  return imageTag === undefined ? { imageDigest: digest } : { imageTag };
}

export default confirmation({
  reads: [describeImageScanFindings],
  async over(scan: ScanEvent, { read, key }) {
    const imageId = imageOf(scan, key);
    if (!Object.values(imageId)[0]) throw new Error("the event names no image");
    const answer = await read(
      describeImageScanFindings({ repositoryName: scan["repository-name"], imageId }),
    );
    if (!answer) return true;
    const { imageScanStatus, imageScanFindings } = answer;
    const { CRITICAL = 0, HIGH = 0 } = imageScanFindings?.findingSeverityCounts ?? {};
    const scanned = ["COMPLETE", "ACTIVE"].includes(imageScanStatus?.status ?? "");
    return scanned && CRITICAL + HIGH === 0;
  },
});
