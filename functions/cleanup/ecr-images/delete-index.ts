/** The end of an index, and of the images that only it names. */
import { batchDeleteImage, imageIsGone, mostImages } from "../../../aws/ecr/image.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { composedWrite } from "../../../sdk/composed.ts";

export interface ImageIndex {
  readonly repositoryName: string;
  readonly index: string;
  /** Digests of what only it names. */
  readonly parts: readonly string[];
}

/** First the index: ECR keeps what one names. */
export const deleteImageIndex = composedWrite("registry:DeleteImageIndex", {
  parts: [batchDeleteImage],
  async does({ repositoryName, index, parts }: ImageIndex, use) {
    await use(batchDeleteImage({ repositoryName, imageIds: [{ imageDigest: index }] }));
    for (const some of chunks(parts, mostImages)) {
      const imageIds = some.map((imageDigest) => ({ imageDigest }));
      await use(batchDeleteImage({ repositoryName, imageIds }));
    }
    return {};
  },
  irreversible: imageIsGone,
});
