package starling.agent.compute;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import starling.agent.fleet.FleetOptions;
import starling.agent.fleet.Stay;
import starling.agent.run.Instance;
import starling.link.SessionSettings;
import starling.link.frame.FrameDescriptor;
import starling.link.mqtt.BrokerAddress;
import starling.link.topic.Role;
import starling.models.command.Program;

/** {@code edge-agent compute}: multiplies for the router as one worker. */
@Command(
        name = "compute",
        description = "Multiplies for the router as one worker of coded products, until it is told to stop.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        footer = {
            "",
            "The router encodes and decodes (router product); an agent keeps its shares, multiplies what comes and",
            "sends every result when it is there. It ends with exit code 1 when another one takes its identity or the",
            "broker refuses it, and says good-bye when it is told to stop (SIGTERM)."
        })
public final class ComputeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ComputeCommand.class);
    private static final int MIB = 1 << 20;
    private static final int MOST_MEMORY = 256;
    private static final int PART_OF_HEAP = 4;

    @Spec
    private CommandSpec spec;

    @Mixin
    private FleetOptions options = new FleetOptions();

    @Option(names = "--node", paramLabel = "K", required = true, description = "Which worker this is, from 0.")
    private int node;

    @Option(
            names = "--memory",
            paramLabel = "MIB",
            description =
                    "Room for shares that are kept, and as much for orders that wait (default: a quarter of Java's"
                            + " heap, at most "
                            + MOST_MEMORY
                            + ").")
    private @Nullable Integer memory;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads of one product (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--slow",
            paramLabel = "F",
            defaultValue = "1",
            description = "For trials: takes F times as long for each task, by waiting (default: ${DEFAULT-VALUE}).")
    private double slow;

    @Option(
            names = "--slow-jobs",
            paramLabel = "LAW",
            description = "For trials: in which jobs --slow counts: own:DELTA, each by itself with this probability, or"
                    + " bursts:STATES,ONSET,PROGRESS,ISOLATED (default: all).")
    private @Nullable String slowJobs;

    @Option(
            names = "--speed",
            paramLabel = "N",
            description = "For trials: is as slow as a device that does N multiplications in a second, by waiting.")
    private @Nullable Double speed;

    @Option(
            names = "--delay",
            paramLabel = "LAW",
            description = "For trials: waits so long for each product of a task, drawn once for each job:"
                    + " exponential:RATE (per second), or shifted:LEAST,RATE (seconds, per second).")
    private @Nullable String delay;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Decides what --delay and --slow-jobs draw; agents may share it (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() throws InterruptedException {
        require(
                node >= 0 && node <= FrameDescriptor.MAX_WORKER,
                "--node must be 0 to " + FrameDescriptor.MAX_WORKER,
                node);
        require(threads >= 1, "--threads must be at least 1", threads);
        long room = memory == null
                ? Math.max(1, Math.min(MOST_MEMORY, Runtime.getRuntime().maxMemory() / MIB / PART_OF_HEAP))
                : memory;
        require(room >= 1, "--memory must be at least 1 MiB", room);
        BrokerAddress address = options.address(spec.commandLine());
        ComputeSettings settings =
                new ComputeSettings(options.fleet(), node, pace(), room * MIB, threads, Program.Version.text());
        Instance instance = Instance.fresh();
        SessionSettings session = options.session(new Role.Worker(node), instance.name(), node);
        try (ComputeAgent agent = new ComputeAgent(settings, instance.name(), options.transport(address))) {
            LOG.info("node {} of fleet {} waits for products at {}", node, options.fleet(), options.broker());
            return Stay.untilEnded("node " + node, agent, () -> agent.start(session));
        }
    }

    private Pace pace() {
        try {
            return new Pace(
                    speed == null ? Double.POSITIVE_INFINITY : speed,
                    slow,
                    slowJobs == null ? null : Pace.jobs(slowJobs, node, seed),
                    delay == null ? null : Pace.law(delay, seed));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void require(boolean holds, String rule, long value) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), rule + ": it is " + value);
        }
    }
}
