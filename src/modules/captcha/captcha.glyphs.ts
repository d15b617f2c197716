/** A capital or a digit as a pen draws it: an SVG path in a box as wide as it says and {@link GLYPH_HEIGHT} high. */
export interface Glyph {
  path: string;
  width: number;
}

export const GLYPH_HEIGHT = 14;

const glyph = (path: string, width = 10): Glyph => ({ path, width });

/** Strokes and no outlines: a thick pen makes them plain to people, whatever fonts the system has. */
const GLYPHS: Readonly<Record<string, Glyph>> = {
  0: glyph('M5 0C2 0 1 3 1 7S2 14 5 14S9 11 9 7S8 0 5 0Z'),
  1: glyph('M2 3L6 0V14M2 14H10'),
  2: glyph('M0 4C0 1 2 0 5 0S10 1 10 4C10 7 6 9 0 14H10'),
  3: glyph('M0 2C1 .5 3 0 5 0C8 0 9.5 1.5 9.5 3.5S8 6.7 4 6.7C8 6.7 10 8 10 10.3S8 14 5 14C3 14 1 13.5 0 12'),
  4: glyph('M7 14V0L0 10H10'),
  5: glyph('M9 0H2L1 6C3 5 10 4 10 9.5S3 15 0 12'),
  6: glyph('M9 1C3 -1 0 3 0 9C0 12 2 14 5 14S10 12 10 9.5S8 6 5 6S.5 7.5 0 9'),
  7: glyph('M0 0H10L4 14'),
  8: glyph(
    'M5 6.5C2 6.5 1 5 1 3.5S2 0 5 0S9 2 9 3.5S8 6.5 5 6.5C1.5 6.5 0 8 0 10.2S2 14 5 14S10 12.4 10 10.2S8.5 6.5 5 6.5Z',
  ),
  9: glyph('M1 13C7 15 10 11 10 5C10 2 8 0 5 0S0 2 0 4.5S2 8 5 8S9.5 6.5 10 5'),
  A: glyph('M0 14L5 0L10 14M2 9.5H8'),
  B: glyph('M0 0V14H5C8.5 14 10 12.5 10 10.3S8.5 6.7 5 6.7H0H5C8 6.7 9 5 9 3.4S8 0 5 0H0'),
  C: glyph('M10 3C9 1 7.5 0 5.5 0C2 0 0 3 0 7S2 14 5.5 14C7.5 14 9 13 10 11'),
  D: glyph('M0 0V14H4C8 14 10 11 10 7S8 0 4 0H0Z'),
  E: glyph('M9 0H0V14H9M0 7H7.5', 9),
  F: glyph('M9 0H0V14M0 7H7.5', 9),
  G: glyph('M9.5 2.5C8.5 1 7.3 0 5.3 0C2 0 0 3 0 7S2 14 5.3 14C8 14 10 12 10 8H6'),
  H: glyph('M0 0V14M10 0V14M0 7H10'),
  I: glyph('M2 0H8M5 0V14M2 14H8'),
  J: glyph('M9 0V9.5C9 12.5 7.5 14 5 14S1 12.5 1 10'),
  K: glyph('M0 0V14M9.5 0L0 8M3.5 5.5L10 14'),
  L: glyph('M0 0V14H8.5', 9),
  M: glyph('M0 14V0L6 8L12 0V14', 12),
  N: glyph('M0 14V0L10 14V0'),
  O: glyph('M5 0C1 0 0 3 0 7S1 14 5 14S10 11 10 7S9 0 5 0Z'),
  P: glyph('M0 14V0H5C8.5 0 10 1.7 10 4S8.5 8 5 8H0'),
  Q: glyph('M5 0C1 0 0 3 0 7S1 14 5 14S10 11 10 7S9 0 5 0ZM6 10L10.5 14.5'),
  R: glyph('M0 14V0H5C8.5 0 10 1.7 10 4S8.5 8 5 8H0M5 8L10 14'),
  S: glyph(
    'M9.5 2.5C8.5 .7 7 0 5 0C2 0 .5 1.5 .5 3.5C.5 8 10 5.5 10 10.3C10 12.7 8 14 5 14C3 14 1 13 0 11.3',
  ),
  T: glyph('M0 0H10M5 0V14'),
  U: glyph('M0 0V9C0 12.5 2 14 5 14S10 12.5 10 9V0'),
  V: glyph('M0 0L5 14L10 0'),
  W: glyph('M0 0L3 14L6.5 3L10 14L13 0', 13),
  X: glyph('M0 0L10 14M10 0L0 14'),
  Y: glyph('M0 0L5 7L10 0M5 7V14'),
  Z: glyph('M0 0H10L0 14H10'),
};

/** Letters are drawn as capitals. Throws for anything but an ASCII letter or digit. */
export function glyphOf(character: string): Glyph {
  const found = GLYPHS[character.toUpperCase()];
  if (!found) throw new Error('a captcha has ASCII letters and digits only');
  return found;
}
