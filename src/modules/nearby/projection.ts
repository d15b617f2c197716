/** A place on the earth, in degrees. */
export interface Coordinates {
  longitude: number;
  latitude: number;
}

/** A place on the map, in degrees at the equator. */
export interface MapPoint {
  x: number;
  y: number;
}

/** Metres of a degree at the equator of a globe. */
const DEGREE_METRES = 111_195;
/** The map has no poles, and nobody lives beyond. */
const LATITUDE_MAX = 85;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const clamped = (latitude: number): number => Math.max(-LATITUDE_MAX, Math.min(latitude, LATITUDE_MAX));

/**
 * Mercator's map: what is nearer on it is nearer on the earth, so that an index of points in a plane has the order. Over
 * 50 km its distances are off by a hundredth at most.
 */
export const project = ({ longitude, latitude }: Coordinates): MapPoint => ({
  x: longitude,
  y: (Math.log(Math.tan(Math.PI / 4 + radians(clamped(latitude)) / 2)) * 180) / Math.PI,
});

/** The metres that a degree of the map is at a latitude. */
export const metresOfDegree = (latitude: number): number =>
  DEGREE_METRES * Math.cos(radians(clamped(latitude)));
