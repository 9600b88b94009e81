package starling.experiments.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import starling.experiments.findings.Figure;
import starling.models.UnfitException;
import starling.models.command.Program;
import starling.models.data.DataSpec;
import starling.models.data.Split;
import starling.models.files.Folders;
import starling.models.training.Epoch;
import starling.models.training.Recipe;
import starling.models.training.Saving;
import starling.models.zoo.Zoo;
import starling.models.zoo.ZooNetwork;

/** Trains one network of the zoo. */
@Command(
        name = "train",
        description = "Trains a network of the zoo from its first weights and writes an ONNX file.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class)
public final class TrainCommand implements Callable<Integer> {
    private static final int MOST_THREADS = 1024;

    @Parameters(
            paramLabel = "NAME",
            description = "the network: ${COMPLETION-CANDIDATES}",
            completionCandidates = Names.class)
    private String name;

    @Option(names = "--data", required = true, paramLabel = "DATA", description = "what it learns from (split=train)")
    private String data;

    @Option(names = "--test", paramLabel = "DATA", description = "what it is judged on (default: DATA's split=test)")
    private @Nullable String test;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "the ONNX file; must not exist")
    private Path out;

    @Option(names = "--force", description = "replace an existing file")
    private boolean force;

    @Option(names = "--epochs", paramLabel = "n", description = "times that every sample is seen")
    private @Nullable Integer epochs;

    @Option(names = "--batch", paramLabel = "n", description = "samples of a step")
    private @Nullable Integer batch;

    @Option(names = "--rate", paramLabel = "x", description = "learning rate")
    private @Nullable Double rate;

    @Option(names = "--checkpoint", paramLabel = "FILE", description = "save the run here, after every epoch at least")
    private @Nullable Path checkpoint;

    @Option(names = "--checkpoint-steps", paramLabel = "n", description = "save the run after so many steps too")
    private @Nullable Integer checkpointSteps;

    @Option(names = "--resume", description = "go on from the checkpoint")
    private boolean resume;

    @Option(names = "--curve", paramLabel = "FILE.png", description = "draw accuracy and loss over the epochs")
    private @Nullable Path curve;

    @Option(names = "--fact", paramLabel = "KEY=VALUE", description = "a fact for the file's metadata; may be repeated")
    private Map<String, String> facts = new LinkedHashMap<>();

    @Option(names = "--threads", defaultValue = "2", description = "threads of ONNX Runtime (default: 2)")
    private int threads;

    @Option(names = "--seed", defaultValue = "1", description = "seed of everything random (default: 1)")
    private long seed;

    @Option(names = "--json", description = "print one JSON object to stdout")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** The zoo's names, for {@code --help}. */
    static final class Names implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Zoo.all().stream().map(ZooNetwork::name).iterator();
        }
    }

    @Override
    public Integer call() throws IOException {
        ZooNetwork network;
        try {
            network = Zoo.network(name);
        } catch (UnfitException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        if (checkpoint == null && (resume || checkpointSteps != null)) {
            throw wrong((resume ? "--resume" : "--checkpoint-steps") + " needs --checkpoint FILE");
        }
        requireFree(out);
        if (curve != null) {
            requireFree(curve);
        }
        requireDifferent();
        Saving saving = checkpoint == null
                ? null
                : new Saving(checkpoint, checkpointSteps == null ? 0 : checkpointSteps, resume);
        PrintWriter err = spec.commandLine().getErr();
        DataSpec train = DataSpec.parse(data);
        Course course = new Course(network, recipe(network), train, judged(train), saving, facts);
        Course.Result result = course.run(err);
        write(out, result.model().toByteArray());
        if (curve != null) {
            write(curve, Figure.png("curve", chart(result.epochs())).content());
        }
        err.printf(
                Locale.ROOT,
                "%s: %d parameters, accuracy %.4f on %d samples (always the most frequent class: %.4f); wrote %s%n",
                name,
                result.parameters(),
                result.accuracy(),
                result.samples(),
                result.majority(),
                out);
        err.flush();
        if (json) {
            PrintWriter stdout = spec.commandLine().getOut();
            stdout.println(new ObjectMapper().writeValueAsString(json(result)));
            stdout.flush();
        }
        return Program.SUCCESS;
    }

    /** Samples that nothing is learned from, unless somebody asks for it. */
    private DataSpec judged(DataSpec train) {
        if (test != null) {
            return DataSpec.parse(test);
        }
        Split part = train.split();
        if (part == Split.TEST || part == Split.ALL) {
            throw wrong("--data of split=" + part.word() + " needs --test DATA: it holds the samples to judge on");
        }
        return train.part(Split.TEST, train.limit());
    }

    private Recipe recipe(ZooNetwork network) {
        if (threads < 1 || threads > MOST_THREADS) {
            throw wrong("--threads must be from 1 to " + MOST_THREADS + ": it is " + threads);
        }
        Recipe usual = network.stage().recipe();
        try {
            return usual.withEpochs(epochs == null ? usual.epochs() : epochs)
                    .withSteps(batch == null ? usual.batch() : batch, rate == null ? usual.rate() : rate)
                    .on(seed, threads);
        } catch (UnfitException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** No result may replace another. */
    private void requireDifferent() {
        List<Path> files = Stream.of(out, curve, checkpoint)
                .filter(Objects::nonNull)
                .map(file -> file.toAbsolutePath().normalize())
                .toList();
        for (int i = 0; i < files.size(); i++) {
            if (files.subList(0, i).contains(files.get(i))) {
                throw wrong("--out, --curve and --checkpoint must name different files: '"
                        + files.get(i).getFileName() + "' is named twice");
            }
        }
    }

    private void requireFree(Path file) {
        if (Files.isDirectory(file) || (Files.exists(file) && !force)) {
            throw new UnfitException("'" + file + "' exists: name a new file, or give --force to replace one");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UnfitException("'" + file + "' must be in a folder that exists: '" + folder + "' does not");
        }
        try {
            Folders.requireWritable(file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static void write(Path file, byte[] content) {
        Path place = file.toAbsolutePath();
        Path staged = place.resolveSibling("." + place.getFileName() + ".part");
        try {
            try {
                Files.write(staged, content);
                Files.move(staged, place, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(staged);
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static UnfitException unwritable(Path file, IOException e) {
        return new UnfitException("'" + file + "' cannot be written: " + Folders.reason(e), e);
    }

    private XYChart chart(List<Epoch> course) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title(name + ": accuracy over the epochs")
                .xAxisTitle("epoch")
                .yAxisTitle("accuracy")
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSE);
        double[] numbers = course.stream().mapToDouble(Epoch::number).toArray();
        chart.addSeries(
                "while training",
                numbers,
                course.stream().mapToDouble(Epoch::accuracy).toArray());
        chart.addSeries(
                "test",
                numbers,
                course.stream().mapToDouble(TrainCommand::tested).toArray());
        return chart;
    }

    private static double tested(Epoch epoch) {
        Double accuracy = epoch.heldBackAccuracy();
        return accuracy == null ? Double.NaN : accuracy;
    }

    private ObjectNode json(Course.Result result) {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.put("network", name);
        root.put("parameters", result.parameters());
        root.put("accuracy", result.accuracy());
        root.put("majority", result.majority());
        root.put("samples", result.samples());
        root.put("seed", seed);
        ArrayNode course = root.putArray("epochs");
        for (Epoch epoch : result.epochs()) {
            course.addObject()
                    .put("number", epoch.number())
                    .put("rate", epoch.rate())
                    .put("loss", epoch.loss())
                    .put("accuracy", epoch.accuracy())
                    .put("testAccuracy", tested(epoch))
                    .put("seconds", epoch.seconds());
        }
        return root;
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
