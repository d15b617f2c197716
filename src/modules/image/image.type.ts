import { registerEnumType } from 'type-graphql';
import { ImageSize } from './image.size.js';

registerEnumType(ImageSize, {
  name: 'ImageSize',
  description: 'The size of a copy of a picture.',
  valuesConfig: {
    SMALL: { description: 'At most 200 pixels wide and high.' },
    LARGE: { description: 'At most 800 pixels wide and high.' },
  },
});

export { ImageSize };
