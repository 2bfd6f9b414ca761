/** In place of `own-shapes.ts`, in functions that no event of such a shape can start. */
import type { OwnShapes } from "./own-shapes.ts";

export const noShapes: OwnShapes = {
  ofFields: () => undefined,
  ofLetter: () => undefined,
  ofRecord: () => undefined,
};
