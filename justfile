# The commands people need; `just` lists them. Each is one line that works without just, too.

# List the commands.
default:
    @just --list

# Serve from source, with the agent `shell` switched on.
run:
    AGENTGATE_AGENTS_SHELL_ENABLED=true JDK_JAVA_OPTIONS='-XX:+ExitOnOutOfMemoryError -XX:-MaxFDLimit' ./mvnw -q -B -ntp -Dmaven.test.skip package quarkus:run

# Run the unit tests, or one class: just test QueueTest
test class="*Test":
    ./mvnw -q -B -ntp test -Dtest='{{class}}'

# Run everything that CI runs.
verify:
    ./mvnw -B -ntp verify

# Format the code.
format:
    ./mvnw -q -B -ntp spotless:apply

# Measure one thing, or all of it: just bench submit
bench what="all":
    bench/run {{what}}

# Measure AgentGate beside the other job queues of this machine.
peers:
    bench/peers
