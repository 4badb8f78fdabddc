/**
 * A text of any length as bytes, for a worker. Only the last chunks stay in the worker's memory; the browser keeps the
 * others as blobs, which it may write to disk.
 */

const CHUNK = 1 << 20;
const IN_MEMORY = 32;

export class ByteStore {
  #chunks = [];
  #blobs = [];
  #recent = new Map();
  #size = 0;
  #chunkSize;
  #inMemory;
  #canSpill;

  constructor({ chunkSize = CHUNK, inMemory = IN_MEMORY } = {}) {
    this.#chunkSize = chunkSize;
    this.#inMemory = inMemory;
    this.#canSpill = typeof FileReaderSync === 'function';
  }

  get size() {
    return this.#size;
  }

  append(bytes) {
    let from = 0;
    while (from < bytes.length) {
      const inChunk = this.#size % this.#chunkSize;
      if (inChunk === 0) {
        this.#chunks.push(new Uint8Array(this.#chunkSize));
        this.#spill();
      }
      const part = bytes.subarray(from, from + this.#chunkSize - inChunk);
      this.#chunks[this.#chunks.length - 1].set(part, inChunk);
      this.#size += part.length;
      from += part.length;
    }
  }

  /** Returns a copy of the bytes from one offset to before another. */
  read(from, to) {
    const end = Math.min(to, this.#size);
    const result = new Uint8Array(Math.max(0, end - from));
    let at = from;
    while (at < end) {
      const chunk = Math.floor(at / this.#chunkSize);
      const start = at - chunk * this.#chunkSize;
      const part = this.#chunk(chunk).subarray(start, Math.min(this.#chunkSize, start + end - at));
      result.set(part, at - from);
      at += part.length;
    }
    return result;
  }

  #spill() {
    const old = this.#chunks.length - 1 - this.#inMemory;
    if (this.#canSpill && old >= 0 && this.#chunks[old]) {
      this.#blobs[old] = new Blob([this.#chunks[old]]);
      this.#chunks[old] = null;
    }
  }

  #chunk(number) {
    const held = this.#chunks[number] ?? this.#recent.get(number);
    if (held) {
      return held;
    }
    const bytes = new Uint8Array(new FileReaderSync().readAsArrayBuffer(this.#blobs[number]));
    if (this.#recent.size >= 4) {
      this.#recent.delete(this.#recent.keys().next().value);
    }
    this.#recent.set(number, bytes);
    return bytes;
  }
}
