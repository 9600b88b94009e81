package starling.router.trial;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.learning.model.LocalModel;
import starling.learning.model.TrialModel;
import starling.learning.settings.TrialSettings;
import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.models.data.Split;

class TrialTest {
    private static final String BASE = """
            model: region
            data: builtin:region,limit=300
            test: builtin:region,split=test,limit=100
            nodes: 5
            share: {by: unbalanced, spread: 0.7}
            local: {batch: 8}
            rounds: 12
            evaluate: 4
            checkpoint: 3
            """;
    private static final String FADING =
            "{mode: over-the-air, gain: 8, channel: {snr: 18, fading: rayleigh, estimation-error: 0.001}}";

    @TempDir
    private Path folder;

    private static TrialSettings settings(String more) {
        return TrialSettings.parse("t", BASE + more);
    }

    /** Remembers what it saw; stops the program that runs the trial after a round. */
    private static final class Seen implements Trial.Watch {
        private final List<RoundRecord> rounds = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();
        private final long stop;

        Seen(long stop) {
            this.stop = stop;
        }

        @Override
        public void round(RoundRecord record) {
            rounds.add(record);
            if (record.round() == stop) {
                throw new Stopped();
            }
        }

        @Override
        public synchronized void warning(String sentence) {
            warnings.add(sentence);
        }
    }

    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static Trial.Result run(String more) {
        return new Trial(settings(more), new Seen(-1)).run();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uplink: {code: 'default:gain=16'}",
                "uplink: {code: 'default:gain=16', feedback: 1}",
                "participation: 0.6\nuplink: " + FADING,
                "participation: 0.6\nuplink: {mode: over-the-air, gain: 8, feedback: 0.5}"
            })
    void theNumberOfThreadsChangesNoBit(String uplink) {
        float[] one = new Trial(settings(uplink), new Seen(-1), 1).run().weights();
        for (int threads = 2; threads <= 4; threads++) {
            assertArrayEquals(
                    one,
                    new Trial(settings(uplink), new Seen(-1), threads).run().weights());
        }
    }

    /** With nothing lost on the way a trial is gradient descent on the mean over all nodes, weighted by their samples. */
    @Test
    void withoutACodeItIsPlainGradientDescent() {
        TrialSettings whole =
                TrialSettings.parse("t", BASE.replace("batch: 8", "batch: 300") + "server: {rate: 0.25}\n");
        float[] learned = new Trial(whole, new Seen(-1)).run().weights();
        Dataset data = whole.data().open(Split.TRAIN, 1);
        TrialModel model = TrialModel.of("region", data, 1);
        float[] weights = model.weights();
        int[] all = new int[300];
        Arrays.setAll(all, i -> i);
        float[] gradient = new float[weights.length];
        try (LocalModel local = new LocalModel(model, 1)) {
            for (int round = 0; round < 12; round++) {
                local.set(weights);
                local.gradient(data, all, 0, gradient);
                for (int i = 0; i < weights.length; i++) {
                    weights[i] -= 0.25f * gradient[i];
                }
            }
        }
        for (int i = 0; i < weights.length; i++) {
            assertEquals(weights[i], learned[i], 1e-5, "weight " + i);
        }
    }

    /** A square matrix without noise loses nothing: the air then adds what the server would. */
    @Test
    void overTheAirAtGainOneTheMeanIsThatOfMessages() {
        float[] messages = run("uplink: {code: none}").weights();
        float[] air = run("uplink: {mode: over-the-air, gain: 1}").weights();
        float[] both =
                run("uplink: {mode: over-the-air, gain: 1, per-symbol: 2}").weights();
        float[] faded = run("uplink: {mode: over-the-air, gain: 1, channel: {fading: rayleigh}}")
                .weights();
        for (int i = 0; i < messages.length; i++) {
            assertEquals(messages[i], air[i], 1e-4, "weight " + i);
            assertEquals(messages[i], both[i], 1e-4, "weight " + i);
            assertEquals(messages[i], faded[i], 1e-4, "weight " + i);
        }
    }

    @Test
    void whatIsSentIsCounted() {
        RoundRecord messages =
                run("uplink: {code: none, channel: {snr: 18}}").records().get(0);
        long numbers = 2 * 64 + 64 + 64 * 64 + 64 + 64 * 32 + 32 + 32 * 2 + 2;
        assertEquals(20 * numbers, messages.bytesUp());
        assertEquals(20 * numbers, messages.bytesDown());
        // One number carries (1/2) log2(1 + 10^1.8) = 3.00 bit.
        double bits = 0.5 * Math.log(1 + Math.pow(10, 1.8)) / Math.log(2);
        assertEquals(5 * 32 * numbers / bits, messages.channelUses(), 1e-9 * messages.channelUses());
        assertEquals(messages.channelUses(), messages.channelUsesAll());
        RoundRecord air = run("participation: 0.6\nuplink: " + FADING).records().get(0);
        assertEquals((double) Math.round(numbers / 8.0), air.channelUses());
        assertEquals(air.channelUses(), air.channelUsesAll());
        assertEquals(8 * Math.round(numbers / 8.0) * air.sent(), air.bytesUp());
        assertTrue(air.energy() > 0, air.toString());
        RoundRecord half = run("participation: 0.6\nuplink: {code: none}").records().stream()
                .filter(record -> record.sent() > 0 && record.sent() < 5)
                .findFirst()
                .orElseThrow();
        assertEquals(half.channelUses() / half.sent() * 5, half.channelUsesAll(), 1e-9);
    }

    @Test
    void aRoundWithoutNodesIsVoid() {
        for (String mode : List.of("digital", "over-the-air")) {
            Trial.Result result = run("participation: 1e-9\nuplink: {mode: " + mode + "}");
            assertArrayEquals(result.model().weights(), result.weights());
            assertEquals(12, result.records().size());
            for (RoundRecord record : result.records()) {
                assertEquals(0, record.participants());
                assertEquals(0, record.bytesUp());
                assertEquals(0, record.channelUses());
                assertNull(record.loss());
            }
            assertNotNull(result.records().get(11).accuracy());
        }
    }

    @Test
    void nodesLearnWhatTheRegionIs() {
        String more = "server: {optimizer: adam, rate: 0.01}\n";
        String longer = BASE.replace("rounds: 12", "rounds: 150").replace("limit=300", "limit=2000");
        double messages = new Trial(TrialSettings.parse("t", longer + more + "uplink: {code: default}"), new Seen(-1))
                .run()
                .accuracy();
        double air = new Trial(
                        TrialSettings.parse("t", longer + more + "uplink: {mode: over-the-air, gain: 4}"), new Seen(-1))
                .run()
                .accuracy();
        double untrained = run("participation: 1e-9").accuracy();
        assertTrue(messages > 0.85 && messages > untrained + 0.1, messages + " against " + untrained);
        assertTrue(air > 0.8 && air > untrained + 0.1, air + " against " + untrained);
    }

    @Test
    void aTrialStopsAtItsAccuracy() {
        Trial.Result result = run("stop: 0.01");
        assertEquals(4, result.records().size(), "the first round that is judged");
    }

    @Test
    void updatesThatAreNoNumbersAreLeftOutAndTheirNodesNamed() {
        for (String mode : List.of("digital", "over-the-air", "over-the-air, channel: {snr: 10}")) {
            Seen diverging = new Seen(-1);
            Trial.Result wild =
                    new Trial(settings("server: {rate: 1e6}\nuplink: {mode: " + mode + "}"), diverging).run();
            assertTrue(diverging.warnings.size() > 5, mode + ": " + diverging.warnings);
            for (float weight : wild.weights()) {
                assertTrue(Float.isFinite(weight), mode);
            }
        }
        Seen seen = new Seen(-1);
        Trial.Result result = new Trial(
                        TrialSettings.parse(
                                "t",
                                BASE.replace("batch: 8", "batch: 8, steps: 30, rate: 1e5")
                                        .replace("rounds: 12", "rounds: 1")),
                        seen)
                .run();
        assertArrayEquals(result.model().weights(), result.weights(), "nobody's update was fit");
        assertEquals(5, result.records().get(0).refused());
        assertEquals(5, seen.warnings.size());
        assertTrue(
                seen.warnings.get(0).matches("node \\d is left out: .*(finite|NaN|Infinity).*"), seen.warnings.get(0));
    }

    @Test
    void settingsThatDoNotFitEachOtherAreRefusedBeforeLearning() {
        for (String[] one : new String[][] {
            {"nodes: 301", "every node needs a sample of its own: 300 samples for 301 nodes"},
            {"uplink: {codes: {dense1.weight: none}}", "every parameter needs a code, of its own or by '*'"},
            {
                "uplink: {mode: over-the-air, gain: 1e9, channel: {fading: selective, profile: [1, 1]}}",
                "2 taps, 1 subchannels"
            },
            {"uplink: {codes: {nobody: none, '*': none}}", "'nobody' is none of them"},
        }) {
            String text = one[0].startsWith("nodes") ? BASE.replace("nodes: 5", one[0]) : BASE + one[0];
            UnfitException misfit =
                    assertThrows(UnfitException.class, () -> into(TrialSettings.parse("t", text), "none", -1, false));
            assertTrue(String.valueOf(misfit.getMessage()).contains(one[1]), misfit.getMessage());
            assertFalse(Files.exists(folder.resolve("none")), "nothing is left of what never began");
        }
        UnfitException none = assertThrows(UnfitException.class, () -> new Trial(
                        TrialSettings.parse("t", BASE.replace("model: region", "model: none.onnx")), new Seen(-1))
                .run());
        assertTrue(String.valueOf(none.getMessage()).contains("none.onnx"), none.getMessage());
        UnfitException misfit = assertThrows(UnfitException.class, () -> new Trial(
                        TrialSettings.parse("t", BASE.replace("model: region", "model: builtin:dense")), new Seen(-1))
                .run());
        assertTrue(String.valueOf(misfit.getMessage()).contains("784"), misfit.getMessage());
    }

    private static List<String> withoutSeconds(Path csv) throws IOException {
        return Files.readAllLines(csv, StandardCharsets.UTF_8).stream()
                .map(line -> line.substring(0, line.lastIndexOf(',')))
                .toList();
    }

    private Trial.Result into(TrialSettings settings, String name, long stop, boolean resume) {
        return new Trial(settings, new Seen(stop)).run(new TrialFolder(folder.resolve(name), settings, resume));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "server: {optimizer: momentum}\nuplink: {code: 'default:gain=16'}",
                "server: {optimizer: adam}\nuplink: {code: 'default:gain=16', feedback: 1}",
                "participation: 0.7\nuplink: " + FADING,
                "participation: 0.7\nuplink: {mode: over-the-air, gain: 8, feedback: 1, channel: {snr: 18}}"
            })
    void brokenAndResumedItEndsAsUnbroken(String more) throws IOException {
        TrialSettings settings = settings(more);
        into(settings, "unbroken", -1, false);
        byte[] model = Files.readAllBytes(folder.resolve("unbroken/model.onnx"));
        for (int stop : new int[] {1, 3, 5, 11}) {
            String name = "broken-" + stop;
            assertThrows(Stopped.class, () -> into(settings, name, stop, false));
            assertFalse(Files.exists(folder.resolve(name + "/model.onnx")));
            assertThrows(Stopped.class, () -> into(settings, name, Math.min(12, stop + 2), true), "and once more");
            into(settings, name, -1, true);
            assertArrayEquals(model, Files.readAllBytes(folder.resolve(name + "/model.onnx")), "broken after " + stop);
            assertEquals(
                    withoutSeconds(folder.resolve("unbroken/rounds.csv")),
                    withoutSeconds(folder.resolve(name + "/rounds.csv")));
        }
        try (Stream<Path> left = Files.list(folder.resolve("unbroken"))) {
            assertEquals(
                    List.of("model.onnx", "report.html", "rounds.csv", "rounds.jsonl", "trial.yaml"),
                    left.map(path -> path.getFileName().toString()).sorted().toList());
        }
        String page = Files.readString(folder.resolve("unbroken/report.html"));
        assertTrue(page.contains("<polyline") && page.contains("model: region"), page);
        assertEquals(settings, TrialSettings.read(folder.resolve("unbroken/trial.yaml")));
    }

    @Test
    void aCheckpointThatCannotBeWrittenLeavesTheOneBefore() throws IOException {
        TrialSettings settings = settings("uplink: {code: default, feedback: 1}");
        assertThrows(Stopped.class, () -> into(settings, "blocked", 4, false));
        Path blocked = folder.resolve("blocked");
        Files.writeString(blocked.resolve("checkpoint-6"), "in the way");
        UnfitException full = assertThrows(UnfitException.class, () -> into(settings, "blocked", -1, true));
        assertTrue(String.valueOf(full.getMessage()).contains("after round 6 cannot be written"), full.getMessage());
        assertTrue(Files.exists(blocked.resolve("checkpoint-3/state")));
        Files.delete(blocked.resolve("checkpoint-6"));
        into(settings, "blocked", -1, true);
        into(settings, "whole", -1, false);
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("whole/model.onnx")),
                Files.readAllBytes(blocked.resolve("model.onnx")));
    }

    @Test
    void damagedCheckpointsAndOtherTrialsAreRefused() throws IOException {
        TrialSettings settings = settings("");
        assertThrows(Stopped.class, () -> into(settings, "one", 4, false));
        UnfitException other = assertThrows(UnfitException.class, () -> into(settings("seed: 2"), "one", -1, true));
        assertTrue(
                String.valueOf(other.getMessage()).contains("'seed: 1'")
                        && String.valueOf(other.getMessage()).contains("'seed: 2' now"),
                other.getMessage());
        UnfitException taken = assertThrows(UnfitException.class, () -> into(settings, "one", -1, false));
        assertTrue(String.valueOf(taken.getMessage()).contains("must be empty or new"), taken.getMessage());
        UnfitException none = assertThrows(UnfitException.class, () -> into(settings, "none", -1, true));
        assertTrue(String.valueOf(none.getMessage()).contains("it has no trial.yaml"), none.getMessage());
        Path state = folder.resolve("one/checkpoint-3/state");
        byte[] bytes = Files.readAllBytes(state);
        bytes[bytes.length / 2] ^= 1;
        Files.write(state, bytes);
        UnfitException damaged = assertThrows(UnfitException.class, () -> into(settings, "one", -1, true));
        assertTrue(String.valueOf(damaged.getMessage()).contains("check sum"), damaged.getMessage());
        Files.write(state, Arrays.copyOf(bytes, bytes.length / 2));
        assertThrows(UnfitException.class, () -> into(settings, "one", -1, true));
    }
}
