import { Entity, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { keyOnly } from '../../infra/database/columns.js';
import { Image } from '../user/image.entity.js';

/** A picture that any user may take as an avatar (anlife 接口15). */
@Entity({ tableName: 'default_photos' })
export class DefaultPhoto {
  @OneToOne(() => Image, {
    ...keyOnly,
    primary: true,
    owner: true,
    fieldName: 'image_id',
    deleteRule: 'cascade',
  })
  imageId!: string;

  /** Order in the list, lowest first. */
  @Property({ type: 'integer', default: 0 })
  position = 0;
}
