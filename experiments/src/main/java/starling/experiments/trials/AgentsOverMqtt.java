package starling.experiments.trials;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.ToDoubleFunction;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.folder.TemporaryFolder;
import starling.experiments.processes.AgentProcesses;
import starling.experiments.processes.Mosquitto;
import starling.learning.settings.TrialSettings;
import starling.link.SessionSettings;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.data.DataSpec;
import starling.router.trial.AgentTerms;
import starling.router.trial.RoundRecord;
import starling.router.trial.Trial;

/**
 * Trials of agents, each a process, over Mosquitto: bytes and time of a round, beside the same trial simulated, whose model must be the same to
 * the last bit. And a trial of eight of which two are killed and one joins on the way, beside the undisturbed one.
 */
public final class AgentsOverMqtt implements Experiment {
    /** The fleet that agents join unless told otherwise. */
    private static final String FLEET = "starling";

    private static final int DISTURBED = 8;
    private static final double MOST_POINTS = 0.5;

    /** Rounds after which accuracies can be compared: by then the rate has fallen to a tenth. */
    private static final int ENOUGH = 1000;

    private static final Duration DEADLINE = Duration.ofMinutes(1);
    private static final Duration GATHER = Duration.ofMinutes(2);

    /** Until all that have been started are there, on a slow machine. */
    private static final Duration GATHER_FEW = Duration.ofSeconds(30);

    private static final Parameter<List<Integer>> AGENTS =
            Parameter.list("agents", "counts from 1 to 64", "2,4,8,16", "2", "agents of a trial", text -> {
                int count = Integer.parseInt(text);
                if (count < 1 || count > 64) {
                    throw new IllegalArgumentException("out of bounds: " + count);
                }
                return count;
            });
    private static final Parameter<List<Uplink>> UPLINKS = Parameter.list(
            "uplinks",
            "floats|messages|air",
            "floats,messages,air",
            "messages,air",
            "how updates are sent",
            Uplink::parse);
    private static final Parameter<String> NETWORK =
            new Parameter<>("network", "a network of the zoo", "lenet-5", "fc-300-100", "what learns", text -> text);
    private static final Parameter<DataSpec> DATA = new Parameter<>(
            "data", "DATA", "mnist:../shared/data/mnist", "builtin:mnist", "what is learned", DataSpec::parse);
    private static final Parameter<Integer> ROUNDS =
            Parameter.integer("rounds", 30, 6, 4, 100_000, "rounds of a timed trial");
    private static final Parameter<Integer> LONG =
            Parameter.integer("disturbed-rounds", 1500, 30, 0, 100_000, "rounds of the disturbed trial, 0 for none");

    /** How updates are sent. */
    enum Uplink {
        FLOATS("{code: none}"),
        MESSAGES("{code: 'default:gain=32'}"),
        AIR("{mode: over-the-air, gain: 20, channel: {snr: 18, fading: rayleigh}}");

        private final String yaml;

        Uplink(String yaml) {
            this.yaml = yaml;
        }

