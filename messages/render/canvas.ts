/** Where a chart is drawn as a picture: dots in five colours, and words. */
import { glyph, glyphHeight, glyphWidth } from "./glyphs.ts";
import { png } from "./png.ts";

/** Dots of a letter are so many pixels wide. */
const dot = 3;
/** Of a line of words, in pixels. */
export const lettersHigh = glyphHeight * dot;

/** White, grey for the grid, dark grey for words, light blue below the line, blue for the line. */
const colours = [
  [255, 255, 255],
  [222, 222, 226],
  [70, 70, 80],
  [204, 222, 247],
  [32, 96, 190],
] as const;
export const palette = { white: 0, grid: 1, ink: 2, area: 3, line: 4 } as const;
type Colour = (typeof palette)[keyof typeof palette];

export interface Canvas {
  /** A dot outside is not drawn. */
  set(x: number, y: number, colour: Colour): void;
  has(x: number, y: number, colour: Colour): boolean;
  /** @param x, y of its upper left corner */
  write(text: string, x: number, y: number): void;
  /** As PNG. */
  bytes(): Uint8Array;
}

/** How wide words are, in pixels. */
export const wide = (text: string): number => text.length * glyphWidth * dot;

export function canvas(width: number, height: number): Canvas {
  const pixels = new Uint8Array(width * height).fill(palette.white);
  const set: Canvas["set"] = (x, y, colour) => {
    if (x >= 0 && x < width && y >= 0 && y < height) pixels[y * width + x] = colour;
  };
  const square = (left: number, top: number): void => {
    for (let x = left; x < left + dot; x += 1)
      for (let y = top; y < top + dot; y += 1) set(x, y, palette.ink);
  };
  const letter = (character: string, left: number, top: number): void => {
    for (const [column, bits] of glyph(character).entries())
      for (let row = 0; row < glyphHeight; row += 1)
        if ((bits >> row) & 1) square(left + column * dot, top + row * dot);
  };
  return {
    set,
    has: (x, y, colour) => pixels[y * width + x] === colour,
    write(text, x, y) {
      for (const [index, character] of [...text].entries())
        letter(character, x + index * glyphWidth * dot, y);
    },
    bytes: () => png({ width, height, pixels, colours }),
  };
}
