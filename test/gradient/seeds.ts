/** The data seeds over which an outcome must not change: three, or as many as CHAINRULE_SEEDS says. */
export const SEEDS = Array.from(
  { length: Number(process.env['CHAINRULE_SEEDS'] ?? 3) },
  (_, i) => i + 1,
);
