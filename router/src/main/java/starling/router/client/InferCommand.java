package starling.router.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import starling.link.Credentials;
import starling.link.Limits;
import starling.link.LinkException;
import starling.link.Patience;
import starling.link.SessionSettings;
import starling.link.Timing;
import starling.link.Transport;
import starling.link.frame.FrameLimits;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;
import starling.link.mqtt.TlsSettings;
import starling.link.presence.Instance;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;
import starling.models.command.Program;
import starling.models.command.Progress;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.NpyWriter;
import starling.models.data.Split;
import starling.models.plan.Traffic;
import starling.router.meeting.AccessOptions;
import starling.router.serve.ServeSettings;

/** {@code router infer}. */
@Command(
        name = "infer",
        description = "Sends a data set through a running fleet, as an MQTT client of its router, and reports.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        sortOptions = false,
        footerHeading = "%n",
        footer = "Exits with 0 when every sample got an answer, complete or not, with 1 otherwise.")
public final class InferCommand implements Callable<Integer> {
    /**
     * The longest packet this client takes: MQTT's own limit. It knows no plan, so it cannot tell how long replies are; memory is taken only for
     * those that come.
     */
    private static final int LONGEST_REPLY = Limits.LONGEST_PACKET;

    @Option(
            names = "--broker",
            required = true,
            paramLabel = "URI",
            description = "The fleet's broker: mqtt://host:port or mqtts://host:port.")
    private String broker;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DATA",
            description =
                    "mnist:DIR, cifar10:DIR, csv:FILE, npy:DIR, builtin:mnist, builtin:fashion; options after commas;"
                            + " split=test unless told otherwise.")
    private String data;

    @Option(names = "--samples", paramLabel = "N", description = "Only the first N samples (default: all).")
    private @Nullable Integer samples;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "1",
            description = "Requests at once (default: ${DEFAULT-VALUE}).")
    private int inFlight;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Decides the parts of data that has none of its own (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "This client's name (default: the user name of --credentials, else drawn at random).")
    private @Nullable String name;

    @Mixin
    private AccessOptions access = new AccessOptions();

    @Option(
            names = "--deadline",
            paramLabel = "MS",
            defaultValue = "30000",
            description = "How long each reply is waited for (default: ${DEFAULT-VALUE}).")
    private long deadline;

    @Option(
            names = "--wait",
            paramLabel = "MS",
            defaultValue = "30000",
            description =
                    "How long each is waited for: broker, its grants, and the router; and how long requests that are"
                            + " refused or cannot be sent are repeated without an answer in between (default: ${DEFAULT-VALUE}).")
    private long wait;

    @Option(
            names = "--outputs",
            paramLabel = "FILE.npy",
            description = "Writes the answers, float32 samples x outputs; NaN where there is none.")
    private @Nullable Path outputs;

    @Option(names = "--json", description = "Print one JSON object on standard output.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, JsonProcessingException {
        atLeastOne("--in-flight", inFlight);
        atLeastOne("--deadline", deadline);
        atLeastOne("--wait", wait);
        if (samples != null) {
            atLeastOne("--samples", samples);
        }
        Instance instance = Instance.fresh();
        BrokerAddress address;
        Topics topics;
        Role.Client self;
        try {
            address = BrokerAddress.parse(broker);
            topics = new Topics(access.fleet());
            self = new Role.Client(name == null ? "infer-" + instance.name() : name);
        } catch (LinkException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        Dataset opened = DataSpec.parse(data).open(Split.TEST, seed);
        int count = samples == null ? opened.count() : samples;
        if (count > opened.count()) {
            throw new UnfitException("--samples must be at most " + opened.count() + ", as many as " + opened.name()
                    + " has: it is " + count);
        }
        TlsSettings trust = access.trust();
        Credentials user = access.credentials();
        if (name == null && user != null) {
            self = named(user.user());
        }
        SessionSettings session = SessionSettings.of(topics, self, instance.name())
                .withCredentials(user)
                .withTiming(Timing.DEFAULT.withConnectDeadline(Duration.ofMillis(wait)))
                .withLimits(limits(opened.elements(), inFlight));
        try (Transport transport = new PahoTransport(address, trust)) {
            FleetClient client = new FleetClient(
                    transport,
                    topics,
                    self,
                    FrameLimits.ofBytes(LONGEST_REPLY),
                    deadline,
                    ServeSettings.HEARTBEAT,
                    instance.incarnation());
            return run(transport, session, client, opened.slice(0, count));
        }
    }

    private void atLeastOne(String option, long value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be at least 1: it is " + value);
        }
    }

    private static Role.Client named(String user) {
        try {
            return new Role.Client(user);
        } catch (IllegalArgumentException e) {
            throw new UnfitException(String.valueOf(e.getMessage()), e);
        }
    }

    private int run(Transport transport, SessionSettings session, FleetClient client, Dataset sent)
            throws InterruptedException, JsonProcessingException {
        try (client;
                Progress progress = new Progress("infer", sent.count())) {
            Duration longest = Duration.ofMillis(wait);
            transport.connect(session);
            new Patience(longest).await("the subscriptions to the router and its replies", client.begin());
            client.awaitRouter(longest);
            long started = System.nanoTime();
            List<Reply> replies = new InferRun(client::ask, sent, sent.count(), inFlight, longest).run(progress::at);
            double seconds = (System.nanoTime() - started) / 1e9;
            return report(InferReport.of(sent, replies, inFlight, seconds), replies);
        }
    }

    /** Room for the requests, and for any reply. */
    static Limits limits(int elements, int inFlight) {
        Traffic asked = Traffic.frame(elements).atOnce(inFlight);
        return Limits.DEFAULT
                .widenedFor(asked.longest(), asked.frames(), asked.notes(), asked.values())
                .withMaxPacketBytes(LONGEST_REPLY);
    }

    private int report(InferReport report, List<Reply> replies) throws JsonProcessingException {
        if (outputs != null) {
            write(outputs, replies);
        }
        if (json) {
            spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(report));
            spec.commandLine().getOut().flush();
        } else {
            spec.commandLine().getErr().print(report.text());
            spec.commandLine().getErr().flush();
        }
        return report.failed() == 0 ? Program.SUCCESS : Program.FAILED;
    }

    private static void write(Path file, List<Reply> replies) {
        List<float @Nullable []> rows = new ArrayList<>();
        int columns = 0;
        for (Reply reply : replies) {
            rows.add(reply.outputs());
            int width = reply.outputs() == null ? 0 : Objects.requireNonNull(reply.outputs()).length;
            if (width != 0 && columns != 0 && width != columns) {
                throw new UnfitException("all answers must have " + columns + " numbers: one has " + width);
            }
            columns = Math.max(columns, width);
        }
        NpyWriter.write(file, rows, columns);
    }
}
