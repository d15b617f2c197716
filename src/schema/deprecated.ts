import { Field } from 'type-graphql';

/** When what is deprecated in the schema goes: a release of the gateway after this day lacks it. */
const REMOVED_AFTER = '2027-06-01';

/** The reason of something that another has taken the place of. */
export const replacedBy = (better: string): string => `Use \`${better}\`. Removed after ${REMOVED_AFTER}.`;

type FieldType = Parameters<typeof Field>[0];

/**
 * A field whose property is shown under a better name, and under the old one until that is removed: one value, which costs
 * nothing more to read.
 */
export const Renamed =
  (
    type: FieldType,
    names: { name: string; was: string },
    options: { description: string; nullable?: boolean },
  ): PropertyDecorator =>
  (target, key) => {
    const { name, was } = names;
    Field(type, { ...options, name })(target, key);
    Field(type, { ...options, name: was, deprecationReason: replacedBy(name) })(target, key);
  };
