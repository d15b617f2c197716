import { BigIntType } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { createdAt, keyOnly } from '../../infra/database/columns.js';
import { userKey } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

/** Longest stored values, in characters. */
export const REPORT_LIMITS = { reason: 255 } as const;

@ObjectType({ description: 'A complaint of one user about another, for administrators to read.' })
@Entity({ tableName: 'reports' })
@Index({ name: 'reports_user_index', properties: ['userId', 'id'] })
@Index({ name: 'reports_reporter_index', properties: ['reporterId', 'createdAt'] })
export class Report {
  @Field(() => ID, { description: 'The id of the report; later ones are higher.' })
  @PrimaryKey({ type: new BigIntType('number'), autoincrement: true })
  id!: number;

  @ManyToOne(() => User, { ...keyOnly, fieldName: 'reporter_id', deleteRule: 'cascade' })
  reporterId!: number;

  /** The account that is complained about. */
  @ManyToOne(() => User, userKey)
  userId!: number;

  @Field(() => String, { description: 'The reason, in the words of the reporter; at most 255 characters.' })
  @Property({ type: 'string', length: REPORT_LIMITS.reason })
  reason!: string;

  @Field(() => Date, { description: 'When it was made.' })
  @Property({ ...createdAt })
  createdAt!: Date;
}
