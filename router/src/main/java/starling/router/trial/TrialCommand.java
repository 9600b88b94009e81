package starling.router.trial;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import starling.learning.settings.TrialSettings;
import starling.link.LinkException;
import starling.link.SessionSettings;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.CredentialsFile;
import starling.link.mqtt.PahoTransport;
import starling.link.mqtt.TlsSettings;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.command.Progress;
import starling.router.serve.HostAndPort;
import starling.router.serve.ServeSettings;

/** Runs a field trial. */
@Command(
        name = "trial",
        description = "Runs a federated-learning field trial (docs/TRIALS.md) and prints how it ended as JSON.",
        mixinStandardHelpOptions = true)
public final class TrialCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_WARNINGS = 3;
    private static final int INSTANCE_BYTES = 8;
    private static final int MOST_SECONDS = 86_400;

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

    @Option(
            names = "--broker",
            paramLabel = "URI",
            description =
                    "The nodes are agents (edge-agent learn) that meet here: mqtt://host:port or mqtts://host:port;"
                            + " without it they are simulated.")
    private @Nullable String broker;

    @Option(
            names = "--credentials",
            paramLabel = "FILE",
            description = "User name and password: lines user= and password=, mode 0600.")
    private @Nullable Path credentials;

    @Option(
            names = "--tls",
            paramLabel = "FILE",
            description =
                    "Whom to trust, and an own certificate: lines authority=, certificate=, key=; or a PEM file of"
                            + " authorities.")
    private @Nullable Path tls;

    @Option(
            names = "--fleet",
            paramLabel = "NAME",
            defaultValue = ServeSettings.FLEET,
            description = "The fleet's name (default: ${DEFAULT-VALUE}).")
    private String fleet = ServeSettings.FLEET;

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
        requireSeconds(line, "--deadline", deadline);
        requireSeconds(line, "--gather", gather);
        if (broker == null) {
            if (credentials != null || tls != null) {
                throw new ParameterException(line, "--credentials and --tls are for a broker: --broker is missing");
            }
            return null;
        }
        try {
            Topics topics = new Topics(fleet);
            BrokerAddress address = address(line, broker);
            TlsSettings trust = tls == null ? null : TlsSettings.read(tls);
            byte[] random = new byte[INSTANCE_BYTES];
            new SecureRandom().nextBytes(random);
            String instance = HexFormat.of().formatHex(random);
            SessionSettings session = SessionSettings.of(topics, new Role.Router(), instance)
                    .withCredentials(credentials == null ? null : CredentialsFile.read(credentials));
            return new Trial.Agents(
                    new AgentTerms(fleet, instance, session, Duration.ofSeconds(deadline), Duration.ofSeconds(gather)),
                    () -> new PahoTransport(address, trust));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()), e);
        }
    }

    private static BrokerAddress address(CommandLine line, String text) {
        try {
            return BrokerAddress.parse(text);
        } catch (LinkException e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()), e);
        }
    }

    private static void requireSeconds(CommandLine line, String option, int value) {
        if (value < 1 || value > MOST_SECONDS) {
            throw new ParameterException(line, option + " must be 1 to " + MOST_SECONDS + " s: it is " + value);
        }
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
