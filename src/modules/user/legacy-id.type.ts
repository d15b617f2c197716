import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { LEGACY_SYSTEMS, type LegacySystem } from '../../door.js';

/** The systems as GraphQL writes them, by their names here. */
const LegacySystemName = Object.fromEntries(LEGACY_SYSTEMS.map((system) => [system.toUpperCase(), system]));
registerEnumType(LegacySystemName, {
  name: 'LegacySystem',
  description: 'A system before this one, each with a door of its own.',
  valuesConfig: {
    ANLIFE: { description: '安居生活.' },
    ACCOUNT: { description: 'The account module.' },
    PLUS: { description: 'ThinkSNS+.' },
    MEMBER: { description: 'The member centre.' },
    OPEN: { description: 'The signed open API.' },
  },
});

@ObjectType('LegacyId', { description: 'The id by which an account is known in a system before this one.' })
export class LegacyIdView {
  @Field(() => LegacySystemName, { description: 'The system.' })
  system!: LegacySystem;

  @Field(() => ID, { description: 'The id there, as that system writes it.' })
  id!: string;
}

@InputType({ description: 'The id by which an account is known in a system before this one.' })
export class LegacyIdInput {
  @Field(() => LegacySystemName, { description: 'The system.' })
  system!: LegacySystem;

  @Field(() => ID, { description: 'The id there, as that system writes it.' })
  id!: string;
}
