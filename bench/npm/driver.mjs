// What the npm peers share: commands come in as lines on standard input, each is answered by one line on standard
// output. A peer runs as two processes: one submits, the other works. Both end with their standard input.

import {spawn} from 'node:child_process';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {createInterface} from 'node:readline';

const packages = createRequire(join(process.env.PEER_PACKAGES, 'package.json'));

/** Loads a package from the directory that the user installed the peers in. */
export const load = name => packages(name);

/** Runs a command as a child process, without a shell of Node's own; resolves when it has ended, however it ended. */
export function run(command, options = {}) {
  return new Promise(resolve => {
    const child = spawn(command[0], command.slice(1), {stdio: 'ignore', ...options});
    child.on('error', resolve);
    child.on('exit', resolve);
  });
}

/** Calls `step` from `concurrency` loops until the time is over; returns the sum of what it returned, per second. */
async function perSecond(concurrency, millis, step) {
  // Every loop gets its connection before the clock starts.
  await Promise.all(Array.from({length: concurrency}, step));
  const began = process.hrtime.bigint();
  const end = began + BigInt(millis) * 1000000n;
  let sum = 0;
  const loop = async () => {
    while (process.hrtime.bigint() < end) {
      // Not in one expression: that would read the sum before the wait, and lose what others added.
      const done = await step();
      sum += done;
    }
  };
  await Promise.all(Array.from({length: concurrency}, loop));
  return (sum * 1e9) / Number(process.hrtime.bigint() - began);
}

/** Runs `start`, which is told how to report a finished job; resolves with jobs per second once all have finished. */
export async function untilFinished(count, start) {
  const began = process.hrtime.bigint();
  let left = count;
  await new Promise((resolve, reject) => {
    Promise.resolve(
      start(() => {
        left -= 1;
        if (left === 0) resolve();
      }),
    ).catch(reject);
  });
  return (count * 1e9) / Number(process.hrtime.bigint() - began);
}

/**
 * Answers commands until standard input ends.
 *
 * `peer` has: `submit(queue, command)`, which returns an id when the job is durable; `submitMany(queue, commands)`;
 * `clear(queue)`; `serve(queue)`, which works on one job at a time from then on; `drain(queue, width, count)`, which
 * returns jobs per second; `cancel(queue, id)`, if there is such a thing.
 */
export async function answer(peer) {
  const payload = [process.env.PEER_PAYLOAD ?? ''];
  const commands = {
    burst: (queue, concurrency, millis) =>
      perSecond(Number(concurrency), Number(millis), async () => {
        await peer.submit(queue, payload);
        return 1;
      }),
    bulk: (queue, size, concurrency, millis) => {
      const jobs = Array.from({length: Number(size)}, () => payload);
      return perSecond(Number(concurrency), Number(millis), async () => {
        await peer.submitMany(queue, jobs);
        return jobs.length;
      });
    },
    fill: (queue, count) => peer.submitMany(queue, Array.from({length: Number(count)}, () => ['/bin/true'])),
    script: (queue, encoded) =>
      peer.submit(queue, ['/bin/sh', '-c', Buffer.from(encoded, 'base64').toString()]),
    clear: queue => peer.clear(queue),
    serve: queue => peer.serve(queue),
    drain: (queue, width, count) => peer.drain(queue, Number(width), Number(count)),
    cancel: (queue, id) => peer.cancel(queue, id),
  };
  console.log('ready');
  for await (const line of createInterface({input: process.stdin})) {
    const [name, ...parameters] = line.split(' ');
    try {
      console.log(`ok ${(await commands[name](...parameters)) ?? ''}`);
    } catch (e) {
      console.log(`failed ${String(e.stack).replaceAll('\n', ' ')}`);
    }
  }
  process.exit(0);
}
