# Starts the agent of one run and notes how it ended. Run by `setsid sh -c`, so that replacing the
# service never changes the text under a shell that reads it. POSIX sh; nothing but builtins before
# the agent starts, because every program here would be paid for by every run.
#
# $1 the run's directory, $2 its cgroup.procs or nothing, $3 the boot id, $4 the agent's umask,
# $5 its oom_score_adj, $6 its soft limit of open files or nothing, $7 the limit of file locks that marks
# the run, $8 the lease file or nothing; after a lease file setsid, sh, sleep, grep and the text of the
# dead man's switch; then the command, its program as an absolute path.
directory=$1 cgroup=$2 boot=$3 mask=$4 oom=$5 files=$6 locks=$7 lease=$8
shift 8

# What this shell itself has to say ("Killed", a failed write) is not the agent's output.
exec 3>&2 2>/dev/null

# The signals that stop the run reach this shell too; it stays, to note the status. A handler is
# reset in the agent, while "ignore" would be inherited. An agent that was not yet started when it
# was asked to end is not started.
asked=
trap asked=yes HUP INT QUIT TERM USR1 USR2

umask 077
where=none
if [ -n "$cgroup" ] && echo 0 >"$cgroup"; then
  where=cgroup
fi

# The service may have been stopped since it began this run. Two different numbers in the lease file
# are a deadline that is just being written.
in_time() {
  while read -r up _ </proc/uptime && read -r deadline again _ <"$lease"; do
    if [ "$deadline" = "$again" ]; then
      [ "${up%.*}${up#*.}" -lt "${deadline%.*}${deadline#*.}" ]
      return
    fi
  done
  return 1
}
# The name in field 2 may hold blanks and parentheses, so the fields are counted from the last one. Only
# the switch needs this: a shell reads one byte at a time, and the line has hundreds.
started() {
  ticks=${20}
}
if [ -n "$lease" ]; then
  in_time || exit 124
  read -r stat </proc/self/stat
  started ${stat##*) }
  # The switch inherits this. Otherwise an agent that signals its group at once could end it before it
  # has a session of its own.
  trap '' HUP INT QUIT TERM USR1 USR2
  # Before the score is raised: the kernel shall kill the agent and not its switch.
  "$1" "$2" -c "$5" agentgate-switch "$5" "$2" "$3" "$4" "$lease" "$directory" "$cgroup" "$$" "$ticks" \
    "$locks" </dev/null >/dev/null 2>&1 3>&- &
  trap asked=yes HUP INT QUIT TERM USR1 USR2
  shift 5
fi

echo "$oom" >/proc/self/oom_score_adj
ulimit -c 0
# A mark that everyone may read, also of a process that hides its environment. Linux has not counted file
# locks since 2.4. Most shells call the limit -w, bash calls it -x.
ulimit -w "$locks" || ulimit -x "$locks"
[ -z "$files" ] || ulimit -S -n "$files"

# Without this note the next service could take the run for one that never began, and begin it again.
echo "$$ $boot $where end" >"$directory/process" || exit 125

# A subshell that becomes the agent costs no more than the agent, and what is set in it is undone.
(
  [ -z "$asked" ] || exit 143
  umask "$mask"
  exec "$@" 2>&3 3>&-
)
code=$?

# One short write: a reader that sees no closing brace sees no status yet.
echo "{\"exitCode\":$code}" >"$directory/exit.json"
exit "$code"
