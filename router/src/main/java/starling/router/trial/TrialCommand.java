package starling.router.trial;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import starling.learning.settings.TrialSettings;
import starling.models.command.Progress;
import starling.router.meeting.MeetingOptions;
import starling.router.serve.HostAndPort;

/** Runs a field trial. */
@Command(
        name = "trial",
        description = "Runs a federated-learning field trial (docs/TRIALS.md) and prints how it ended as JSON.",
        mixinStandardHelpOptions = true,
        footer = {"", "Without --broker the nodes are simulated; with it they are agents (edge-agent learn)."})
public final class TrialCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_WARNINGS = 3;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "TRIAL.yaml", description = "What is to be tried.")
    private Path file = Path.of("");

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where everything is written; the name of the file without its ending unless told otherwise.")
    private @Nullable Path out;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            description = "Serves a page that draws the rounds as they come; without password, so best 127.0.0.1:PORT.")
    private @Nullable String http;

    @Option(names = "--resume", description = "Goes on from the newest checkpoint in the folder.")
    private boolean resume;

    @Mixin
    private MeetingOptions options = new MeetingOptions();

    @Option(
            names = "--deadline",
            paramLabel = "S",
            defaultValue = "60",
            description = "How long the answers of agents are waited for in a round (default: ${DEFAULT-VALUE} s).")
    private int deadline;

    @Option(
            names = "--gather",
            paramLabel = "S",
            defaultValue = "60",
            description = "How long agents are waited for that are not there, at first or after the connection was lost"
                    + " (default: ${DEFAULT-VALUE} s).")
    private int gather;

    @Override
    public Integer call() throws JsonProcessingException {
        if (spec == null) {
            throw new IllegalStateException("picocli injects the spec before the call");
        }
        PrintWriter err = spec.commandLine().getErr();
        TrialSettings settings = TrialSettings.read(file);
        Trial.Agents agents = agents(spec.commandLine());
        TrialFolder folder = new TrialFolder(out == null ? beside() : out, settings, resume);
        Trial.Result result;
        HostAndPort place = http == null ? null : HostAndPort.parse("--http", http);
        try (TrialView view = place == null ? null : TrialView.start(place.resolve());
                Progress progress = new Progress("rounds", settings.rounds())) {
            if (view != null && place != null) {
                err.println("watch at http://" + place.reachable() + ":"
                        + view.address().getPort() + "/");
                err.flush();
            }
            int threads = Runtime.getRuntime().availableProcessors();
            result = new Trial(settings, watch(err, progress, view), threads, agents).run(folder);
        }
        PrintWriter print = spec.commandLine().getOut();
        print.println(JSON.writeValueAsString(summary(folder, result)));
        print.flush();
        return 0;
    }

    private Trial.@Nullable Agents agents(CommandLine line) {
        MeetingOptions.requireSeconds(line, "--deadline", deadline);
        MeetingOptions.requireSeconds(line, "--gather", gather);
        MeetingOptions.Meeting meeting = options.meeting(line);
        return meeting == null
                ? null
                : new Trial.Agents(
                        new AgentTerms(
                                meeting.fleet(),
                                meeting.instance(),
                                meeting.session(),
                                Duration.ofSeconds(deadline),
                                Duration.ofSeconds(gather)),
                        meeting::transport);
    }

    private Path beside() {
        String name = file.toAbsolutePath().getFileName().toString();
        int dot = name.lastIndexOf('.');
        return file.toAbsolutePath().resolveSibling((dot > 0 ? name.substring(0, dot) : name) + "-trial");
    }

    /** Says what was judged, and of each round at most a few nodes that were left out. */
    private static Trial.Watch watch(PrintWriter err, Progress progress, @Nullable TrialView view) {
        return new Trial.Watch() {
            private int left;

            @Override
            public synchronized void round(RoundRecord record) {
                progress.at(record.round());
                if (view != null) {
                    view.round(record.json());
                }
                if (left > MOST_WARNINGS) {
                    err.println("round " + record.round() + ": " + (left - MOST_WARNINGS) + " more are left out");
                }
                left = 0;
                Double accuracy = record.accuracy();
                if (accuracy != null) {
                    err.println(String.format(
                            Locale.ROOT,
                            "round %d: accuracy %.2f %%, loss %s, %d of %d nodes",
                            record.round(),
                            100 * accuracy,
                            record.loss() == null ? "-" : String.format(Locale.ROOT, "%.4f", record.loss()),
                            record.sent(),
                            record.participants()));
                }
                err.flush();
            }

            @Override
            public synchronized void warning(String sentence) {
                left++;
                if (left <= MOST_WARNINGS) {
                    err.println(sentence);
                    err.flush();
                }
            }
        };
    }

    private static Map<String, Object> summary(TrialFolder folder, Trial.Result result) {
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("rounds", result.records().isEmpty() ? 0 : last(result).round());
        summary.put("accuracy", Double.isNaN(result.accuracy()) ? null : (Double) result.accuracy());
        summary.put(
                "bytesUp",
                result.records().stream().mapToLong(RoundRecord::bytesUp).sum());
        summary.put(
                "channelUses",
                result.records().stream().mapToDouble(RoundRecord::channelUses).sum());
        summary.put("model", folder.model().toString());
        return summary;
    }

    private static RoundRecord last(Trial.Result result) {
        return result.records().get(result.records().size() - 1);
    }
}
