/** A process of its own for the durability test: `node embedded-aws-process.ts DATA_DIR`. */
import { startEmbeddedAws } from '../index.ts';

const [, , dataDir = ''] = process.argv;
const { endpoint } = await startEmbeddedAws({ port: 0, dataDir });
console.log(endpoint);
