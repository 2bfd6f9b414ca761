/**
 * What belongs together in a repository: an index with the images of its platforms, and what is
 * attached to an image (a signature, a list of what is in it).
 */
import type { Image, ImageDetail } from "@aws-sdk/client-ecr";
import * as z from "zod/mini";

const indexTypes: ReadonlySet<string | undefined> = new Set([
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
]);

export const isIndex = ({ imageManifestMediaType }: ImageDetail): boolean =>
  indexTypes.has(imageManifestMediaType);

const Manifest = z.object({ manifests: z.array(z.object({ digest: z.string() })) });

/**
 * @returns the digests of what an index names
 * @throws where it cannot be read: what it names is not known then
 */
export function indexParts({ imageId, imageManifest = "" }: Image): readonly string[] {
  try {
    return Manifest.parse(JSON.parse(imageManifest)).manifests.map(({ digest }) => digest);
  } catch (cause) {
    throw new Error(
      `the index ${imageId?.imageDigest} has a manifest that cannot be read: nothing of its repository is judged`,
      { cause },
    );
  }
}

export interface ImageGroup {
  /** What nothing else in its repository names. */
  readonly root: ImageDetail;
  /** What it names, and what is attached to any of these, in the order of their depth. */
  readonly members: readonly ImageDetail[];
}

/** By digest. */
type Links = ReadonlyMap<string, readonly string[]>;

/** Where a registry keeps no subject, cosign and the like name what something is attached to by its tag. */
const attachingTag = /^sha256-([0-9a-f]{64})(?:\.[a-z]{1,16})?$/;

const subjectsByTag = ({ imageTags = [] }: ImageDetail): readonly string[] =>
  imageTags.flatMap((tag) => {
    const [, hash] = attachingTag.exec(tag) ?? [];
    return hash === undefined ? [] : [`sha256:${hash}`];
  });

/** Whether it has a tag of its own: one that says more than what it is attached to. */
export const hasOwnTag = (image: ImageDetail): boolean =>
  (image.imageTags ?? []).length > subjectsByTag(image).length;

function attachmentsIn(images: readonly ImageDetail[]) {
  const all = images.flatMap((image) => {
    const { subjectManifestDigest: named } = image;
    const subjects = new Set([...(named ? [named] : []), ...subjectsByTag(image)]);
    return [...subjects].map((subject) => ({ subject, image }));
  });
  const bySubject = Map.groupBy(all, ({ subject }) => subject);
  return (digest: string): readonly string[] =>
    (bySubject.get(digest) ?? []).map(({ image }) => image.imageDigest ?? "");
}

function linksIn(images: readonly ImageDetail[], indexes: Links): Links {
  const attachedTo = attachmentsIn(images);
  return new Map(
    images.map(({ imageDigest = "" }) => [
      imageDigest,
      [...(indexes.get(imageDigest) ?? []), ...attachedTo(imageDigest)],
    ]),
  );
}

/**
 * @param indexes by its digest, what each index names
 * @returns each image once as a root, or in the groups of all roots that lead to it
 */
export function groupsIn(images: readonly ImageDetail[], indexes: Links): readonly ImageGroup[] {
  const there = new Map(images.map((image) => [image.imageDigest ?? "", image]));
  const links = linksIn(images, indexes);
  const named = new Set([...links.values()].flat());
  const membersOf = (root: string): ImageDetail[] => {
    const seen = new Set([root]);
    for (const digest of seen) for (const next of links.get(digest) ?? []) seen.add(next);
    seen.delete(root);
    return [...seen].flatMap((digest) => there.get(digest) ?? []);
  };
  return images
    .filter(({ imageDigest = "" }) => !named.has(imageDigest))
    .map((root) => ({ root, members: membersOf(root.imageDigest ?? "") }));
}
