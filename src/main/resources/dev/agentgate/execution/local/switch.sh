# The dead man's switch of one run: ends everything of the run when the deadline in the lease file is
# over, unless the service has moved the deadline. Run by `setsid sh -c`, outside the service and in a
# session of its own, so that a signal to the agent's process group does not reach it. POSIX sh, and
# no program but `sleep` and, when everything seems to be dead, `grep`.
#
# $1 this text, $2 sh, $3 sleep, $4 grep, $5 the lease file, $6 the run's directory, $7 its cgroup.procs
# or nothing, $8 the pid of the leader of the run's session, $9 the ticks of the leader's start, ${10} the
# limit of file locks that marks the run.
text=$1 shell=$2 sleep=$3 grep=$4 lease=$5 directory=$6 cgroup=${7%/cgroup.procs} leader=$8 ticks=$9
locks=${10}
run=$AGENTGATE_RUN_ID

# The signals that ask a run to end are not for the switch. The service ends it last, by SIGKILL.
trap '' HUP INT QUIT TERM USR1 USR2 PIPE ALRM
# A shell that has no process left to fork for `sleep` ends itself. It begins again instead.
trap 'exec "$shell" -c "$text" "$0" "$text" "$shell" "$sleep" "$grep" "$lease" "$directory" \
  "${cgroup:+$cgroup/cgroup.procs}" "$leader" "$ticks" "$locks"' EXIT
cd /

# Times are in hundredths of a second since the boot, the unit of /proc/uptime.
now=0 deadline=0
look() {
  if read -r up _ </proc/uptime; then now=${up%.*}${up#*.}; else now=$((now + 100)); fi
  # The file is overwritten in place. It is read byte by byte, so a reader may see parts of two
  # deadlines; then the two numbers in it differ. A file that cannot be opened now proves nothing. The
  # first look knows no earlier deadline, so it looks again.
  for try in 1 2 3; do
    if read -r first second _ <"$lease"; then
      [ "$first" = "$second" ] || continue
      deadline=${first%.*}${first#*.}
      break
    elif [ ! -e "$lease" ]; then
      deadline=0
    fi
  done
}

# Waits for a second, or for less if the deadline is nearer. Fails if only whole seconds can be waited
# for, because that would be too long.
pause() {
  left=$((deadline - now))
  if [ "$left" -ge 100 ]; then
    "$sleep" 1
    return 0
  fi
  [ "$left" -ge 10 ] || left=0$left
  "$sleep" "0.$left"
}

# What is not a number counts as over.
while look && [ "$now" -lt "$deadline" ]; do
  pause || break
done

# A service that comes back learns by this why the run ended. With `command`, a shell goes on if the
# file cannot be created, for example because the disk is full.
command : >"$directory/switch"

# Outside the cgroup, the switch outlives the kill of the cgroup and can look for what escaped it.
[ -z "$cgroup" ] || echo 0 >"${cgroup%/*}/cgroup.procs"

# A session's number is not reused while a process is in it: another start, another session.
find_session() {
  session_of_run=$leader
  if read -r stat <"/proc/$leader/stat"; then
    fields ${stat##*) }
    [ "$start" = "$ticks" ] || session_of_run=none
  fi
}

# Sets `found` to the pids of the run's living processes.
find_members() {
  found= groups=
  for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    if [ "$pid" != "$$" ] && read -r stat <"$process/stat"; then
      fields ${stat##*) }
      if lives && [ "$start" -ge "$ticks" ] && belongs; then found="$found $pid"; fi
    fi
  done
}

# The name in field 2 may hold blanks and parentheses, so the fields are counted from the last one.
fields() {
  state=$1 parent=$2 group=$3 session=$4 threads=${18} start=${20}
}

# A zombie lives if only its first thread is dead.
lives() {
  case $state in Z | X) [ "$threads" -gt 1 ] ;; esac
}

# Whether the process is tied to the run, by what costs least first.
belongs() {
  if [ "$session" = "$session_of_run" ]; then
    case "$groups " in *" -$group "*) ;; *) groups="$groups -$group" ;; esac
    return 0
  fi
  case "$found $frozen " in *" $parent "*) return 0 ;; esac
  if read -r place <"$process/cgroup"; then
    case $place in */"$run" | */"$run"/*) return 0 ;; esac
  fi
  for output in 1 2; do
    [ ! "$process/fd/$output" -ef "$directory/output.log" ] || return 0
  done
  # The bytes between the variables are lost here, but an id is like no other text.
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in *"AGENTGATE_RUN_ID=$run"*) return 0 ;; esac
  done <"$process/environ"
  return 1
}

# Looks at the marks of all processes with a program that reads at once. A shell reads a byte at a time: it
# never sees a whole environment of a process that replaces its program faster than that, and the limits
# would take it long. Several times, because at times there is no environment. The program itself must
# not carry the mark.
find_marked() {
  for look in 1 2 3 4 5; do
    for file in $(AGENTGATE_RUN_ID= "$grep" -lsE "AGENTGATE_RUN_ID=$run|^Max file locks +$locks " \
      /proc/[0-9]*/environ /proc/[0-9]*/limits); do
      process=${file%/*}
      pid=${process#/proc/}
      if [ "$pid" != "$$" ] && read -r stat <"$process/stat"; then
        fields ${stat##*) }
        if lives && [ "$start" -ge "$ticks" ] && [ "$parent" != "$$" ]; then found="$found $pid"; fi
      fi
    done
    [ -z "$found" ] || break
    "$sleep" 0.02
  done
}

round=0
while :; do
  [ -z "$cgroup" ] || echo 1 >"$cgroup/cgroup.kill"
  find_session
  # At once, because it takes a while to read all processes of a large host.
  [ "$session_of_run" = none ] || kill -s STOP -- "-$session_of_run"
  frozen=
  find_members
  [ -n "$found" ] || find_marked
  [ -n "$found" ] || break
  # Frozen before the kill, so that few fork meanwhile and the children of all are found.
  for pass in 1 2 3; do
    kill -s STOP $found
    [ "${#found}" -gt "${#frozen}" ] || break
    frozen=$found
    find_members
  done
  # Whole groups die at once, whatever they fork.
  [ -z "$groups" ] || kill -s KILL -- $groups
  kill -s KILL $found $frozen
  round=$((round + 1))
  # What survives this often waits for a device.
  [ "$round" -lt 20 ] || "$sleep" 1
done
trap - EXIT
exit 0
