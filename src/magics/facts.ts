/** Of what the value half tells the text half: the store that runs go to. */
export const trackingUriFact = "trackingUri";
