package starling.repurpose.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.plan.Plan;
import starling.repurpose.fixture.Cli;
import starling.repurpose.fixture.SmallFiles;

/** What the command line refuses: exit code, one sentence that names rule and value, nothing left behind. */
class RefusalsTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Path model = Path.of("");
    private Path out = Path.of("");

    @BeforeAll
    static void files() {
        model = SmallFiles.dense(shared);
    }

    @BeforeEach
    void target() {
        out = folder.resolve("bundle");
    }

    private Cli partition(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("partition", model, "--out", out));
        if (Arrays.stream(more).noneMatch("--workers"::equals)) {
            arguments.addAll(List.of("--workers", 3));
        }
        arguments.addAll(List.of(more));
        return Cli.run(arguments.toArray());
    }

    /** Exit 1, one sentence with these words, no bundle. */
    private void refused(Cli run, String... words) {
        assertEquals(1, run.exit(), run.err());
        assertEquals("", run.out());
        assertEquals(1, run.errLines().size(), run.err());
        assertFalse(run.err().contains("unexpected"), run.err());
        assertFalse(run.err().contains("Exception"), run.err());
        for (String word : words) {
            assertTrue(run.err().contains(word), "'" + word + "' in: " + run.err());
        }
        assertFalse(Files.exists(out), "nothing is left");
    }

    /** Exit 2, the option named and these words, no bundle. */
    private void wrongOption(Cli run, String option, String... words) {
        assertEquals(2, run.exit(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().contains(option), run.err());
        for (String word : words) {
            assertTrue(run.err().contains(word), "'" + word + "' in: " + run.err());
        }
        assertEquals(2, run.errLines().size(), run.err());
        assertFalse(Files.exists(out), "nothing is left");
    }

    @Test
    void epochsWithoutSamples() {
        wrongOption(partition("--epochs", "3"), "--epochs", "--finetune");
    }

    @Test
    void sweepsAndErrorBound() {
        wrongOption(partition("--sweeps", "2"), "--sweeps", "--objective values");
        wrongOption(partition("--epsilon", "0.1"), "--epsilon", "--objective values");
        wrongOption(partition("--baseline", "sparse", "--sweeps", "2"), "--sweeps", "--baseline sparse");
        wrongOption(partition("--objective", "edges", "--sweeps", "-1"), "--sweeps", "at least 0", "-1");
        wrongOption(partition("--objective", "edges", "--epsilon", "-0.5"), "--epsilon", "at least 0", "-0.5");
        wrongOption(partition("--objective", "edges", "--epsilon", "NaN"), "--epsilon", "NaN");
        wrongOption(partition("--objective", "edges", "--epsilon", "1", "--eta2", "1"), "--eta2", "--epsilon");
        refused(partition("--objective", "edges", "--epsilon", "0", "--eta1", "1000"), "epsilon = 0.0", "eta2 = 0");
    }

    @Test
    void optionsThatDoNotExist() {
        wrongOption(partition("--solver", "magic"), "--solver");
        wrongOption(partition("--objective", "beauty"), "--objective");
        wrongOption(partition("--baseline", "best"), "--baseline");
        wrongOption(partition("--workers", "two"), "--workers");
        wrongOption(partition("--eta2", "much"), "--eta2");
        wrongOption(Cli.run("inspect"), "MODEL");
        wrongOption(Cli.run("verify", out, "--json=maybe"), "--json");
        assertEquals(2, Cli.run("destroy").exit());
        assertEquals(2, Cli.run().exit());
    }

    @ParameterizedTest
    @ValueSource(strings = {"inspect", "partition"})
    void modelsThatAreNone(String command) throws IOException {
        byte[] whole = Files.readAllBytes(model);
        Path text = SmallFiles.write(folder.resolve("notes.onnx"), "this is not a model");
        Path empty = SmallFiles.write(folder.resolve("empty.onnx"), "");
        Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, whole.length / 2));
        refused(with(command, folder.resolve("away.onnx")), "away.onnx", "no such file");
        refused(with(command, folder), String.valueOf(folder.getFileName()), "folder");
        refused(with(command, text), "notes.onnx");
        refused(with(command, empty), "empty.onnx");
        refused(with(command, cut), "cut.onnx");
    }

    private Cli with(String command, Path file) {
        return command.equals("inspect")
                ? Cli.run("inspect", file)
                : Cli.run("partition", file, "--workers", 2, "--out", out);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1,0,1|share 2 of 3 is 0",
                "1,2,-1|share 3 of 3 is -1",
                "1,1,1,1|4 for 3 workers",
                "1,1|2 for 3 workers",
                "1,NaN,1|share 2 of 3 is 'NaN'",
                "1,1e999,1|share 2 of 3",
                "1,,1|share 2 of 3 is ''",
                "one,1,1|share 1 of 3 is 'one'",
            })
    void capacities(String shares, String said) {
        wrongOption(partition("--capacity", shares), "--capacity", "capacity share", said);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void workers(int count) {
        wrongOption(partition("--workers", count), "--workers", "at least 1: it is " + count);
    }

    @ParameterizedTest
    @ValueSource(ints = {Plan.MAX_WORKERS + 1, 1_000_000_000, Integer.MAX_VALUE})
    void moreWorkersThanAPlanCanName(int count) {
        Cli run = partition("--workers", count);
        wrongOption(run, "--workers");
        assertTrue(run.err().contains("at most " + Plan.MAX_WORKERS + ": it is " + count), run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "NaN", "-0.5", "-Infinity"})
    void thresholds(String eta) {
        String value = "at least 0: it is " + eta.replace("-1", "-1.0");
        wrongOption(partition("--objective", "edges", "--eta1", eta), "--eta1", value);
        wrongOption(partition("--objective", "edges", "--eta2", eta), "--eta2", value);
    }

    @Test
    void budgets() {
        wrongOption(partition("--max-values", -1), "--max-values", "at least 0: it is -1");
    }

    /** What each kind of plan makes of each option, from the descriptions of the kinds. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--objective values | --solver --eta2 --max-values --max-drop --calibrate --frontier",
                "--objective edges | --solver --eta1 --eta2 --frontier",
                "--baseline naive | ''",
                "--baseline original-order | --frontier",
                "--baseline sparse | --eta1 --eta2 --max-values --frontier",
                "--baseline late-fusion | --solver --calibrate --frontier",
            })
    void optionsThatWouldChangeNothing(String kind, String taken) {
        String samples = "csv:" + SmallFiles.table(folder, 120, SmallFiles.FEATURES, SmallFiles.CLASSES) + ",split=all";
        List<String> takes = List.of(taken.split(" "));
        for (String[] option : new String[][] {
            {"--solver", "munkres"},
            {"--eta1", "0.1"},
            {"--eta2", "0.1"},
            {"--max-values", "9"},
            {"--max-drop", "0.5", "--calibrate", samples},
            {"--calibrate", samples},
            {"--frontier", "--data", samples},
        }) {
            List<Object> arguments = new ArrayList<>(List.of((Object[]) kind.split(" ")));
            arguments.addAll(List.of((Object[]) option));
            arguments.add("--force");
            Cli run = partition(arguments.toArray());
            if (takes.contains(option[0])) {
                assertEquals(0, run.exit(), kind + " " + option[0] + ": " + run.err());
            } else {
                assertEquals(2, run.exit(), kind + " " + option[0] + ": " + run.err());
                assertTrue(run.err().contains(option[0] + " does not go with " + kind + ": "), run.err());
            }
        }
    }

    @Test
    void aDefaultThatIsGivenIsGiven() {
        wrongOption(partition("--baseline", "naive", "--solver", "transport"), "--solver", "--baseline naive");
        wrongOption(partition("--eta1", 0), "--eta1", "--objective values");
    }

    @Test
    void thresholdsBesideABudget() {
        wrongOption(
                partition("--baseline", "sparse", "--max-values", 5, "--eta2", 0.1),
                "--eta2",
                "--baseline sparse --max-values",
                "the budget alone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-0.01", "1.5", "NaN", "Infinity"})
    void dropsThatAreNoFractions(String drop) {
        wrongOption(
                partition("--max-drop", drop, "--calibrate", "builtin:mnist"),
                "--max-drop",
                "a fraction between 0 and 1: it is " + drop);
    }

    @Test
    void aDropBesideWhatItDecides() {
        wrongOption(partition("--max-drop", 0.1), "--max-drop", "needs --calibrate");
        for (String option : List.of("--max-values", "--eta2")) {
            wrongOption(
                    partition("--max-drop", 0.1, option, 5, "--calibrate", "builtin:mnist"),
                    option,
                    "does not go with --max-drop");
        }
    }

    @Test
    void aFrontierOfNothing() {
        wrongOption(partition("--frontier"), "--frontier", "give them with --data");
    }

    @Test
    void tooFewSamplesToHoldSomeBack() {
        String samples = "csv:" + SmallFiles.table(folder, 99, SmallFiles.FEATURES, SmallFiles.CLASSES) + ",split=all";
        refused(
                partition("--max-drop", 0.1, "--calibrate", samples),
                "at least 100 calibration samples",
                "there are 99");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1L << 40})
    void sizesOfModels(long bytes) {
        refused(partition("--max-model-bytes", bytes), "--max-model-bytes must lie between 1 and", "it is " + bytes);
    }

    @Test
    void aTargetThatExists() throws IOException {
        Files.createDirectory(out);
        Path kept = SmallFiles.write(out.resolve("mine.txt"), "mine");
        Cli plain = partition();
        assertEquals(1, plain.exit());
        assertTrue(plain.err().contains("exists"), plain.err());
        Cli forced = partition("--force");
        assertEquals(1, forced.exit(), "a folder that is no bundle is not replaced");
        assertEquals("mine", Files.readString(kept));
        Files.delete(kept);
        Files.delete(out);
        assertEquals(0, partition().exit());
        Cli again = partition("--workers", 2);
        assertEquals(1, again.exit());
        assertTrue(Files.readString(out.resolve("plan.json")).contains("\"workers\":3"), "the old one is as it was");
        assertEquals(0, partition("--workers", 2, "--force").exit());
        assertTrue(Files.readString(out.resolve("plan.json")).contains("\"workers\":2"));
    }

    @Test
    void aTargetThatCannotBeWritten() throws IOException {
        Path file = SmallFiles.write(folder.resolve("file"), "");
        out = file.resolve("bundle");
        refused(partition(), "cannot be written", file + "' is not a folder");
        Path locked = Files.createDirectory(folder.resolve("locked"));
        Assumptions.assumeTrue(locked.toFile().setWritable(false), "no permissions here");
        Assumptions.assumeFalse(Files.isWritable(locked), "this user may write everywhere");
        out = locked.resolve("bundle");
        refused(partition(), "cannot be written");
    }

    @Test
    void dataThatDoesNotFit() {
        Path narrow = SmallFiles.table(folder, 20, 4, 3);
        Path many = SmallFiles.table(folder, 20, 6, 7);
        refused(partition("--data", "csv:" + narrow + ",split=all"), "4 elements", "6 elements");
        refused(partition("--calibrate", "csv:" + narrow + ",split=all"), "4 elements", "6 elements");
        refused(partition("--data", "csv:" + many + ",split=all"), "labels", "3 outputs", "label 3");
        refused(partition("--data", "csv:" + folder.resolve("away.csv")), "away.csv");
        refused(partition("--data", "parquet:x"), "parquet");
        refused(partition("--data", "csv:" + many + ",color=red"), "color");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[0,1,|not JSON|",
                "[0,1,2,0,1,3]|workers 0 .. 2|given to 3",
                "[0,1,2,0,1,-1]|workers 0 .. 2|given to -1",
                "[0,1,2,0]|there are 4|",
                "[0,1,2,0,1,0.5]|entry 5 is 0.5|",
                "{\"z\": 1}|does not have|",
                "{\"x\": \"shared\"}|found|shared",
                "[]|found|",
                "7|given to 7|",
                "0 0 0 1 1 1|one JSON value|goes on after the first",
                "[0,0,0,1,1,1] [1]|one JSON value|goes on after the first",
                "''|one JSON value|is empty",
                "' '|one JSON value|is empty",
            })
    void owners(String text, String said, String more) {
        Path file = SmallFiles.write(folder.resolve("owners.json"), text);
        refused(partition("--inputs", "owners:" + file), said, more == null ? "" : more);
    }

    @Test
    void ownersThatAreNotThere() {
        refused(partition("--inputs", "owners:" + folder.resolve("away.json")), "away.json", "no file");
        refused(partition("--inputs", "owners:" + folder), "owners must be in a file", "is a folder");
        refused(partition("--inputs", "somehow"), "somehow");
    }

    @Test
    void bundlesThatAreNone() throws IOException {
        for (String command : List.of("evaluate", "report", "verify")) {
            refused(Cli.run(command, folder.resolve("away")), "plan.json");
            Path odd = Files.createDirectories(folder.resolve("odd-" + command));
            SmallFiles.write(odd.resolve("plan.json"), "{\"schema\": 99}");
            refused(Cli.run(command, odd), "schema", "99");
        }
    }
}
