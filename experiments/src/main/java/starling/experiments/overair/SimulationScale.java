package starling.experiments.overair;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import starling.codes.channel.ChannelGains;
import starling.codes.overair.RandomLinearCode;
import starling.codes.overair.RoundCode;
import starling.codes.overair.Sender;
import starling.codes.random.Draw;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.folder.TemporaryFolder;
import starling.experiments.machine.PeakMemory;
import starling.learning.model.Layout;
import starling.learning.model.LocalModel;
import starling.learning.model.TrialModel;
import starling.learning.node.LearningNode;
import starling.learning.settings.Local;
import starling.learning.settings.TrialSettings;
import starling.learning.uplink.LayeredCode;
import starling.models.UnfitException;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.router.trial.RoundRecord;
import starling.router.trial.Trial;

/**
 * Simulated nodes of FC-300-100 in numbers from 10 to 10 000: rounds a second, memory, and the time per node and round beside a
 * plain loop that computes and encodes the same gradients with as many threads. Each number of nodes has a process of its own,
 * with {@value #HEAP}. Residuals are in a file: a node's takes 4 bytes for each number of the model.
 */
public final class SimulationScale implements Experiment {
    private static final String HEAP = "-Xmx1200m";
    private static final long DEADLINE_SECONDS = 900;
    private static final double MOST_BYTES = 2.0 * (1 << 30);
    private static final double MOST_RATIO = 1.5;
    private static final long RESIDUAL_BYTES = 4 * 266_610;
    private static final double GAIN = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Parameter<List<Integer>> NODES =
            Parameter.list("nodes", "counts from 1 to 100000", "10,100,1000,10000", "10", "nodes of a trial", text -> {
                int count = Integer.parseInt(text);
                if (count < 1 || count > 100_000) {
                    throw new IllegalArgumentException("out of bounds: " + count);
                }
                return count;
            });
    private static final Parameter<Integer> BATCH = Parameter.integer("batch", 8, 4, 1, 1000, "samples of a node");
    private static final Parameter<Integer> WORK = Parameter.integer(
            "updates", 4000, 200, 10, 10_000_000, "updates of a trial that are timed, at least one round");
    private static final Parameter<Integer> DISK =
            Parameter.integer("disk", 2000, 2000, 1, 1_000_000, "megabytes of disk that residuals may take");
    private static final Parameter<DataSpec> DATA = new Parameter<>(
            "data",
            "DATA with a sample for each node",
            "mnist:../shared/data/mnist",
            "builtin:mnist",
            "what is learned",
            DataSpec::parse);

    private static final Parameter<List<Uplink>> UPLINKS = Parameter.list(
            "uplinks",
            "air|messages|feedback",
            "air,messages,feedback",
            "air,messages",
            "how updates are sent",
            Uplink::parse);

    /** How updates are sent. */
    enum Uplink {
        AIR("{mode: over-the-air, gain: 20}"),
        MESSAGES("{code: 'default:gain=32'}"),
        /** With residuals on the disk. */
        FEEDBACK("{code: 'default:gain=32', feedback: 1}");

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
        return "fl-scale";
    }

    @Override
    public String description() {
        return "Rounds a second and memory of 10 to 10 000 simulated nodes, beside a plain loop.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(NODES, UPLINKS, BATCH, WORK, DISK, DATA);
    }

    @Override
    public Findings run(Context context) {
        Series table = Series.ofRecords(
                "nodes", "uplink", "roundsPerSecond", "secondsPerUpdate", "loopSecondsPerUpdate", "ratio", "bytes");
        List<Claim> claims = new ArrayList<>();
        for (Uplink uplink : context.get(UPLINKS)) {
            for (int nodes : context.get(NODES)) {
                long megabytes = nodes * RESIDUAL_BYTES / 1_000_000;
                if (uplink == Uplink.FEEDBACK && megabytes > context.get(DISK)) {
                    context.say("feedback is left out for " + nodes + " nodes: residuals would take " + megabytes
                            + " MB of disk, more than disk=" + context.get(DISK));
                    continue;
                }
                JsonNode found = measured(context, nodes, uplink);
                double trial = found.path("trial").asDouble();
                double loop = found.path("loop").asDouble();
                double bytes = found.path("bytes").asDouble();
                table.entry(nodes, uplink.word(), 1 / (trial * nodes), trial, loop, trial / loop, bytes);
                context.say(String.format(
                        Locale.ROOT,
                        "%s, %d nodes: %.3g rounds/s, %.3f ms per node and round (plain loop %.3f), %.0f MiB",
                        uplink.word(),
                        nodes,
                        1 / (trial * nodes),
                        1e3 * trial,
                        1e3 * loop,
                        bytes / (1 << 20)));
                claims.add(Claim.atMost(
                                "times-the-plain-loop-" + uplink.word() + "-" + nodes,
                                MOST_RATIO,
                                trial / loop,
                                uplink == Uplink.AIR && nodes >= 100)
                        .because(
                                uplink == Uplink.AIR
                                        ? "few rounds are timed"
                                        : "the server decodes every message, which takes as long as encoding it and which the loop"
                                                + " does not do"));
                claims.add(Claim.atMost("bytes-" + uplink.word() + "-" + nodes, MOST_BYTES, bytes, true));
            }
        }
        return new Findings(claims, Map.of("fl-scale", table), List.of());
    }

