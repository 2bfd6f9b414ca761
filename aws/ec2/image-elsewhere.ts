/** Images of other regions, looked at there. */
import { readElsewhere } from "../../sdk/elsewhere.ts";
import { describeImages } from "./image.ts";

export const describeImagesElsewhere = readElsewhere(describeImages);
