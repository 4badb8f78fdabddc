// BullMQ: https://docs.bullmq.io. A job that is active can be cancelled in the worker that runs it; the processor is
// told by an AbortSignal, which ends the child that it started.

import {answer, load, run, untilFinished} from './driver.mjs';

const {Queue, Worker} = load('bullmq');
const connection = {host: '127.0.0.1', port: Number(process.env.PEER_PORT), maxRetriesPerRequest: null};
const queues = new Map();
const workers = new Map();

async function queue(name) {
  if (!queues.has(name)) {
    const made = new Queue(name, {connection});
    await made.waitUntilReady();
    queues.set(name, made);
  }
  return queues.get(name);
}

function worker(name, options) {
  return new Worker(name, (job, token, signal) => run(job.data.command, {signal}), {connection, ...options});
}

await queue('jobs');
await answer({
  submit: async (name, command) => (await (await queue(name)).add('run', {command})).id,
  submitMany: async (name, commands) => {
    await (await queue(name)).addBulk(commands.map(command => ({name: 'run', data: {command}})));
  },
  clear: async name => (await queue(name)).obliterate({force: true}),
  serve: async name => {
    workers.set(name, worker(name, {concurrency: 1}));
    await workers.get(name).waitUntilReady();
  },
  drain: async (name, width, count) => {
    const draining = worker(name, {concurrency: width, autorun: false});
    await draining.waitUntilReady();
    const rate = await untilFinished(count, finished => {
      draining.on('completed', finished);
      draining.run();
    });
    await draining.close();
    return rate;
  },
  cancel: (name, id) => workers.get(name).cancelJob(id),
});
