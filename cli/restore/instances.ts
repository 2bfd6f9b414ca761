/** Instances: as a whole of an image, or their volumes alone. */
import type { Image } from "@aws-sdk/client-ec2";
import { NotPossible } from "../../sdk/errors.ts";
import { imagesOf, snapshotsIn } from "./images.ts";
import { instancePlan } from "./instance-plan.ts";
import type { RestorePlace } from "./place.ts";
import { assertUsable, type Restorable } from "./point.ts";
import { volumesOf } from "./volumes.ts";

/** What lies in an image comes back with it: its snapshots are no points of their own. */
const snapshotsOfAll = (images: readonly Image[]): ReadonlySet<string> =>
  new Set(images.flatMap(snapshotsIn));

/**
 * @param target its id
 * @param zone of volumes, where the original is gone
 */
export async function instanceOf(
  place: RestorePlace,
  target: string,
  zone: string | undefined,
): Promise<Restorable> {
  const [images, volumes] = await Promise.all([
    imagesOf(place, target),
    volumesOf(place, target, zone),
  ]);
  const inImages = snapshotsOfAll(images.map(({ image }) => image));
  return {
    points: [...images, ...volumes.points.filter(({ id }) => !inImages.has(id))],
    async plan(wish) {
      const chosen = images.find(({ id }) => id === wish.point.id);
      if (!chosen) return volumes.plan(wish);
      assertUsable(chosen);
      if (zone !== undefined)
        throw new NotPossible(
          `${chosen.id} makes an instance, whose zone is its subnet's: give --subnet in place of --zone`,
        );
      return instancePlan(place, { target, image: chosen.image, wish });
    },
  };
}
