package dev.agentgate.cli.command;

/** In which form data goes to standard output. */
enum Output {
  text,
  json,
  ndjson,
  id
}
