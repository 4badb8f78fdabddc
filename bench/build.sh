# What bench/run and bench/peers share; read by them in the project's directory. Takes $native and $directory; builds,
# and leaves $kind, $application, the function run, and a new directory $work that is removed at the end.

mkdir -p target

# What ran Maven is what to measure with: the wrapper knows where a JDK is.
java=$(./mvnw -v | sed -n 's/.*, runtime: //p')/bin/java
goal=package kind=jvm
[ -z "$native" ] || goal=test-compile kind=native
./mvnw -q -B -ntp -DskipTests "$goal" dependency:build-classpath -Dmdep.outputFile=target/classpath >&2
application=target/quarkus-app/quarkus-run.jar
if [ -n "$native" ]; then
  application=$(find target -maxdepth 1 -name '*-runner')
  [ -n "$application" ] || { echo "No native executable in target/: build one with ./mvnw package -Dnative" >&2; exit 1; }
fi

work=$(mktemp -d "$directory/bench.XXXXXX")
work=$(cd "$work" && pwd)
trap 'rm -rf "$work"' EXIT

# Runs a class of the benchmarks with its arguments. In the background, so that an interrupt reaches the script, which
# passes it on and tidies up.
run() {
  "$java" -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
    -cp "target/classes:target/test-classes:$(cat target/classpath)" "$@" &
  bench=$!
  trap 'kill "$bench" 2>/dev/null; wait "$bench" || :; exit 130' INT TERM HUP
  wait "$bench"
}
