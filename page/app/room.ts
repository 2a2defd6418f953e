/** Whether there is room for something beside the text: otherwise what stands above it is folded, and the text is near. */
export const hasRoomBeside: boolean = matchMedia('(min-width: 64rem)').matches;
