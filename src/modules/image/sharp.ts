import sharp from 'sharp';

// One picture may take half a gigabyte for a moment. Nothing is decoded twice: a cache would only keep memory,
// and one thread for each picture keeps its peak low: whoever draws or decodes bounds how many there are.
sharp.cache(false);
sharp.concurrency(1);

/** The library as the gateway uses it. It is loaded with the first picture (`await import`), and not before. */
export default sharp;
