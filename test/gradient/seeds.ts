/** The data seeds over which an outcome must not change. */
export const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