        static Uplink parse(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public String name() {
        return "fl-mqtt";
    }

    @Override
    public String description() {
        return "Bytes and time of a round with 2 to 16 agents over Mosquitto, and a trial with agents that die and join.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(AGENTS, UPLINKS, NETWORK, DATA, ROUNDS, LONG);
    }

    @Override
    public Findings run(Context context) {
        Series table = Series.ofRecords("agents", "uplink", "bytesUp", "bytesDown", "seconds", "secondsSimulated");
        List<Claim> claims = new ArrayList<>();
        try (TemporaryFolder folder = TemporaryFolder.create();
                Mosquitto broker = Mosquitto.start(folder.path())) {
            for (Uplink uplink : context.get(UPLINKS)) {
                for (int agents : context.get(AGENTS)) {
                    TrialSettings settings = settings(context, uplink, agents, context.get(ROUNDS));
                    Seen simulated = new Seen(round -> {});
                    Trial.Result expected = new Trial(settings, simulated).run();
                    Seen seen = new Seen(round -> {});
                    Trial.Result result;
                    try (AgentProcesses processes = new AgentProcesses(folder.path(), broker.port())) {
                        for (int node = 0; node < agents; node++) {
                            processes.start("learn", node);
                        }
                        result = new Trial(settings, seen, 1, agents(broker.port(), GATHER)).run();
                        processes.awaitEnd();
                    }
                    boolean same = Arrays.equals(expected.weights(), result.weights());
                    table.entry(agents, uplink.word(), seen.up(), seen.down(), seen.seconds(), simulated.seconds());
                    claims.add(Claim.atLeast(
                            "same-model-as-simulated-" + uplink.word() + "-" + agents, 1, same ? 1 : 0, true));
                    context.say(String.format(
                            Locale.ROOT,
                            "%s, %d agents: %.0f bytes up, %.0f down, %.1f ms a round (simulated %.1f), %s model",
                            uplink.word(),
                            agents,
                            seen.up(),
                            seen.down(),
                            1e3 * seen.seconds(),
                            1e3 * simulated.seconds(),
                            same ? "the same" : "another"));
                }
            }
            if (context.get(LONG) > 0) {
                claims.addAll(disturbed(context, folder, broker));
            }
        }
        return new Findings(claims, Map.of("fl-mqtt", table), List.of());
    }

    private static List<Claim> disturbed(Context context, TemporaryFolder folder, Mosquitto broker) {
        int rounds = context.get(LONG);
        TrialSettings settings = settings(context, Uplink.MESSAGES, DISTURBED, rounds);
        double undisturbed = new Trial(settings, new Seen(round -> {})).run().accuracy();
        try (AgentProcesses processes = new AgentProcesses(folder.path(), broker.port())) {
            for (int node = 0; node < DISTURBED - 1; node++) {
                processes.start("learn", node);
            }
            Seen seen = new Seen(round -> {
                if (round == rounds / 3) {
                    processes.kill(1);
                    processes.kill(2);
                } else if (round == rounds / 2) {
                    processes.start("learn", DISTURBED - 1);
                }
            });
            Trial.Agents few = agents(broker.port(), GATHER_FEW);
            double accuracy = new Trial(settings, seen, 1, few).run().accuracy();
            context.say(String.format(
                    Locale.ROOT,
                    "%d agents, two killed after round %d, one joining after round %d: %.2f %%, undisturbed %.2f %%; updates"
                            + " of a round: %s",
                    DISTURBED,
                    rounds / 3,
                    rounds / 2,
                    100 * accuracy,
                    100 * undisturbed,
                    seen.sent()));
            boolean whole = rounds >= ENOUGH;
            return List.of(
                    Claim.atMost(
                                    "points-lost-with-agents-killed-and-joining",
                                    MOST_POINTS,
                                    100 * Math.abs(undisturbed - accuracy),
                                    whole)
                            .because("with few rounds the accuracy still rises"),
                    Claim.atLeast("agents-in-the-last-round", DISTURBED - 2, seen.last(), whole)
                            .because("with few rounds the trial is over before the last agent has started"));
        }
    }

    private static Trial.Agents agents(int port, Duration gather) {
        String instance = "fl-mqtt";
        SessionSettings session = SessionSettings.of(new Topics(FLEET), new Role.Router(), instance);
        return new Trial.Agents(
                new AgentTerms(FLEET, instance, session, DEADLINE, gather),
                () -> new PahoTransport(BrokerAddress.parse("mqtt://127.0.0.1:" + port)));
    }

    private static TrialSettings settings(Context context, Uplink uplink, int agents, int rounds) {
        return TrialSettings.parse(
                "the trial",
                String.join(
                        "\n",
                        "model: " + context.get(NETWORK),
                        "data: '" + context.get(DATA) + "'",
                        "nodes: " + agents,
                        "local: {batch: 16}",
                        "uplink: " + uplink.yaml,
                        "server: {rate: 0.1, decay: 0.998}",
                        "seed: " + context.seed(),
                        "rounds: " + rounds,
                        "evaluate: " + rounds));
    }

    /** What rounds took, the first and the last left out, which warm up and judge. */
    private static final class Seen implements Trial.Watch {
        private final List<RoundRecord> records = new ArrayList<>();
        private final LongConsumer after;

        Seen(LongConsumer after) {
            this.after = after;
        }

        @Override
        public void round(RoundRecord record) {
            records.add(record);
            after.accept(record.round());
        }

        @Override
        public void warning(String sentence) {
            // Counted in the records.
        }

        private double median(ToDoubleFunction<RoundRecord> value) {
            double[] sorted = records.subList(1, records.size() - 1).stream()
                    .mapToDouble(value)
                    .sorted()
                    .toArray();
            return sorted[sorted.length / 2];
        }

        double up() {
            return median(RoundRecord::bytesUp);
        }

        double down() {
            return median(RoundRecord::bytesDown);
        }

        double seconds() {
            return median(RoundRecord::seconds);
        }

        /** Updates in the last round. */
        int last() {
            return records.get(records.size() - 1).sent();
        }

        /** How many rounds had how many updates. */
        Map<Integer, Integer> sent() {
            Map<Integer, Integer> counts = new TreeMap<>();
            records.forEach(record -> counts.merge(record.sent(), 1, Integer::sum));
            return counts;
        }
    }
}
