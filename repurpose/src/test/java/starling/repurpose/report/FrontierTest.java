package starling.repurpose.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.profile.DeviceProfile;
import starling.repurpose.fixture.Cli;
import starling.repurpose.fixture.SmallFiles;

class FrontierTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    private String table() {
        return "csv:" + SmallFiles.table(folder, 200, SmallFiles.FEATURES, SmallFiles.CLASSES) + ",split=all";
    }

    private Path profile() throws IOException {
        return Files.writeString(
                folder.resolve("device.json"),
                new DeviceProfile(1, "test", "test", 1, 1, 1 << 30, 1e9, 1e9, 0.001, 1e6).json());
    }

    private static JsonNode json(Object... arguments) throws IOException {
        Cli run = Cli.run(arguments);
        assertEquals(0, run.exit(), run.err());
        return MAPPER.readTree(run.out());
    }

    /** Every point is the plan that its budget gives when it is asked for alone. */
    @Test
    void thePointsAreThePlansOfTheirBudgets() throws IOException {
        Path model = SmallFiles.dense(folder);
        String data = table();
        Path profile = profile();
        JsonNode frontier = json(
                        "partition",
                        model,
                        "--workers",
                        2,
                        "--out",
                        folder.resolve("p"),
                        "--inputs",
                        "split",
                        "--data",
                        data,
                        "--profile",
                        profile,
                        "--frontier",
                        "--json")
                .get("frontier");
        assertEquals(200, frontier.get("samples").intValue());
        assertFalse(frontier.get("cut").booleanValue());
        List<String> plans = new ArrayList<>();
        long before = Long.MAX_VALUE;
        for (JsonNode point : frontier.get("points")) {
            String plan = point.get("plan").textValue();
            plans.add(plan);
            List<Object> arguments = new ArrayList<>(List.of(
                    "partition",
                    model,
                    "--workers",
                    2,
                    "--out",
                    folder.resolve("one"),
                    "--force",
                    "--inputs",
                    "split",
                    "--data",
                    data,
                    "--profile",
                    profile,
                    "--json"));
            arguments.addAll(
                    plan.equals("late-fusion")
                            ? List.of("--baseline", "late-fusion")
                            : List.of("--max-values", point.get("budget").longValue()));
            JsonNode alone = json(arguments.toArray());
            String what = plan + " " + point.get("budget");
            assertEquals(alone.get("values").get("plan"), point.get("values"), what);
            assertEquals(alone.get("bytes"), point.get("bytes"), what);
            assertEquals(alone.get("rounds"), point.get("rounds"), what);
            assertEquals(alone.get("accuracy").get("plan"), point.get("accuracy"), what);
            assertEquals(alone.get("latency").get("seconds"), point.get("latencySeconds"), what);
            assertTrue(point.get("values").longValue() <= before, "most values first");
            before = point.get("values").longValue();
        }
        assertEquals(1, plans.stream().filter("late-fusion"::equals).count());
        assertTrue(plans.size() >= 3, plans.toString());
        requireEfficient(frontier);
    }

    /** By definition, and with plain loops: a point is worth choosing unless another is nowhere worse and somewhere better. */
    private static void requireEfficient(JsonNode frontier) {
        int efficient = 0;
        for (JsonNode one : frontier.get("points")) {
            boolean beaten = false;
            for (JsonNode other : frontier.get("points")) {
                boolean worse = other.get("accuracy").doubleValue()
                        < one.get("accuracy").doubleValue();
                boolean better = other.get("accuracy").doubleValue()
                        > one.get("accuracy").doubleValue();
                for (String cost : List.of("values", "bytes", "rounds", "latencySeconds")) {
                    worse |= other.get(cost).doubleValue() > one.get(cost).doubleValue();
                    better |= other.get(cost).doubleValue() < one.get(cost).doubleValue();
                }
                beaten |= better && !worse;
            }
            assertEquals(!beaten, one.get("efficient").booleanValue());
            efficient += beaten ? 0 : 1;
        }
        assertTrue(efficient > 0);
    }

    @Test
    void aReportHasTheTableOnlyWhenAsked() throws IOException {
        Path out = folder.resolve("b");
        json("partition", SmallFiles.dense(folder), "--workers", 2, "--out", out, "--inputs", "split", "--json");
        JsonNode plain = json("report", out, "--data", table(), "--json");
        assertFalse(plain.has("frontier"));
        assertFalse(Files.readString(out.resolve("report.html")).contains("The frontier of plans"));
        JsonNode frontier = json(
                        "report", out, "--data", table(), "--force", "--frontier", "--profile", profile(), "--json")
                .get("frontier");
        String page = Files.readString(out.resolve("report.html"));
        assertTrue(page.contains("The frontier of plans"));
        assertTrue(page.contains("latency"));
        requireEfficient(frontier);
        List<String> plans = new ArrayList<>();
        frontier.get("points").forEach(point -> plans.add(point.get("plan").textValue()));
        assertTrue(plans.containsAll(List.of("budget", "values", "late-fusion")), plans.toString());
    }

    @Test
    void whereThereIsNothingToChooseItSaysNull() throws IOException {
        JsonNode alone = json(
                "partition",
                SmallFiles.dense(folder),
                "--workers",
                1,
                "--out",
                folder.resolve("b"),
                "--data",
                table(),
                "--frontier",
                "--json");
        assertTrue(alone.get("frontier").isNull());
    }

    @Test
    void whatItNeedsInAReport() {
        Path out = folder.resolve("b");
        assertEquals(
                0,
                Cli.run("partition", SmallFiles.dense(folder), "--workers", 2, "--out", out)
                        .exit());
        for (Cli run : List.of(
                Cli.run("report", out, "--frontier"),
                Cli.run("report", out, "--frontier", "--data", table(), "--sweep-seconds", 0))) {
            assertEquals(2, run.exit());
            assertTrue(run.err().contains("--frontier is made from the comparison, which needs --data"), run.err());
        }
        Cli profile = Cli.run("report", out, "--data", table(), "--profile", "x.json");
        assertEquals(2, profile.exit());
        assertTrue(profile.err().contains("--profile belongs to the latencies of --frontier"), profile.err());
    }
}