    private JsonNode measured(Context context, int nodes, Uplink uplink) {
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            Path settings = folder.path().resolve("trial.yaml");
            Path out = folder.path().resolve("out.json");
            Path said = folder.path().resolve("said.txt");
            int rounds = Math.max(3, context.get(WORK) / nodes + 2);
            Files.writeString(
                    settings,
                    String.join(
                            "\n",
                            "model: fc-300-100",
                            "data: '" + context.get(DATA) + "'",
                            "nodes: " + nodes,
                            "local: {batch: " + context.get(BATCH) + "}",
                            "uplink: " + uplink.yaml,
                            "server: {rate: 0.1}",
                            "rounds: " + rounds,
                            "evaluate: " + rounds));
            List<String> command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    HEAP,
                    "-cp",
                    System.getProperty("java.class.path"),
                    SimulationScale.class.getName(),
                    settings.toString(),
                    out.toString());
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            try {
                if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                    throw new UnfitException(
                            nodes + " nodes must learn within " + DEADLINE_SECONDS + " s: they did not");
                }
            } finally {
                process.destroyForcibly();
            }
            if (process.exitValue() != 0) {
                throw new UnfitException(
                        nodes + " nodes failed: " + Files.readString(said).strip());
            }
            return JSON.readTree(out.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnfitException("measuring was interrupted", e);
        }
    }

    /** The process of one measurement: a trial's file, and where its figures go. */
    public static void main(String[] arguments) throws IOException {
        TrialSettings settings = TrialSettings.read(Path.of(arguments[0]));
        try {
            double trial = trial(settings);
            long bytes = PeakMemory.bytes();
            double loop = loop(settings);
            Files.writeString(
                    Path.of(arguments[1]),
                    JSON.writeValueAsString(Map.of("trial", trial, "loop", loop, "bytes", bytes)));
        } catch (UnfitException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Seconds per node and round of all rounds but the first, which warms up, and the last, which is judged. */
    private static double trial(TrialSettings settings) {
        List<Double> seconds = new ArrayList<>();
        Trial.Watch watch = new Trial.Watch() {
            @Override
            public void round(RoundRecord record) {
                if (record.round() > 1 && record.round() < settings.rounds()) {
                    seconds.add(record.seconds());
                }
            }

            @Override
            public void warning(String sentence) {
                throw new UnfitException(sentence);
            }
        };
        new Trial(settings, watch).run();
        double sum = 0;
        for (double one : seconds) {
            sum += one;
        }
        return sum / seconds.size() / settings.nodes();
    }

    /** The same gradients and messages without a trial around them. */
    private static double loop(TrialSettings settings) {
        Dataset data = settings.data().open(Split.TRAIN, settings.seed());
        TrialModel model = TrialModel.of(settings.model(), data, settings.seed());
        List<int[]> shares = settings.sharing().deal(data.labels(), settings.nodes(), settings.seed());
        Encoder code = encoder(settings, model.layout());
        float[] weights = model.weights();
        int threads = Runtime.getRuntime().availableProcessors();
        int updates = Math.max(200, Math.min(settings.nodes(), 2000));
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            AtomicInteger next = new AtomicInteger();
            AtomicInteger warm = new AtomicInteger();
            List<Future<Long>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                running.add(pool.submit(() -> {
                    try (LocalModel local = new LocalModel(model, 1)) {
                        local.set(weights);
                        for (int i = warm.getAndIncrement(); i < 100; i = warm.getAndIncrement()) {
                            update(local, new LearningNode(0, shares.get(0)), data, weights, settings.local(), code, i);
                        }
                        long started = System.nanoTime();
                        for (int i = next.getAndIncrement(); i < updates; i = next.getAndIncrement()) {
                            int node = i % settings.nodes();
                            update(
                                    local,
                                    new LearningNode(node, shares.get(node)),
                                    data,
                                    weights,
                                    settings.local(),
                                    code,
                                    i);
                        }
                        return System.nanoTime() - started;
                    }
                }));
            }
            double longest = 0;
            for (Future<Long> one : running) {
                longest = Math.max(longest, one.get());
            }
            return longest / 1e9 / updates;
        } catch (InterruptedException | ExecutionException e) {
            throw new UnfitException("the plain loop failed: " + e.getMessage(), e);
        } finally {
            pool.shutdownNow();
        }
    }

    private static void update(
            LocalModel local, LearningNode node, Dataset data, float[] weights, Local work, Encoder code, int round) {
        code.encode(node.update(local, weights, data, work, round, 1).gradient(), new Draw(1, node.number(), round, 0));
    }

    /** What a plain loop does with a gradient. */
    @FunctionalInterface
    private interface Encoder {
        void encode(float[] gradient, Draw draw);
    }

    private static Encoder encoder(TrialSettings settings, Layout layout) {
        if (settings.uplink() instanceof starling.learning.settings.Uplink.Digital digital) {
            return LayeredCode.of(layout, digital.codes())::encode;
        }
        RoundCode code = RandomLinearCode.ofGain(layout.length(), GAIN).in(new Draw(1, 0, 0, 0));
        ChannelGains gains = ChannelGains.flat(code.code().subchannels(), 1, 0);
        return (gradient, draw) -> code.encode(gradient, Sender.of(1), gains, 1, draw.node());
    }
}
