import { registerEnumType } from 'type-graphql';
import { ImageSize } from './image.size.js';

registerEnumType(ImageSize, {
  name: 'ImageSize',
  description: 'How large a copy of a picture is wanted.',
  valuesConfig: {
    SMALL: { description: 'At most 200 pixels wide and high.' },
    LARGE: { description: 'At most 800 pixels wide and high.' },
  },
});

export { ImageSize };
