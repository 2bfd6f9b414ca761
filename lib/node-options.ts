/**
 * How functions run Node.js. What is new in the heap has up to 48 MB: by itself V8 lets it grow to
 * 96 and more before it is cleared, of a plan of 20,000 as much as all that is kept of it.
 */
export const nodeOptions = "--max-semi-space-size=16";
