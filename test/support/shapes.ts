/** The JSON types that a client reads, and what in an answer does not have them. */

/** What does not fit, each with its place; none where everything does. */
export type Shape = (value: unknown, place: string) => string[];

const named = (name: string, holds: (value: unknown) => boolean): Shape => {
  return (value, place) => (holds(value) ? [] : [`${place}: ${JSON.stringify(value)} is no ${name}`]);
};

export const int = named('whole number', Number.isSafeInteger);
export const text = named('text', (value) => typeof value === 'string');
export const filled = named('text with anything in it', (value) => typeof value === 'string' && value !== '');
export const flag = named('boolean', (value) => typeof value === 'boolean');
export const none = named('null', (value) => value === null);
/** An answer without a body. */
export const nothing = named('empty body', (value) => value === undefined);
export const exactly = (wanted: string | number | boolean): Shape =>
  named(JSON.stringify(wanted), (value) => value === wanted);

export const maybe =
  (shape: Shape): Shape =>
  (value, place) =>
    value === null ? [] : shape(value, place);

/** An array, of any length. */
export const list =
  (shape: Shape): Shape =>
  (value, place) =>
    Array.isArray(value)
      ? value.flatMap((one, index) => shape(one, `${place}[${index}]`))
      : [`${place}: ${JSON.stringify(value)} is no array`];

/** An array that has something in it, so that what is read of it is looked at. */
export const some =
  (shape: Shape): Shape =>
  (value, place) =>
    Array.isArray(value) && value.length === 0 ? [`${place}: is empty`] : list(shape)(value, place);

/** An object with at least these fields: clients ignore others, and read a missing one as null. */
export const object =
  (fields: Readonly<Record<string, Shape>>): Shape =>
  (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return [`${place}: ${JSON.stringify(value)} is no object`];
    }
    return Object.entries(fields).flatMap(([name, shape]) =>
      Object.hasOwn(value, name)
        ? shape((value as Record<string, unknown>)[name], `${place}.${name}`)
        : [`${place}.${name}: is missing`],
    );
  };

/** A value that has all of these shapes. */
export const both =
  (...shapes: readonly Shape[]): Shape =>
  (value, place) =>
    shapes.flatMap((shape) => shape(value, place));
