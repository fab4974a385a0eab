// Writes config/integrator.schema.json from the configuration's schema. Run after a build; a test fails when it is stale.
import { writeFileSync } from 'node:fs';

const { configJsonSchema } = await import(new URL('../dist/config/schema.js', import.meta.url).href);
const file = new URL('../config/integrator.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
