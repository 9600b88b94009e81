package starling.agent.learn;

import java.nio.file.Path;
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
import starling.models.data.DataSpec;

/** {@code edge-agent learn}: takes part in a trial as one node. */
@Command(
        name = "learn",
        description = "Takes part in a federated-learning field trial as one node, until the trial is over.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        footer = {
            "",
            "The trial's settings come from the router (router trial --broker). Data and model are read where the",
            "trial says, unless told otherwise here. The agent may be started before the trial, and join it later;",
            "it ends with exit code 0 when the trial is over, with 1 when it cannot take part or another one takes its",
            "identity, and says good-bye when it is told to stop (SIGTERM)."
        })
public final class LearnCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(LearnCommand.class);

    @Spec
    private CommandSpec spec;

    @Mixin
    private FleetOptions options = new FleetOptions();

    @Option(names = "--node", paramLabel = "K", required = true, description = "Which node this is, from 0.")
    private int node;

    @Option(
            names = "--data",
            paramLabel = "DATA",
            description =
                    "Where the samples are on this device: the trial's whole data set, of which the node takes its"
                            + " share, or with 'share: {by: own}' its own.")
    private @Nullable String data;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "The trial's ONNX model on this device, where the trial names a file that is not here.")
    private @Nullable String model;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Keeps what could not be sent ('feedback'), so that a restarted agent goes on with it.")
    private @Nullable Path state;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads inside one operator (default: ${DEFAULT-VALUE}); more may change last bits.")
    private int threads;

    @Override
    public Integer call() throws InterruptedException {
        require(
                node >= 0 && node <= FrameDescriptor.MAX_WORKER,
                "--node must be 0 to " + FrameDescriptor.MAX_WORKER,
                node);
        require(threads >= 1, "--threads must be at least 1", threads);
        BrokerAddress address = options.address(spec.commandLine());
        LearnerSettings settings = new LearnerSettings(
                options.fleet(),
                node,
                data == null ? null : DataSpec.parse(data),
                model,
                state,
                threads,
                Program.Version.text());
        Instance instance = Instance.fresh();
        SessionSettings session = options.session(new Role.Worker(node), instance.name(), node);
        try (Learner learner = new Learner(settings, instance.name(), options.transport(address))) {
            LOG.info("node {} of fleet {} waits for a trial at {}", node, options.fleet(), options.broker());
            return Stay.untilEnded("node " + node, learner, () -> learner.start(session));
        }
    }

    private void require(boolean holds, String rule, long value) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), rule + ": it is " + value);
        }
    }
}
