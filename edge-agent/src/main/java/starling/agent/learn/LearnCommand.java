package starling.agent.learn;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import starling.agent.fleet.NodeOptions;
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
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options = new NodeOptions();

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
        CommandLine line = spec.commandLine();
        Program.require(line, threads >= 1, "--threads must be at least 1", threads);
        LearnerSettings settings = new LearnerSettings(
                options.fleet(),
                options.node(line),
                data == null ? null : DataSpec.parse(data),
                model,
                state,
                threads,
                Program.Version.text());
        return options.stay(line, "a trial", (instance, transport) -> new Learner(settings, instance, transport));
    }
}
