import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { AtMost } from '../../schema/list-bounds.js';
import { CHILDREN_MAX, type Division, type DivisionLevel } from './division.tree.js';

enum DivisionLevelEnum {
  PROVINCE = 'PROVINCE',
  CITY = 'CITY',
  COUNTY = 'COUNTY',
}
registerEnumType(DivisionLevelEnum, {
  name: 'DivisionLevel',
  description: 'The level of an administrative division.',
  valuesConfig: {
    PROVINCE: { description: 'A province, an autonomous region, or a special administrative region.' },
    CITY: {
      description: 'A prefecture-level city or its like, a municipality, or a city under no prefecture.',
    },
    COUNTY: { description: 'A district, a county, or a county-level city.' },
  },
});

@ObjectType('Division', {
  description: 'An administrative division by GB/T 2260. A municipality (北京市) is one, as its city.',
})
export class DivisionView implements Division {
  @Field(() => ID, { description: 'Its code, such as 510100 for 成都市.' })
  id!: number;

  @Field(() => String, { description: 'Its full name, such as 成都市.' })
  name!: string;

  @Field(() => DivisionLevelEnum, { description: 'Its level.' })
  level!: DivisionLevel;

  @Field(() => DivisionView, {
    nullable: true,
    description: 'The division it lies in; null for a province and a municipality.',
  })
  parent!: DivisionView | null;

  @AtMost(CHILDREN_MAX)
  @Field(() => [DivisionView], { description: 'The divisions directly in it, by code; a county has none.' })
  children!: DivisionView[];
}
