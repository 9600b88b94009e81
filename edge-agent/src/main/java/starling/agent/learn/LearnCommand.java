package starling.agent.learn;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import starling.agent.run.Instance;
import starling.link.LinkException;
import starling.link.SessionSettings;
import starling.link.frame.FrameDescriptor;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.CredentialsFile;
import starling.link.mqtt.PahoTransport;
import starling.link.mqtt.TlsSettings;
import starling.link.topic.Name;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;
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

    @Option(
            names = "--broker",
            paramLabel = "URI",
            required = true,
            description = "Where the fleet meets: mqtt://host:port, or mqtts://host:port with TLS.")
    private String broker;

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
            names = "--credentials",
            paramLabel = "FILE",
            description = "User name and password: lines user= and password=, mode 0600.")
    private @Nullable Path credentials;

    @Option(
            names = "--tls",
            paramLabel = "FILE",
            description =
                    "Whom to trust, and the own certificate: lines authority=, certificate=, key=; or a PEM file of"
                            + " authorities.")
    private @Nullable Path tls;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads inside one operator (default: ${DEFAULT-VALUE}); more may change last bits.")
    private int threads;

    @Option(
            names = "--fleet",
            paramLabel = "NAME",
            defaultValue = "starling",
            description = "The fleet's name, part of every topic (default: ${DEFAULT-VALUE}).")
    private String fleet;

    @Override
    public Integer call() throws InterruptedException {
        require(
                node >= 0 && node <= FrameDescriptor.MAX_WORKER,
                "--node must be 0 to " + FrameDescriptor.MAX_WORKER,
                node);
        require(threads >= 1, "--threads must be at least 1", threads);
        BrokerAddress address = address();
        LearnerSettings settings = new LearnerSettings(
                fleet, node, data == null ? null : DataSpec.parse(data), model, state, threads, Program.Version.text());
        Instance instance = Instance.fresh();
        SessionSettings session = SessionSettings.of(new Topics(fleet), new Role.Worker(node), instance.name())
                .withCredentials(credentials == null ? null : CredentialsFile.read(credentials))
                .withSeed(node);
        PahoTransport transport = new PahoTransport(address, tls == null ? null : TlsSettings.read(tls));
        try (Learner learner = new Learner(settings, instance.name(), transport)) {
            return run(learner, session);
        }
    }

    private int run(Learner learner, SessionSettings session) throws InterruptedException {
        Thread farewell = new Thread(
                () -> {
                    learner.close();
                    // The logging of this Java may have ended by now.
                    System.err.println("node " + node + " has left: " + learner.sent() + " answers sent");
                },
                "starling-farewell");
        Runtime.getRuntime().addShutdownHook(farewell);
        LOG.info("node {} of fleet {} waits for a trial at {}", node, fleet, broker);
        learner.start(session);
        try {
            learner.ended().get();
            return Program.SUCCESS;
        } catch (ExecutionException e) {
            Runtime.getRuntime().removeShutdownHook(farewell);
            if (e.getCause() instanceof LinkException why) {
                throw why;
            }
            if (e.getCause() instanceof UnfitException why) {
                throw why;
            }
            throw new IllegalStateException("the learner has ended unexpectedly", e.getCause());
        }
    }

    private BrokerAddress address() {
        try {
            Name.require("a fleet name", fleet);
            return BrokerAddress.parse(broker);
        } catch (LinkException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void require(boolean holds, String rule, long value) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), rule + ": it is " + value);
        }
    }
}
