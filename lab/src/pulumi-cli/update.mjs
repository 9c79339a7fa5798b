// `update.mjs STACK`, in a checkout: the update of `npm run deploy` without its checks and its preview. It prints how the
// update failed, as JSON.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const workspace = process.cwd();
const { findPulumi, update } = await import(
  pathToFileURL(path.join(workspace, 'tools/deploy/pulumi.ts')).href
);
try {
  await update({ workspace, stack: process.argv[2], pulumi: await findPulumi(workspace) });
} catch (error) {
  if (error.name !== 'DeployError') throw error;
  console.log(`\n${JSON.stringify({ code: error.code, message: error.message })}`);
}
