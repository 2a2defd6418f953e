/** The name of the heading above the drawing pad, for links to it. */
export const PAD_ANCHOR = 'draw-a-digit';
