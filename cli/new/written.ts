/** A file that is made from what lies in folders, and checked in. */
export interface Generated {
  /** From the repository's folder. */
  readonly file: string;
  readonly text: string;
}

/** `slack-webhook` as the code names it: `slackWebhook`. */
export const identifierOf = (folder: string): string =>
  folder.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** As Biome writes a key. */
export const quotedKey = (name: string): string =>
  /^[a-z]\w*$/i.test(name) ? name : JSON.stringify(name);

/** A line that imports. */
export const importOf = (what: string, file: string): string =>
  `import ${what} from ${JSON.stringify(file)};\n`;

/** A function that imports when it is called. */
export const lazilyFrom = (file: string): string => `() => import(${JSON.stringify(file)})`;
