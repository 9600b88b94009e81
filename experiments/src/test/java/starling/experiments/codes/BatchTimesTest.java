package starling.experiments.codes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import starling.codes.indirect.DitheredIndirectCode;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.Packing;
import starling.codes.random.Draw;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Settings;
import starling.models.UnfitException;
import starling.models.training.GradientSession;
import starling.models.zoo.Zoo;
import starling.models.zoo.ZooNetwork;

class BatchTimesTest {
    private static final Draw DRAW = new Draw(1, 0, 0, 0);
    private static final int FINE = 1 << 14;

    /** With steps as fine as can be, either way gives the server the gradient: here the sum of each parameter's first number. */
    @Test
    void factorsThatAreSentGiveTheServerTheSameGradient() {
        ZooNetwork.Stage stage = Zoo.network("region").stage();
        DitheredQuantizer fine = new DitheredQuantizer(FINE, Packing.FIXED);
        BatchMethod direct = BatchMethod.direct("direct", fine);
        BatchMethod indirect = BatchMethod.indirect("indirect", new DitheredIndirectCode(FINE, FINE), fine);
        for (int count : new int[] {3, 8}) {
            try (BatchWorker worker =
                    new BatchWorker(stage.builder().build(new int[] {2}, 1, 1), stage.recipe(), 2, true, 8, 5)) {
                assertEquals(6498, worker.parameters());
                GradientSession.Outcome whole = worker.computeAll(count, DRAW);
                GradientSession.Outcome factors = worker.computeFactors(count, DRAW);
                assertEquals(whole.loss(), factors.loss(), 1e-6);
                List<byte[]> directly = worker.encode(direct, whole, count, DRAW);
                List<byte[]> indirectly = worker.encode(indirect, factors, count, DRAW);
                assertEquals(8, directly.size());
                assertEquals(8, indirectly.size());
                double expected = worker.decode(direct, directly, count, DRAW);
                assertTrue(Math.abs(expected) > 1e-3, "the sum is no rounding error: " + expected);
                assertEquals(expected, worker.decode(indirect, indirectly, count, DRAW), 1e-3 * Math.abs(expected));
            }
        }
    }

    @Test
    void everyMethodIsTimedAtEveryBatchSizeBesideThePaper() throws IOException {
        Findings findings =
                run(BatchTimes.indirect(), Map.of("networks", "fc-1000-300-100", "batch", "64,5", "repeats", "1"));
        assertTrue(findings.succeeded(), findings.claims().toString());
        Map<String, JsonNode> rows = rows(findings, "table3-1");
        assertEquals(8, rows.size());
        rows.forEach((key, row) -> {
            assertEquals(
                    row.get("cpuSeconds").doubleValue(),
                    row.get("computeCpuSeconds").doubleValue()
                            + row.get("encodeCpuSeconds").doubleValue(),
                    1e-9,
                    key);
            assertEquals(1, row.get("rounds").intValue(), key);
        });
        assertEquals(4 * 1_116_410, bytes(rows, "baseline 5"));
        // three values in log2 3 bits, rounded up a little, and a scale for each block of 2^16
        double packed = 1_116_410 * Math.log(3) / Math.log(2) / 8;
        assertEquals(packed, bytes(rows, "qsgd 64"), 0.01 * packed);
        assertTrue(bytes(rows, "qsgd-coded 64") < bytes(rows, "qsgd 64"));
        // a sample has 3 594 numbers in its factors
        assertTrue(bytes(rows, "dithered-isgq 5") < bytes(rows, "dithered-isgq 64"));
        assertTrue(bytes(rows, "dithered-isgq 64") < 64 * 3594 * 1.6 / 8);
        JsonNode known = Objects.requireNonNull(rows.get("qsgd 64"));
        assertEquals(1.23 / 0.63, known.get("paperToBaseline").doubleValue(), 1e-12);
        assertEquals(1.23 / 200, known.get("paperSeconds").doubleValue(), 1e-12);
        assertTrue(
                Objects.requireNonNull(rows.get("qsgd 5")).get("paperSeconds").isNull());
        assertEquals(
                List.of(
                        "difference-of-losses-without-dense-gradients-fc-1000-300-100",
                        "qsgd-to-baseline-fc-1000-300-100-batch-64",
                        "dithered-isgq-to-baseline-fc-1000-300-100-batch-64",
                        "dithered-isgq-to-qsgd-fc-1000-300-100-batch-64",
                        "dithered-isgq-to-qsgd-fc-1000-300-100-batch-5"),
                findings.claims().stream().map(Claim::id).toList());
    }

    @Test
    void sketchesAndTopKAreTimedBesideStochasticQuantization() throws IOException {
        Findings findings =
                run(BatchTimes.sampling(), Map.of("networks", "fc-1000-300-100", "batch", "4", "repeats", "1"));
        assertTrue(findings.succeeded(), findings.claims().toString());
        Map<String, JsonNode> rows = rows(findings, "fig4-3");
        assertEquals(5, rows.size());
        double gain = 4.0 * 1_116_410 / bytes(rows, "top-k 4");
        assertEquals(32, gain, 3, "as much as at gain 32");
        assertTrue(bytes(rows, "qcs-1 4") < bytes(rows, "qcs-2 4"));
        assertEquals(4, findings.claims().size());
        assertTrue(findings.claims().stream().noneMatch(Claim::required), "times are no reason to fail");
        assertEquals("fc-1000-300-100.png", findings.figures().get(0).fileName());
    }

    @Test
    void aRunWithoutABatchIsRefused() {
        String sentence =
                String.valueOf(assertThrows(UnfitException.class, () -> run(BatchTimes.sampling(), Map.of("batch", "")))
                        .getMessage());
        assertEquals("batch must name at least one size: it is empty", sentence);
    }

    private static double bytes(Map<String, JsonNode> rows, String key) {
        return Objects.requireNonNull(rows.get(key), key).get("messageBytes").doubleValue();
    }

    /** By method and batch. */
    private static Map<String, JsonNode> rows(Findings findings, String table) throws IOException {
        Map<String, JsonNode> rows = new HashMap<>();
        for (JsonNode row : new ObjectMapper()
                .readTree(findings.json(table, Map.of()))
                .get("series")
                .get(table)) {
            rows.put(row.get("method").textValue() + " " + row.get("batch").intValue(), row);
        }
        return rows;
    }

    private static Findings run(Experiment experiment, Map<String, String> set) {
        return experiment.run(
                new Context(Settings.of(experiment.parameters(), set, true), 1, new PrintWriter(new StringWriter())));
    }
}
