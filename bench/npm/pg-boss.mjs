// pg-boss: https://timgit.github.io/pg-boss. Its workers poll, at most twice a second. A cancel changes the job's row;
// the handler that runs the job is not told.

import {answer, load, run, untilFinished} from './driver.mjs';

const PgBoss = load('pg-boss');
const boss = new PgBoss({
  host: '127.0.0.1',
  port: Number(process.env.PEER_PORT),
  user: 'bench',
  database: 'pgboss',
  max: Number(process.env.PEER_CONNECTIONS),
});
boss.on('error', e => console.error(e));
await boss.start();
for (const name of ['submits', 'drain', 'jobs']) {
  await boss.createQueue(name);
}
await answer({
  submit: (name, command) => boss.send(name, {command}),
  submitMany: (name, commands) => boss.insert(commands.map(command => ({name, data: {command}}))),
  clear: name => boss.purgeQueue(name),
  serve: async name => {
    await boss.work(name, {batchSize: 1, pollingIntervalSeconds: 0.5}, ([job]) => run(job.data.command));
  },
  // The documented loop for users who do not want to wait for the next poll: it fetches and completes one job at a
  // time.
  drain: (name, width, count) =>
    untilFinished(count, async finished => {
      const loop = async () => {
        for (let [job] = await boss.fetch(name); job; [job] = await boss.fetch(name)) {
          await run(job.data.command);
          await boss.complete(name, job.id);
          finished();
        }
      };
      await Promise.all(Array.from({length: width}, loop));
    }),
  cancel: (name, id) => boss.cancel(name, id),
});
