package starling.repurpose.latency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.models.profile.DeviceProfile;
import starling.models.run.ProbedModel;
import starling.repurpose.assign.Capacities;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.extract.StageWork;
import starling.repurpose.fixture.Cli;
import starling.repurpose.fixture.QuickBundles;
import starling.repurpose.fixture.RandomNetwork;
import starling.repurpose.fixture.SmallFiles;
import starling.repurpose.partition.LoadedNetwork;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

class DevicesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    private static DeviceProfile profile(
            double flops, @Nullable Double roundTrip, @Nullable Double throughput, long memory) {
        return new DeviceProfile(1, "test", "test", 1, 1, memory, flops, flops, roundTrip, throughput);
    }

    private static void close(double expected, @Nullable Double actual) {
        assertEquals(expected, actual == null ? Double.NaN : actual, 1e-12);
    }

    private Path write(String name, DeviceProfile profile) throws IOException {
        return Files.writeString(folder.resolve(name), profile.json());
    }

    private static SplitNetwork inOrder(SplitGraph graph, Map<String, InputRule> rules, int workers) {
        Capacities capacities = Capacities.equal(workers);
        return SplitNetwork.original(
                graph,
                workers,
                Ownership.inOriginalOrder(graph, capacities, Ownership.ofInputs(graph, rules, capacities)));
    }

    /** What is counted without writing anything is what the written parts say. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void theStagesOfAWorkerAddUpToItsPart(long seed) {
        RandomNetwork drawn = RandomNetwork.of(seed);
        SplitGraph graph = SpaceAnalysis.of(ProbedModel.of(drawn.model()), drawn.rules());
        for (Schedule.Kinds kinds : Schedule.Kinds.values()) {
            SplitNetwork network = inOrder(graph, drawn.rules(), 3);
            Schedule schedule = Schedule.of(network, kinds);
            Bundle bundle = QuickBundles.write(folder, QuickBundles.content(network, schedule));
            long[][] work = StageWork.of(network, schedule).perStage();
            assertEquals(schedule.rounds() + 1, work.length);
            for (Plan.Part part : bundle.plan().parts()) {
                assertEquals(
                        part.multiplyAdds(),
                        Arrays.stream(work)
                                .mapToLong(stage -> stage[part.worker()])
                                .sum(),
                        "worker " + part.worker());
            }
        }
    }

    /**
     * 6-8-5-3 over two workers in order: 3 + 3 inputs, 4 + 4, 3 + 2 and 2 + 1 neurons. Worked out by hand for activations only: before
     * exchange 1 each multiplies its own inputs, 4 x 3, after it those that came, 4 x 3 again and its own part of the next layer,
     * 3 x 4 and 2 x 4; then what came of that, 3 x 4 and 2 x 4, and its own part of the last, 2 x 3 and 1 x 2; at last
     * 2 x 2 and 1 x 3.
     */
    @Test
    void aPredictionByHand() {
        SplitGraph graph = SpaceAnalysis.of(
                LoadedNetwork.load(SmallFiles.dense(folder), 1 << 20).probed(), Map.of());
        SplitNetwork network = inOrder(graph, Map.of(), 2);
        Schedule schedule = Schedule.of(network, Schedule.Kinds.ACTIVATIONS);
        assertArrayEquals(
                new long[][] {{12, 12}, {24, 20}, {18, 10}, {4, 3}},
                StageWork.of(network, schedule).perStage());

        // multiply-adds per second: 1000 and 500
        Devices devices = new Devices(List.of(profile(2000, 0.1, 1000.0, 1000), profile(1000, 0.2, null, 100_000)));
        Latency latency = devices.predict(network, schedule);
        assertEquals(12 / 500.0 + 20 / 500.0 + 10 / 500.0 + 3 / 500.0, latency.computeSeconds(), 1e-12);
        // frames of 3 + 3, 4 + 4, 3 + 2 numbers; worker 0 sends and receives all of them at 1000 bytes/s
        double bytes = 6 * 64 + 4 * (6 + 8 + 5);
        close(3 * 0.2 + bytes / 1000, latency.exchangeSeconds());
        close(latency.computeSeconds() + 3 * 0.2 + bytes / 1000, latency.seconds());
        // 48 + 40 + 15 multiply-adds, 119 parameters: 476 bytes fit into both
        close(103 / 1000.0, latency.aloneSeconds());
        assertTrue(latency.aloneFaster());
        assertTrue(latency.sentence().contains("one device alone is faster: 103.000 ms"), latency.sentence());

        Devices small = new Devices(List.of(profile(2000, 0.1, 1000.0, 475), profile(1000, 0.2, null, 476)));
        close(103 / 500.0, small.predict(network, schedule).aloneSeconds()); // the fast one is too small
        Devices none = new Devices(List.of(profile(2000, null, null, 475), profile(1000, 0.2, null, 475)));
        Latency unknown = none.predict(network, schedule);
        assertNull(unknown.aloneSeconds());
        assertNull(unknown.exchangeSeconds());
        assertNull(unknown.seconds());
        assertFalse(unknown.aloneFaster());
        assertTrue(unknown.sentence().contains("no device alone has the memory"), unknown.sentence());
        assertTrue(unknown.sentence().contains("whose time is unknown"), unknown.sentence());
    }

    @Test
    void sharesFollowSpeeds() {
        SplitGraph graph = SpaceAnalysis.of(
                LoadedNetwork.load(SmallFiles.dense(folder), 1 << 20).probed(), Map.of());
        Devices devices = new Devices(List.of(profile(3e9, null, null, 1), profile(1e9, null, null, 1)));
        assertArrayEquals(new int[] {6, 2}, devices.capacities(graph).counts(8));
    }

    @Test
    void partitionTakesThemAndSaysWhatToExpect() throws IOException {
        Path fast = write("fast.json", profile(3e9, 0.001, 1e6, 1 << 20));
        Path slow = write("slow.json", profile(1e9, 0.002, 1e6, 1 << 20));
        Path out = folder.resolve("bundle");
        Path model = SmallFiles.dense(folder);
        Cli run = Cli.run("partition", model, "--workers", 2, "--out", out, "--profile", fast + "," + slow, "--json");
        assertEquals(0, run.exit(), run.err());
        JsonNode latency = MAPPER.readTree(run.out()).get("latency");
        assertNotNull(latency);
        assertTrue(latency.get("aloneFaster").booleanValue());
        assertEquals(103 / 1.5e9, latency.get("aloneSeconds").doubleValue(), 1e-15);
        Plan plan = Bundle.open(out).plan();
        int[] owners = plan.spaces().get(1).owners();
        assertEquals(6, Arrays.stream(owners).filter(owner -> owner == 0).count(), "three quarters of 8 neurons");
        assertTrue(plan.warnings().stream().anyMatch(note -> note.contains("one device alone is faster")));
        assertTrue(run.err().contains("one device alone is faster"), run.err());
        Cli verified = Cli.run("verify", out);
        assertEquals(0, verified.exit(), verified.err());

        Cli all = Cli.run(
                "partition", model, "--workers", 3, "--out", folder.resolve("three"), "--profile", fast, "--json");
        assertEquals(0, all.exit(), all.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        a.json,a.json     | 2 | one profile for all workers or one for each of the 3: there are 2
        a.json,,a.json    | 2 | file names with commas between them
        none.json         | 1 | it must be a file: it does not exist
        bad.json          | 1 | matMulFlops must be a positive finite number: it is NaN
        """)
    void profilesThatAreUnfit(String files, int exit, String fragment) throws IOException {
        DeviceProfile good = profile(1e9, null, null, 1);
        write("a.json", good);
        Files.writeString(
                folder.resolve("bad.json"), good.json().replace("\"matMulFlops\":1.0E9", "\"matMulFlops\":NaN"));
        String named = Arrays.stream(files.split(",", -1))
                .map(file -> file.isEmpty() ? "" : folder.resolve(file).toString())
                .reduce((a, b) -> a + "," + b)
                .orElse("");
        Path out = folder.resolve("bundle");
        Cli run = Cli.run("partition", SmallFiles.dense(folder), "--workers", 3, "--out", out, "--profile", named);
        assertEquals(exit, run.exit(), run.err());
        assertTrue(run.err().contains(fragment), run.err());
        assertFalse(Files.exists(out));
    }

    @Test
    void measuredSpeedsReplaceShares() throws IOException {
        Path file = write("a.json", profile(1e9, null, null, 1));
        Cli run = Cli.run(
                "partition",
                SmallFiles.dense(folder),
                "--workers",
                2,
                "--out",
                folder.resolve("bundle"),
                "--profile",
                file,
                "--capacity",
                "1,1");
        assertEquals(2, run.exit());
        assertTrue(run.err().contains("--capacity does not go with --profile"), run.err());
    }
}
