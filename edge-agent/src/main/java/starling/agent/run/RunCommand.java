package starling.agent.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import starling.agent.fleet.FleetOptions;
import starling.agent.fleet.Stay;
import starling.agent.inference.Policy;
import starling.agent.source.LocalSource;
import starling.agent.source.StreamSource;
import starling.link.SessionSettings;
import starling.link.frame.ElementType;
import starling.link.frame.PlanHash;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;
import starling.link.presence.Instance;
import starling.link.topic.Role;
import starling.models.command.Program;
import starling.models.plan.Bundle;
import starling.models.plan.WorkerRunner;

/** {@code edge-agent run}: takes part in a fleet until it is told to stop. */
@Command(
        name = "run",
        description = "Takes part in a fleet as one worker, until it is stopped.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        footer = {
            "",
            "The bundle's folder needs plan.json and the worker's own folder only. A local source holds one",
            "input per line, decimal numbers separated by commas, blanks or tabs, or NumPy arrays one after",
            "the other; it is used where the router sends no input. The agent ends with exit code 1 when",
            "another one takes its identity, and says good-bye when it is told to stop (SIGTERM)."
        })
public final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    @Spec
    private CommandSpec spec;

    @Mixin
    private FleetOptions options = new FleetOptions();

    @Option(names = "--worker", paramLabel = "K", required = true, description = "Which worker this is, from 0.")
    private int worker;

    @Option(names = "--bundle", paramLabel = "DIR", required = true, description = "The bundle of the split model.")
    private Path bundle;

    @Option(
            names = "--source",
            paramLabel = "FILE|stdin",
            description = "Local inputs, for inferences the router sends none for.")
    private @Nullable String source;

    @Option(
            names = "--deadline",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "How long the frames of each exchange are waited for (default: ${DEFAULT-VALUE}).")
    private long deadline;

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            defaultValue = "zero",
            description =
                    "What becomes of frames that do not come: fail, zero (zeros stand for them) or last (their sender's"
                            + " last ones do); answers say that they are incomplete (default: ${DEFAULT-VALUE}).")
    private Policy policy;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads inside one operator (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--max-in-flight",
            paramLabel = "N",
            defaultValue = "16",
            description = "Inferences at once; more are refused (default: ${DEFAULT-VALUE}).")
    private int maxInFlight;

    @Option(
            names = "--element-type",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "How numbers travel in this agent's frames: float32 or float16 (default: ${DEFAULT-VALUE}).")
    private ElementType elementType;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description = "Of the pauses between attempts to connect (default: the worker's number).")
    private @Nullable Long seed;

    @Override
    public Integer call() throws InterruptedException {
        Program.require(
                spec.commandLine(),
                deadline >= 1 && deadline <= Integer.MAX_VALUE,
                "--deadline must be 1 to 2147483647 ms",
                deadline);
        Program.require(spec.commandLine(), threads >= 1, "--threads must be at least 1", threads);
        Program.require(spec.commandLine(), maxInFlight >= 1, "--max-in-flight must be at least 1", maxInFlight);
        BrokerAddress address = options.address(spec.commandLine());
        Platform.current().requireFit();
        Bundle opened = Bundle.open(bundle);
        try (WorkerRunner runner = new WorkerRunner(opened, worker, threads)) {
            Instance instance = Instance.fresh();
            SessionSettings session =
                    options.session(new Role.Worker(worker), instance.name(), seed == null ? worker : seed);
            PahoTransport transport = options.transport(address);
            LocalSource records = source == null
                    ? null
                    : StreamSource.open(source, runner.part().inputValues());
            AgentSettings settings = new AgentSettings(
                    options.fleet(),
                    policy,
                    Duration.ofMillis(deadline),
                    maxInFlight,
                    elementType,
                    AgentSettings.DEFAULT.heartbeat(),
                    Program.Version.text());
            try (Agent agent =
                    new Agent(settings, PlanHash.ofDigest(opened.planHash()), runner, records, transport, instance)) {
                LOG.info("worker {} of fleet {} joins at {}", worker, options.fleet(), options.broker());
                return Stay.untilEnded("worker " + worker, agent, session);
            }
        }
    }
}
