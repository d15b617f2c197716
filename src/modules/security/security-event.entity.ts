import { BigIntType } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { createdAt } from '../../infra/database/columns.js';
import { userKey } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

export enum SecurityEventKind {
  REGISTERED = 'REGISTERED',
  IMPORTED = 'IMPORTED',
  LOGGED_IN = 'LOGGED_IN',
  SESSION_ADOPTED = 'SESSION_ADOPTED',
  LOGIN_REFUSED = 'LOGIN_REFUSED',
  MD5_UNVERIFIABLE = 'MD5_UNVERIFIABLE',
  LOGGED_OUT = 'LOGGED_OUT',
  PASSWORD_CHANGED = 'PASSWORD_CHANGED',
  PASSWORD_RETRIEVED = 'PASSWORD_RETRIEVED',
  PHONE_BOUND = 'PHONE_BOUND',
  PHONE_UNBOUND = 'PHONE_UNBOUND',
  EMAIL_BOUND = 'EMAIL_BOUND',
  EMAIL_UNBOUND = 'EMAIL_UNBOUND',
  EMAIL_CHANGED = 'EMAIL_CHANGED',
  PROVIDER_LINKED = 'PROVIDER_LINKED',
  PROVIDER_UNLINKED = 'PROVIDER_UNLINKED',
  SESSION_REVOKED = 'SESSION_REVOKED',
  VERIFICATION_SUBMITTED = 'VERIFICATION_SUBMITTED',
  VERIFICATION_PASSED = 'VERIFICATION_PASSED',
  VERIFICATION_REFUSED = 'VERIFICATION_REFUSED',
  VERIFICATION_WITHDRAWN = 'VERIFICATION_WITHDRAWN',
  DISABLED = 'DISABLED',
  ENABLED = 'ENABLED',
  DELETED = 'DELETED',
}
registerEnumType(SecurityEventKind, {
  name: 'SecurityEventKind',
  description: 'A kind of event in the life of an account.',
  valuesConfig: {
    REGISTERED: { description: 'The account was created.' },
    IMPORTED: {
      description:
        'The account, or its password, came from the system that the user had an account in before.',
    },
    LOGGED_IN: { description: 'A session was opened.' },
    SESSION_ADOPTED: { description: 'A token of the old system was used, and became a session.' },
    LOGIN_REFUSED: { description: 'A log-in to this account failed.' },
    MD5_UNVERIFIABLE: {
      description:
        'The MD5 of a password was refused because the password, which comes from another system, can only be checked as it is typed. Logging in once where that is sent, or retrieving the password, ends it.',
    },
    LOGGED_OUT: { description: 'A session was closed by its user.' },
    PASSWORD_CHANGED: { description: 'The password was set or changed with the old one.' },
    PASSWORD_RETRIEVED: { description: 'The password was replaced with the help of a code.' },
    PHONE_BOUND: { description: 'A phone number was bound.' },
    PHONE_UNBOUND: { description: 'The phone number was removed.' },
    EMAIL_BOUND: { description: 'An e-mail address was bound.' },
    EMAIL_UNBOUND: { description: 'The e-mail address was removed.' },
    EMAIL_CHANGED: { description: 'An e-mail address was set that is not verified yet.' },
    PROVIDER_LINKED: { description: 'A person at a third party was linked, and can log in since.' },
    PROVIDER_UNLINKED: { description: 'A third party was unlinked.' },
    SESSION_REVOKED: { description: 'Sessions were ended from another one.' },
    VERIFICATION_SUBMITTED: {
      description: 'A real-name verification was submitted, or again after a refusal.',
    },
    VERIFICATION_PASSED: { description: 'A reviewer passed the real-name verification.' },
    VERIFICATION_REFUSED: { description: 'A reviewer refused the real-name verification.' },
    VERIFICATION_WITHDRAWN: { description: 'The owner withdrew the real-name verification.' },
    DISABLED: { description: 'An administrator disabled the account.' },
    ENABLED: { description: 'An administrator enabled the account.' },
    DELETED: { description: 'The owner cancelled the account.' },
  },
});

@ObjectType({ description: 'Something that happened to an account and concerns its security.' })
@Entity({ tableName: 'security_events' })
@Index({ name: 'security_events_user_index', properties: ['userId', 'id'] })
@Index({ name: 'security_events_created_index', properties: ['createdAt'] })
export class SecurityEvent {
  @Field(() => ID, { description: 'The id of the event; later ones are higher.' })
  @PrimaryKey({ type: new BigIntType('number'), autoincrement: true })
  id!: number;

  @ManyToOne(() => User, userKey)
  userId!: number;

  @Field(() => SecurityEventKind, { description: 'The kind of event.' })
  @Property({ type: 'string', length: 32 })
  kind!: SecurityEventKind;

  @Field(() => String, {
    description: 'The door it came through: graphql, anlife, account, plus, member, open or cli.',
  })
  @Property({ type: 'string', length: 16 })
  door!: string;

  @Property({ type: 'string', length: 45 })
  ip!: string;

  @Field(() => Date, { description: 'When it happened.' })
  @Property({ ...createdAt })
  createdAt!: Date;
}
