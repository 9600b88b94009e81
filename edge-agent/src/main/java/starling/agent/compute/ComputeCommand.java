package starling.agent.compute;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import starling.agent.fleet.NodeOptions;
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
    private static final int MIB = 1 << 20;
    private static final int MOST_MEMORY = 256;
    private static final int PART_OF_HEAP = 4;

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options = new NodeOptions();

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
        CommandLine line = spec.commandLine();
        Program.require(line, threads >= 1, "--threads must be at least 1", threads);
        long room = memory == null
                ? Math.max(1, Math.min(MOST_MEMORY, Runtime.getRuntime().maxMemory() / MIB / PART_OF_HEAP))
                : memory;
        Program.require(line, room >= 1, "--memory must be at least 1 MiB", room);
        ComputeSettings settings = new ComputeSettings(
                options.fleet(), options.node(line), pace(), room * MIB, threads, Program.Version.text());
        return options.stay(line, "products", (instance, transport) -> new ComputeAgent(settings, instance, transport));
    }

    private Pace pace() {
        try {
            return new Pace(
                    speed == null ? Double.POSITIVE_INFINITY : speed,
                    slow,
                    slowJobs == null ? null : Pace.jobs(slowJobs, options.node(spec.commandLine()), seed),
                    delay == null ? null : Pace.law(delay, seed));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
