package starling.experiments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.models.UnfitException;

/** The program as it is called. */
class ExperimentsTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void listNamesEveryExperimentAndParameter() throws IOException {
        assertEquals(0, run("list"));
        assertTrue(text(out).contains("coin-toss - Tosses a coin."), text(out));
        assertTrue(text(out).contains("tosses=100 (quick 10)"), text(out));
        out.reset();
        assertEquals(0, run("list", "--json"));
        JsonNode listed = new ObjectMapper().readTree(text(out)).get("experiments");
        assertEquals("coin-toss", listed.get(0).get("name").textValue());
        assertEquals(
                "integer from 1 to 1000",
                listed.get(0).get("parameters").get(0).get("type").textValue());
    }

    @Test
    void jsonIsAllThereIsOnStandardOutput() throws IOException {
        Path target = folder.resolve("results");
        assertEquals(0, run("run", "coin-toss", "--quick", "--out", target.toString(), "--json"));
        JsonNode printed = new ObjectMapper().readTree(text(out));
        assertEquals("coin-toss", printed.get("name").textValue());
        assertEquals(10, printed.get("parameters").get("tosses").intValue());
        assertEquals(Files.readString(target.resolve("findings.json")), text(out));
        assertEquals("picture", Files.readString(target.resolve("coin.svg")));
        assertTrue(text(err).contains("a library's chatter"), text(err));
        assertTrue(text(err).contains("holds  tosses"), text(err));
    }

    @Test
    void withoutJsonStandardOutputStaysEmpty() {
        assertEquals(
                0, run("run", "coin-toss", "--out", folder.resolve("results").toString()));
        assertEquals("", text(out));
    }

    @Test
    void sameSeedSameFindings() throws IOException {
        String first = printed("--seed", "5");
        assertEquals(first, printed("--seed", "5"));
        assertFalse(first.equals(printed("--seed", "6")));
    }

    @Test
    void failedRequiredClaimEndsWithOneAndItsResults() {
        Path target = folder.resolve("results");
        assertEquals(1, run("run", "coin-toss", "--set", "wanted=3", "--out", target.toString()));
        assertTrue(text(err).contains("FAILS  tosses: 100.0 against 3.0"), text(err));
        assertTrue(Files.exists(target.resolve("findings.json")));
    }

    @Test
    void failedRunLeavesNothing() throws IOException {
        assertEquals(
                1,
                run(
                        "run",
                        "broken",
                        "--json",
                        "--out",
                        folder.resolve("results").toString()));
        assertEquals("", text(out));
        assertEquals("experiments run: the moon is not up: it is noon\n", text(err));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsFoundBeforeTheRun() {
        Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self")), "there is no /proc here");
        assertEquals(1, run("run", "broken", "--out", "/proc/results"));
        assertEquals(
                "experiments run: the results cannot be written to '/proc/results': no permission to write '/proc'\n",
                text(err));
    }

    @Test
    void wrongOptionsEndWithTwoAndNameWhatThereIs() {
        String target = folder.resolve("results").toString();
        assertWrong("there is no experiment 'dice': there are coin-toss, broken", "run", "dice", "--out", target);
        assertWrong(
                "coin-toss: there is no parameter 'toss' to set: there are tosses, wanted",
                "run",
                "coin-toss",
                "--set",
                "toss=1",
                "--out",
                target);
        assertWrong(
                "coin-toss: parameter tosses must be of type integer from 1 to 1000: it is '0'",
                "run",
                "coin-toss",
                "--set",
                "tosses=0",
                "--out",
                target);
        assertWrong("Missing required option: '--out=DIR'", "run", "coin-toss");
        assertWrong("train", "train", "coin-toss", "--out", target);
        assertWrong("Missing required subcommand");
    }

    @Test
    void existingResultsAreRefusedBeforeTheRun() {
        String target = folder.resolve("results").toString();
        assertEquals(0, run("run", "coin-toss", "--out", target));
        err.reset();
        assertEquals(1, run("run", "coin-toss", "--out", target));
        assertFalse(text(err).contains("chatter"), text(err));
        assertTrue(text(err).contains("exists: name a new folder"), text(err));
        assertEquals(0, run("run", "coin-toss", "--out", target, "--force"));
    }

    @Test
    void theCatalogueHasDistinctNamesAndParameters() {
        List<Experiment> all = Catalogue.complete().experiments();
        assertEquals(all.size(), all.stream().map(Experiment::name).distinct().count());
        for (Experiment experiment : all) {
            assertTrue(experiment.name().matches("[a-z0-9]+(-[a-z0-9]+)*"), experiment.name());
            assertEquals(
                    experiment.parameters().size(),
                    experiment.parameters().stream()
                            .map(Parameter::name)
                            .distinct()
                            .count());
        }
    }

    private String printed(String... options) throws IOException {
        out.reset();
        Path target = Files.createTempDirectory(folder, "run");
        String[] arguments = {"run", "coin-toss", "--json", "--out", target.toString(), options[0], options[1]};
        assertEquals(0, run(arguments));
        return text(out);
    }

    private void assertWrong(String part, String... arguments) {
        err.reset();
        assertEquals(2, run(arguments));
        assertTrue(text(err).contains(part), text(err));
        assertEquals("", text(out));
    }

    private int run(String... arguments) {
        PrintStream standardOut = System.out;
        PrintStream standardErr = System.err;
        System.setOut(new PrintStream(out, true, UTF_8));
        System.setErr(new PrintStream(err, true, UTF_8));
        try {
            return Experiments.run(new Catalogue(List.of(new CoinToss(), new Broken())), arguments);
        } finally {
            System.setOut(standardOut);
            System.setErr(standardErr);
        }
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(UTF_8).replace(System.lineSeparator(), "\n");
    }

    private static final class CoinToss implements Experiment {
        private static final Parameter<Integer> TOSSES = Parameter.integer("tosses", 100, 10, 1, 1000, "how often");
        private static final Parameter<Integer> WANTED =
                Parameter.integer("wanted", 100, 10, 1, 1000, "how often at least");

        @Override
        public String name() {
            return "coin-toss";
        }

        @Override
        public String description() {
            return "Tosses a coin.";
        }

        @Override
        public List<Parameter<?>> parameters() {
            return List.of(TOSSES, WANTED);
        }

        @Override
        public Findings run(Context context) {
            System.out.println("a library's chatter");
            int tosses = context.get(TOSSES);
            Series series = new Series("heads");
            series.row(new SplittableRandom(context.seed()).ints(tosses, 0, 2).sum());
            for (int i = 0; i < 20; i++) {
                series.row(new SplittableRandom(context.seed() + i).nextInt(2));
            }
            return new Findings(
                    List.of(Claim.near("tosses", context.get(WANTED), tosses, 0, true)),
                    Map.of("heads", series),
                    List.of(new Figure("coin.svg", "picture".getBytes(UTF_8))));
        }
    }

    private static final class Broken implements Experiment {
        @Override
        public String name() {
            return "broken";
        }

        @Override
        public String description() {
            return "Cannot run.";
        }

        @Override
        public List<Parameter<?>> parameters() {
            return List.of();
        }

        @Override
        public Findings run(Context context) {
            throw new UnfitException("the moon is not up: it is noon");
        }
    }
}
