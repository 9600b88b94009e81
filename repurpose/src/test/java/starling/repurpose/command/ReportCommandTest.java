package starling.repurpose.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.plan.Bundle;
import starling.repurpose.fixture.Cli;
import starling.repurpose.fixture.Html;
import starling.repurpose.fixture.SmallFiles;

/** {@code repurpose report} as a user meets it. */
class ReportCommandTest {
    @TempDir
    Path folder;

    private Path bundle = Path.of("");
    private Path page = Path.of("");
    private String data = "";

    @BeforeEach
    void partition() {
        bundle = folder.resolve("bundle");
        page = bundle.resolve("report.html");
        data = "csv:" + SmallFiles.table(folder, 60, SmallFiles.FEATURES, SmallFiles.CLASSES);
        partitioned();
    }

    private void partitioned(Object... more) {
        Object[] plain = {"partition", SmallFiles.dense(folder), "--workers", 2, "--out", bundle, "--force"};
        Cli run =
                Cli.run(Stream.concat(Arrays.stream(plain), Arrays.stream(more)).toArray());
        assertEquals(0, run.exit(), run.err());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.sorted().toList();
        }
    }

    /** One sentence with these words, this exit code, and not a file more than before. */
    private void refused(int exit, List<Object> arguments, String... said) throws IOException {
        List<Path> before = files();
        Cli run = Cli.run(arguments.toArray());
        assertEquals(exit, run.exit(), run.err());
        assertEquals(exit == 1 ? 1 : 2, run.errLines().size(), run.err());
        for (String word : said) {
            assertTrue(run.err().contains(word), word + " in: " + run.err());
        }
        assertFalse(run.err().contains("unexpected"), run.err());
        assertEquals("", run.out());
        assertEquals(before, files());
    }

    @Test
    void goesIntoTheBundleUnlessToldOtherwise() throws IOException {
        Cli run = Cli.run("report", bundle);
        assertEquals(0, run.exit(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().contains("wrote " + page), run.err());
        assertTrue(Html.read(page).text().contains("give labelled inputs with --data"));
        Path other = folder.resolve("other.html");
        assertEquals(0, Cli.run("report", bundle, "--out", other).exit());
        assertArrayEquals(Files.readAllBytes(page), Files.readAllBytes(other), "nothing in it depends on the clock");
        assertEquals(0, Cli.run("verify", bundle).exit(), "the bundle is as whole as before");
    }

    @Test
    void json() throws IOException {
        partitioned("--eta2", "0.1", "--calibrate", data);
        Cli run = Cli.run("report", bundle, "--data", data, "--json");
        assertEquals(0, run.exit(), run.err());
        assertEquals(1, run.out().lines().count(), run.out());
        JsonNode root = new ObjectMapper().readTree(run.out());
        JsonNode evaluated = new ObjectMapper()
                .readTree(Cli.run("evaluate", bundle, "--data", data, "--json").out());
        evaluated.fieldNames().forEachRemaining(key -> assertEquals(evaluated.get(key), root.get(key), key));
        assertEquals(page.toString(), root.get("report").get("file").textValue());
        assertEquals(Files.size(page), root.get("report").get("bytes").longValue());
        assertEquals(3, root.get("solvers").size());
        root.get("solvers").forEach(solver -> {
            assertTrue(solver.get("equal").booleanValue());
            assertEquals(
                    solver.get("munkres").doubleValue(), solver.get("transport").doubleValue(), 1e-9);
            assertTrue(solver.get("plan").doubleValue() >= solver.get("munkres").doubleValue() - 1e-9);
        });
        JsonNode deviation = root.get("deviation");
        assertTrue(deviation.get("measured").doubleValue() > 0);
        assertTrue(deviation.get("measured").doubleValue()
                <= deviation.get("layered").doubleValue());
        assertTrue(
                deviation.get("layered").doubleValue() <= deviation.get("bound").doubleValue());
        for (String variant : List.of("repurpose", "sparse", "values", "budget", "late-fusion")) {
            assertTrue(root.get("curves").get(variant).size() > 0, variant);
        }
        String text = Html.read(page).text();
        assertTrue(text.contains("was calibrated on 48 samples"), "the other part of the table");
        JsonNode unjudged = new ObjectMapper()
                .readTree(Cli.run("report", bundle, "--force", "--json").out());
        assertTrue(unjudged.get("curves").isNull() && unjudged.get("deviation").isNull());
    }

    /** A page made without calibration says so, and one whose data leave nothing to calibrate on. */
    @Test
    void howTheComparisonWasCalibrated() throws IOException {
        assertEquals(0, Cli.run("report", bundle, "--data", data).exit());
        assertTrue(Html.read(page).text().contains("by weights alone, as this plan was made"));
        assertEquals(
                0,
                Cli.run("report", bundle, "--data", data, "--calibrate", data, "--force")
                        .exit());
        assertTrue(Html.read(page).text().contains("calibrated on 48 samples of csv:"));
        partitioned("--eta2", "0.1", "--calibrate", data);
        assertEquals(0, Cli.run("report", bundle, "--data", data + ",split=all").exit());
        assertTrue(Html.read(page).text().contains("no inputs are known that are not judged on"));
        assertEquals(
                0,
                Cli.run("report", bundle, "--data", data, "--sweep-seconds", 0, "--force")
                        .exit());
        assertTrue(Html.read(page).text().contains("left out as asked"));
    }

    @Test
    void wrongOptions() throws IOException {
        refused(2, List.of("report", bundle, "--sweep-seconds", -1), "--sweep-seconds", "-1");
        refused(2, List.of("report", bundle, "--sweep-seconds", "long"), "--sweep-seconds", "long");
        refused(2, List.of("report", bundle, "--calibrate", data), "--calibrate", "--data");
        refused(2, List.of("report"), "DIR");
        refused(2, List.of("report", bundle, "--script", "x"), "--script");
        Cli help = Cli.run("report", "--help");
        assertEquals(0, help.exit());
        for (String option : List.of("--data", "--out", "--force", "--calibrate", "--sweep-seconds", "--json")) {
            assertTrue(help.out().contains(option), help.out());
        }
    }

    @Test
    void unfitBundles() throws IOException {
        refused(1, List.of("report", folder.resolve("away")), "plan.json", "does not exist");
        Path odd = Files.createDirectory(folder.resolve("odd"));
        SmallFiles.write(odd.resolve("plan.json"), "{\"schema\": 99}");
        refused(1, List.of("report", odd), "schema", "99");
        for (String file : Bundle.open(bundle).plan().files().keySet()) {
            Path path = bundle.resolve(file);
            byte[] bytes = Files.readAllBytes(path);
            byte[] changed = bytes.clone();
            changed[changed.length / 2] ^= 1;
            Files.write(path, changed);
            refused(1, List.of("report", bundle, "--data", data), "'" + file + "' was changed");
            Files.delete(path);
            refused(1, List.of("report", bundle), file, "does not exist");
            Files.write(path, bytes);
        }
        assertEquals(0, Cli.run("report", bundle).exit());
    }

    @Test
    void unfitData() throws IOException {
        Path narrow = SmallFiles.table(folder, 20, 4, 3);
        Path many = SmallFiles.table(folder, 20, 6, 7);
        refused(1, List.of("report", bundle, "--data", "csv:" + narrow), "4 elements", "6 elements");
        refused(
                1,
                List.of("report", bundle, "--data", data, "--calibrate", "csv:" + narrow),
                "4 elements",
                "6 elements");
        refused(1, List.of("report", bundle, "--data", "csv:" + many + ",split=all"), "labels", "3 outputs");
        refused(1, List.of("report", bundle, "--data", "csv:" + folder.resolve("away.csv")), "away.csv");
        refused(1, List.of("report", bundle, "--data", "parquet:x"), "parquet");
    }

    @Test
    void targets() throws IOException {
        SmallFiles.write(page, "mine");
        refused(1, List.of("report", bundle), "exists", "--force");
        assertEquals("mine", Files.readString(page));
        assertEquals(0, Cli.run("report", bundle, "--force").exit());
        assertTrue(Html.read(page).all("section").size() > 5);
        refused(1, List.of("report", bundle, "--force", "--out", folder), "something else");
        refused(1, List.of("report", bundle, "--out", folder.resolve("no/such/page.html")), "existing folder");
        refused(1, List.of("report", bundle, "--out", page.resolve("page.html")), "existing folder");
        Path link = folder.resolve("link.html");
        Files.createSymbolicLink(link, page);
        refused(1, List.of("report", bundle, "--force", "--out", link), "something else");
        Path locked = Files.createDirectory(folder.resolve("locked"));
        Assumptions.assumeTrue(locked.toFile().setWritable(false), "no permissions here");
        Assumptions.assumeFalse(Files.isWritable(locked), "this user may write everywhere");
        refused(1, List.of("report", bundle, "--out", locked.resolve("page.html")), "cannot be written");
    }
}
