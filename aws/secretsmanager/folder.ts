/** Where secrets of ours lie, by their names: by itself, for whoever needs no call of theirs. */
export const secretFolder = "nightshift/certificates/";
