import { keyedLoader } from '../../loaders.js';
import { findImages } from './image.repository.js';

export const imageLoader = keyedLoader(findImages, null);
