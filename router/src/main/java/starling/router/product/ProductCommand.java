package starling.router.product;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import starling.codes.computation.CodedFactor;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Matrix;
import starling.link.frame.FrameDescriptor;
import starling.models.UnfitException;
import starling.models.command.Program;
import starling.models.data.NpyMatrix;
import starling.models.data.NpyWriter;
import starling.router.meeting.MeetingOptions;

/** {@code router product}: multiplies two matrices on agents. */
@Command(
        name = "product",
        description = "Multiplies two matrices on agents (edge-agent compute), coded against stragglers.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        sortOptions = false,
        footer = {
            "",
            "A is encoded and kept by the agents, then B is sent and multiplied. Exits with 0 when the goal was met, with",
            "1 when it was not; what is not known of the product when a fraction or a deadline is the goal counts as 0."
        })
public final class ProductCommand implements Callable<Integer> {
    private static final String FRACTION = "fraction:";
    private static final String DEADLINE = "deadline:";

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "A.npy", description = "The left factor, float32 or float64.")
    private Path left = Path.of("");

    @Parameters(index = "1", paramLabel = "B.npy", description = "The right factor; one dimension is a column.")
    private Path right = Path.of("");

    @Mixin
    private MeetingOptions options = new MeetingOptions();

    @Option(names = "--workers", paramLabel = "N", required = true, description = "Agents: nodes 0 to N - 1.")
    private int workers;

    @Option(names = "--code", paramLabel = "CODE", required = true, description = "One of " + ProductCode.KNOWN + ".")
    private String code = "";

    @Option(
            names = "--levels",
            paramLabel = "N",
            split = ",",
            description =
                    "With unequal protection: products in each level of importance, the largest norms first (default:"
                            + " three levels, 1 to 2 to 6).")
    private int @Nullable [] levels;

    @Option(
            names = "--windows",
            paramLabel = "P",
            split = ",",
            description = "With unequal protection: with which probability an agent is given the window of each level"
                    + " (default: 0.4,0.35,0.25).")
    private double @Nullable [] chances;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "With unequal protection: decides which windows agents are given (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--goal",
            paramLabel = "GOAL",
            defaultValue = "all",
            description = "When the product is done: all, fraction:F of its pieces, deadline:SECONDS (default:"
                    + " ${DEFAULT-VALUE}).")
    private String goal = "all";

    @Option(names = "--out", paramLabel = "C.npy", description = "Where the product is written, float64.")
    private @Nullable Path out;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Multiplies so many times with what the agents keep, and reports each (default: ${DEFAULT-VALUE}).")
    private int repeat;

    @Option(
            names = "--deadline",
            paramLabel = "S",
            defaultValue = "60",
            description = "How long answers are waited for, whatever the goal (default: ${DEFAULT-VALUE} s).")
    private int deadline;

    @Option(
            names = "--gather",
            paramLabel = "S",
            defaultValue = "30",
            description = "How long agents are waited for that are not there (default: ${DEFAULT-VALUE} s).")
    private int gather;

    @Option(names = "--json", description = "Print one JSON object on standard output.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        CommandLine line = spec.commandLine();
        Program.require(
                spec.commandLine(),
                workers >= 1 && workers <= FrameDescriptor.MAX_WORKER + 1,
                "--workers must be 1 to " + (FrameDescriptor.MAX_WORKER + 1),
                workers);
        Program.require(spec.commandLine(), repeat >= 1, "--repeat must be at least 1", repeat);
        MeetingOptions.requireSeconds(line, "--deadline", deadline);
        MeetingOptions.requireSeconds(line, "--gather", gather);
        MeetingOptions.Meeting meeting = options.meeting(line);
        if (meeting == null) {
            throw new ParameterException(line, "a product needs agents at a broker: --broker is missing");
        }
        ProductCode named;
        Goal until;
        try {
            named = ProductCode.of(code, workers, new ProductCode.Protection(levels, chances, seed));
            until = goal(goal);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()), e);
        }
        Matrix a = matrix(left);
        Matrix b = matrix(right);
        if (a.columns() != b.rows()) {
            throw new UnfitException(
                    "factors must agree in their inner dimension: " + left + " is " + a + ", " + right + " is " + b);
        }
        ProductCode.Coding coding = named.code(a, b);
        ProductTerms terms = new ProductTerms(
                meeting.fleet(),
                meeting.instance(),
                meeting.session(),
                workers,
                coding.longest(),
                Duration.ofSeconds(deadline),
                Duration.ofSeconds(gather));
        int threads = Runtime.getRuntime().availableProcessors();
        PrintWriter err = line.getErr();
        try (CodedProduct product = CodedProduct.start(terms, meeting.transport(), threads, sentence -> {
            synchronized (err) {
                err.println(sentence);
                err.flush();
            }
        })) {
            int there = product.gather().cardinality();
            err.println(there + " of " + workers + " agents are there");
            err.flush();
            return multiply(product, coding, a, b, until);
        }
    }

    private int multiply(CodedProduct product, ProductCode.Coding coding, Matrix a, Matrix b, Goal until)
            throws JsonProcessingException {
        ComputationCode chosen = coding.code();
        int threads = Runtime.getRuntime().availableProcessors();
        long begun = System.nanoTime();
        CodedFactor coded = CodedFactor.left(chosen, coding.left(), threads);
        double encoding = since(begun);
        begun = System.nanoTime();
        Operand kept = product.keep(coded);
        double keeping = since(begun);
        PrintWriter err = spec.commandLine().getErr();
        err.println(String.format(Locale.ROOT, "A is kept by the agents after %.3f s", keeping));
        err.flush();
        begun = System.nanoTime();
        Operand sent = new Operand.Sent(CodedFactor.right(chosen, coding.right(), threads));
        encoding += since(begun);
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < repeat; i++) {
            Outcome outcome = product.multiply(kept, sent, until);
            outcomes.add(outcome);
            err.println(String.format(
                    Locale.ROOT,
                    "product %d of %d: %s after %.3f s, %d of %d pieces",
                    i + 1,
                    repeat,
                    outcome.met() ? "done" : until instanceof Goal.Deadline ? "stopped" : "given up",
                    outcome.seconds(),
                    outcome.decoded().pieces().cardinality(),
                    chosen.pieces().size()));
            err.flush();
        }
        Outcome last = outcomes.get(outcomes.size() - 1);
        boolean done = outcomes.stream().allMatch(outcome -> outcome.met() || until instanceof Goal.Deadline);
        if (out != null && done) {
            Matrix result = coding.restore(last.decoded().result());
            NpyWriter.write(out, result.values(), result.rows(), result.columns());
        }
        if (json) {
            PrintWriter print = spec.commandLine().getOut();
            print.println(new ObjectMapper().writeValueAsString(report(chosen, a, b, encoding, keeping, outcomes)));
            print.flush();
        }
        return done ? Program.SUCCESS : Program.FAILED;
    }

    private static Map<String, Object> report(
            ComputationCode code, Matrix a, Matrix b, double encoding, double keeping, List<Outcome> outcomes) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("rows", a.rows());
        report.put("inner", a.columns());
        report.put("columns", b.columns());
        report.put("code", code.name());
        report.put("workers", code.workers().size());
        report.put("pieces", code.pieces().size());
        report.put("encodingSeconds", encoding);
        report.put("keepingSeconds", keeping);
        report.put("products", outcomes.stream().map(ProductCommand::report).toList());
        return report;
    }

    private static Map<String, Object> report(Outcome outcome) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("met", outcome.met());
        report.put("complete", outcome.decoded().complete());
        report.put("known", outcome.decoded().pieces().cardinality());
        report.put("seconds", outcome.seconds());
        report.put("decodingSeconds", outcome.decoding());
        report.put("condition", outcome.decoded().condition());
        report.put("bytesDown", outcome.bytesDown());
        report.put("bytesUp", outcome.bytesUp());
        report.put("refused", outcome.refused());
        report.put(
                "agents", outcome.works().stream().map(ProductCommand::report).toList());
        return report;
    }

    private static Map<String, Object> report(Work work) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("worker", work.worker());
        report.put("asked", work.asked());
        report.put("results", work.results());
        report.put("computingSeconds", work.computing());
        report.put("waitingSeconds", work.waiting());
        report.put("transferSeconds", work.results() == 0 ? null : (Double) work.transfer());
        return report;
    }

    private static double since(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }

    private static Matrix matrix(Path file) {
        NpyMatrix read = NpyMatrix.read(file);
        return new Matrix(read.rows(), read.columns(), read.values());
    }

    private static Goal goal(String text) {
        try {
            if (text.equals("all")) {
                return new Goal.All();
            }
            if (text.startsWith(FRACTION)) {
                return new Goal.Fraction(Double.parseDouble(text.substring(FRACTION.length())));
            }
            if (text.startsWith(DEADLINE)) {
                double seconds = Double.parseDouble(text.substring(DEADLINE.length()));
                return new Goal.Deadline(Duration.ofNanos((long) (seconds * 1e9)));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a goal's number must be a number: it is '" + text + "'", e);
        }
        throw new IllegalArgumentException("a goal must be all, fraction:F or deadline:SECONDS: it is '" + text + "'");
    }
}
