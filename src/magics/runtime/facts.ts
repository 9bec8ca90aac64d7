// What the value half tells the text half.

/** The store that runs go to. */
export const trackingUriFact = "trackingUri";
/** Names of environment variables that the notebook has set, with blanks between them. */
export const environmentFact = "environment";
