// graphile-worker: https://worker.graphile.org. Its workers are told by NOTIFY. A job that runs cannot be cancelled.

import {answer, load, run as runCommand, untilFinished} from './driver.mjs';

const {Logger, makeWorkerUtils, run} = load('graphile-worker');
const {Pool} = load('pg');
const quiet = new Logger(() => () => {});
const pgPool = new Pool({
  host: '127.0.0.1',
  port: Number(process.env.PEER_PORT),
  user: 'bench',
  database: 'graphile',
  max: Number(process.env.PEER_CONNECTIONS),
});
pgPool.on('error', e => console.error(e));
pgPool.on('connect', client => client.on('error', e => console.error(e)));
const utils = await makeWorkerUtils({pgPool, logger: quiet});
await utils.migrate();

function work(name, concurrency, finished) {
  const taskList = {
    [name]: async payload => {
      await runCommand(payload.command);
    },
  };
  return run({pgPool, concurrency, taskList, noHandleSignals: true, logger: quiet}).then(runner => {
    runner.events.on('job:complete', finished);
    return runner;
  });
}

await answer({
  submit: async (name, command) => (await utils.addJob(name, {command})).id,
  submitMany: async (name, commands) => {
    await utils.addJobs(commands.map(command => ({identifier: name, payload: {command}})));
  },
  clear: async name => {
    await pgPool.query(
      'delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t' +
        ' where t.id = j.task_id and t.identifier = $1',
      [name],
    );
  },
  serve: async name => {
    await work(name, 1, () => {});
  },
  drain: async (name, width, count) => {
    let runner;
    const rate = await untilFinished(count, async finished => {
      runner = await work(name, width, finished);
    });
    await runner.stop();
    return rate;
  },
});
